"""Reads the ledger."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from chassis.errors import Kind, ServiceError
from chassis.postgres import Pool


class CallUnknownError(ServiceError):
    """No such call was ever heard of."""

    kind = Kind.NOT_FOUND
    reason = "CALL_UNKNOWN"


class PageTokenInvalidError(ServiceError):
    """The page token is none of ours."""

    kind = Kind.INVALID_ARGUMENT
    reason = "PAGE_TOKEN_INVALID"


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
    functions: tuple[StoredFunction, ...] = ()


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
        return _call(row, tuple(_function(function) for function in functions))

    async def page(self, *, tenant_id: str, size: int, token: str) -> tuple[list[StoredCall], str]:
        """Calls, latest first, and the token of the next page. Raises PageTokenInvalidError."""
        before, call_id = _read_token(token)
        rows = await self._pool.fetch(
            "SELECT * FROM call WHERE ($1 = '' OR tenant_id::text = $1)"
            " AND ($2::timestamptz IS NULL OR (first_heard_at, call_id) < ($2, $3))"
            " ORDER BY first_heard_at DESC, call_id DESC LIMIT $4",
            tenant_id, before, call_id, size + 1,
        )  # fmt: skip
        calls = [_call(row) for row in rows[:size]]
        return calls, _token(calls[-1]) if len(rows) > size else ""


def _call(row: asyncpg.Record, functions: tuple[StoredFunction, ...] = ()) -> StoredCall:
    return StoredCall(
        call_id=row["call_id"],
        tenant_id=str(row["tenant_id"] or ""),
        branch_id=str(row["branch_id"] or ""),
        dialled_number=row["dialled_number"],
        caller_number=row["caller_number"],
        first_heard_at=row["first_heard_at"],
        ended_at=row["ended_at"],
        functions=functions,
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
