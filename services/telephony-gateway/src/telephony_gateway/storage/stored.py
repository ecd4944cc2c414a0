"""A call as it is stored."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from telephony_gateway.domain.utterances import Utterance


@dataclass(frozen=True)
class StoredCase:
    """Something that a caller was told and that is not so."""

    case_id: int
    call_id: str
    tenant_id: str
    kind: str
    subject: str
    found_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolution: str = ""


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
    utterances: tuple[Utterance, ...] = ()
    outcomes: tuple[str, ...] = ()
    case_count: int = 0

    @property
    def appointment_ids(self) -> list[str]:
        """What the answers say was booked, moved or cancelled, in that order."""
        ids = (function.answer.get("appointment_id") for function in self.functions if function.answer)
        return list(dict.fromkeys(str(one) for one in ids if one))


def case_from(row: asyncpg.Record) -> StoredCase:
    """A row of truth_case."""
    return StoredCase(
        row["case_id"], row["call_id"], str(row["tenant_id"]), row["kind"], row["subject"], row["found_at"],
        row["resolved_at"], row["resolved_by"], row["resolution"],
    )  # fmt: skip


def call_from(row: asyncpg.Record) -> StoredCall:
    """A row of call with its outcomes and how many cases there are."""
    return StoredCall(
        call_id=row["call_id"],
        tenant_id=str(row["tenant_id"] or ""),
        branch_id=str(row["branch_id"] or ""),
        dialled_number=row["dialled_number"],
        caller_number=row["caller_number"],
        first_heard_at=row["first_heard_at"],
        ended_at=row["ended_at"],
        checked_at=row["checked_at"],
        outcomes=tuple(row["outcomes"]),
        case_count=row["case_count"],
    )


def function_from(row: asyncpg.Record) -> StoredFunction:
    """A row of function_call."""
    return StoredFunction(
        request_id=str(row["request_id"]),
        name=row["name"],
        arguments=json.loads(row["arguments"]),
        answer=json.loads(row["answer"]) if row["answer"] else None,
        received_at=row["received_at"],
        duration_ms=row["duration_ms"],
        trace_id=row["trace_id"],
    )


def utterance_from(row: asyncpg.Record) -> Utterance:
    """A row of utterance."""
    return Utterance(row["role"], row["words"], row["said_at"], row["after_functions"])
