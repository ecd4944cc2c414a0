"""Reads the ledger."""

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.errors import Kind, ServiceError
from chassis.postgres import Pool

OPERATOR_MAX = 200


class CallUnknownError(ServiceError):
    """No such call was ever heard of."""

    kind = Kind.NOT_FOUND
    reason = "CALL_UNKNOWN"


class PageTokenInvalidError(ServiceError):
    """The page token is none of ours."""

    kind = Kind.INVALID_ARGUMENT
    reason = "PAGE_TOKEN_INVALID"


class OperatorMissingError(ServiceError):
    """Personal data is shown to somebody, whose name is written down."""

    kind = Kind.INVALID_ARGUMENT
    reason = "OPERATOR_MISSING"


@dataclass(frozen=True)
class StoredCase:
    """Something that a caller was told and that is not so."""

    case_id: int
    call_id: str
    tenant_id: str
    kind: str
    subject: str
    found_at: datetime


@dataclass(frozen=True)
class StoredFunction:
    """One function call."""

    request_id: str
    name: str
    arguments: dict[str, Any]
    answer: dict[str, Any] | None
    received_at: datetime
    duration_ms: int | None
    trace_id: str


@dataclass(frozen=True)
class StoredCall:
    """One call."""

    call_id: str
    tenant_id: str
    branch_id: str
    dialled_number: str
    caller_number: str
    first_heard_at: datetime
    ended_at: datetime | None
    checked_at: datetime | None
    functions: tuple[StoredFunction, ...] = ()
    events: tuple[tuple[str, datetime], ...] = ()
    cases: tuple[StoredCase, ...] = ()

    @property
    def appointment_ids(self) -> list[str]:
        """What the answers say was booked, moved or cancelled, in that order."""
        ids = (function.answer.get("appointment_id") for function in self.functions if function.answer)
        return list(dict.fromkeys(str(one) for one in ids if one))


class Calls:
    """The ledger, for those who look things up."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, call_id: str) -> StoredCall:
        """One call with its functions in order. Raises CallUnknownError."""
        row = await self._pool.fetchrow("SELECT * FROM call WHERE call_id = $1", call_id)
        if row is None:
            raise CallUnknownError("no such call was heard of")
        functions = await self._pool.fetch(
            "SELECT * FROM function_call WHERE call_id = $1 ORDER BY received_at, request_id", call_id
        )
        events = await self._pool.fetch(
            "SELECT event, received_at FROM call_event WHERE call_id = $1 ORDER BY received_at, event",
            call_id,
        )
        cases = await self._pool.fetch(
            "SELECT * FROM truth_case WHERE call_id = $1 ORDER BY case_id", call_id
        )
        return replace(
            _call(row),
            functions=tuple(_function(function) for function in functions),
            events=tuple((event["event"], event["received_at"]) for event in events),
            cases=tuple(_case(case) for case in cases),
        )

    async def note_disclosure(self, call_id: str, *, operator: str, now: datetime) -> None:
        """Write down that somebody is shown a call's personal data. Raises OperatorMissingError."""
        if not operator.strip():
            raise OperatorMissingError("personal data is shown to somebody")
        await self._pool.execute(
            "INSERT INTO disclosure (call_id, operator, disclosed_at) VALUES ($1, $2, $3)",
            call_id, operator.strip()[:OPERATOR_MAX], now,
        )  # fmt: skip

    async def cases(self, *, tenant_id: str, size: int, token: str) -> tuple[list[StoredCase], str]:
        """Cases, latest first, and the token of the next page. Raises PageTokenInvalidError."""
        if token and not (token.isdecimal() and len(token) < 19):
            raise PageTokenInvalidError("a page token is handed back as it was given out")
        rows = await self._pool.fetch(
            f"SELECT * FROM truth_case WHERE {_of(tenant_id)}"  # noqa: S608 - one of two conditions of ours
            " AND ($2::bigint IS NULL OR case_id < $2)"
            " ORDER BY case_id DESC LIMIT $3",
            _uuid_or_none(tenant_id), int(token) if token else None, size + 1,
        )  # fmt: skip
        found = [_case(row) for row in rows[:size]]
        return found, str(found[-1].case_id) if len(rows) > size else ""

    async def page(self, *, tenant_id: str, size: int, token: str) -> tuple[list[StoredCall], str]:
        """Calls, latest first, and the token of the next page. Raises PageTokenInvalidError."""
        before, call_id = _read_token(token)
        rows = await self._pool.fetch(
            f"SELECT * FROM call WHERE {_of(tenant_id)}"  # noqa: S608 - as above
            " AND ($2::timestamptz IS NULL OR (first_heard_at, call_id) < ($2, $3))"
            " ORDER BY first_heard_at DESC, call_id DESC LIMIT $4",
            _uuid_or_none(tenant_id), before, call_id, size + 1,
        )  # fmt: skip
        calls = [_call(row) for row in rows[:size]]
        return calls, _token(calls[-1]) if len(rows) > size else ""


def _of(tenant_id: str) -> str:
    """A condition over $1. Written only where it is meant, so that the index of one business serves."""
    return "tenant_id = $1" if tenant_id else "$1::uuid IS NULL"


def _uuid_or_none(tenant_id: str) -> UUID | None:
    """None: all businesses; an id that is none belongs to nobody."""
    try:
        return UUID(tenant_id) if tenant_id else None
    except ValueError:
        return UUID(int=0)


def _case(row: asyncpg.Record) -> StoredCase:
    return StoredCase(
        row["case_id"], row["call_id"], str(row["tenant_id"]), row["kind"], row["subject"], row["found_at"]
    )


def _call(row: asyncpg.Record) -> StoredCall:
    return StoredCall(
        call_id=row["call_id"],
        tenant_id=str(row["tenant_id"] or ""),
        branch_id=str(row["branch_id"] or ""),
        dialled_number=row["dialled_number"],
        caller_number=row["caller_number"],
        first_heard_at=row["first_heard_at"],
        ended_at=row["ended_at"],
        checked_at=row["checked_at"],
    )


def _function(row: asyncpg.Record) -> StoredFunction:
    return StoredFunction(
        request_id=str(row["request_id"]),
        name=row["name"],
        arguments=json.loads(row["arguments"]),
        answer=json.loads(row["answer"]) if row["answer"] else None,
        received_at=row["received_at"],
        duration_ms=row["duration_ms"],
        trace_id=row["trace_id"],
    )


def _token(call: StoredCall) -> str:
    return base64.urlsafe_b64encode(f"{call.first_heard_at.isoformat()} {call.call_id}".encode()).decode()


def _read_token(token: str) -> tuple[datetime | None, str]:
    if not token:
        return None, ""
    try:
        instant, call_id = base64.urlsafe_b64decode(token.encode()).decode().split(" ", 1)
        return datetime.fromisoformat(instant), call_id
    except (ValueError, binascii.Error) as error:
        raise PageTokenInvalidError("a page token is handed back as it was given out") from error
