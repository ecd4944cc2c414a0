"""Reads the ledger."""

import base64
import binascii
from dataclasses import replace
from datetime import datetime

from chassis.errors import Kind, ServiceError
from chassis.postgres import Pool
from telephony_gateway.domain.searching import NOTHING, CallFilters
from telephony_gateway.storage.conditions import Conditions
from telephony_gateway.storage.stored import (
    StoredCall,
    StoredCase,
    call_from,
    case_from,
    function_from,
    utterance_from,
)

OPERATOR_MAX = 200
RESOLUTION_MAX = 500
BIGINT_DIGITS = 19
_LED_BY_OUTCOMES = "JOIN call_outcome o ON o.call_id = c.call_id"
_CALLS = """
SELECT c.*, ARRAY(SELECT o.outcome FROM call_outcome o WHERE o.call_id = c.call_id ORDER BY o.outcome) AS outcomes,
       (SELECT count(*) FROM truth_case t WHERE t.call_id = c.call_id) AS case_count
  FROM call c
"""


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


class NumberInvalidError(ServiceError):
    """What is looked for is no telephone number."""

    kind = Kind.INVALID_ARGUMENT
    reason = "NUMBER_INVALID"


class OutcomeInvalidError(ServiceError):
    """No call ends like that."""

    kind = Kind.INVALID_ARGUMENT
    reason = "OUTCOME_INVALID"


class CaseUnknownError(ServiceError):
    """The business has no such case."""

    kind = Kind.NOT_FOUND
    reason = "CASE_UNKNOWN"


class CaseResolvedError(ServiceError):
    """Somebody has looked at it already."""

    kind = Kind.FAILED_PRECONDITION
    reason = "CASE_RESOLVED"


class Calls:
    """The ledger, for those who look things up."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, call_id: str, *, tenant_id: str = "") -> StoredCall:
        """One call with its functions in order. Raises CallUnknownError, also where it is another business's."""
        row = await self._pool.fetchrow(f"{_CALLS} WHERE c.call_id = $1", call_id)
        if row is None or tenant_id not in {"", str(row["tenant_id"])}:
            raise CallUnknownError("no such call was heard of")
        functions = await self._pool.fetch(
            "SELECT * FROM function_call WHERE call_id = $1 ORDER BY received_at, request_id", call_id
        )
        events = await self._pool.fetch(
            "SELECT event, received_at FROM call_event WHERE call_id = $1 ORDER BY received_at, event",
            call_id,
        )
        said = await self._pool.fetch("SELECT * FROM utterance WHERE call_id = $1 ORDER BY position", call_id)
        cases = await self._pool.fetch(
            "SELECT * FROM truth_case WHERE call_id = $1 ORDER BY case_id", call_id
        )
        return replace(
            call_from(row),
            functions=tuple(function_from(function) for function in functions),
            events=tuple((event["event"], event["received_at"]) for event in events),
            cases=tuple(case_from(case) for case in cases),
            utterances=tuple(utterance_from(each) for each in said),
        )

    async def note_disclosure(self, call_id: str, *, operator: str, now: datetime) -> None:
        """Write down that somebody is shown a call's personal data. Raises OperatorMissingError."""
        if not operator.strip():
            raise OperatorMissingError("personal data is shown to somebody")
        await self._pool.execute(
            "INSERT INTO disclosure (call_id, operator, disclosed_at) VALUES ($1, $2, $3)",
            call_id, operator.strip()[:OPERATOR_MAX], now,
        )  # fmt: skip

    async def cases(
        self, *, tenant_id: str, size: int, token: str, unresolved: bool = False
    ) -> tuple[list[StoredCase], str]:
        """Cases, latest first, and the token of the next page. Raises PageTokenInvalidError."""
        if token and not (token.isdecimal() and len(token) < BIGINT_DIGITS):
            raise PageTokenInvalidError("a page token is handed back as it was given out")
        where = Conditions()
        where.of_tenant("tenant_id", tenant_id)
        if token:
            where.add("case_id < {}", int(token))
        if unresolved:
            where.add("resolved_at IS NULL")
        rows = await self._pool.fetch(
            f"SELECT * FROM truth_case {where} ORDER BY case_id DESC LIMIT {size + 1:d}",  # noqa: S608 - conditions of ours
            *where.values,
        )
        found = [case_from(row) for row in rows[:size]]
        return found, str(found[-1].case_id) if len(rows) > size else ""

    async def resolve_case(
        self, tenant_id: str, case_id: str, *, operator: str, resolution: str, now: datetime
    ) -> StoredCase:
        """A person has looked at it. Raises CaseUnknownError, CaseResolvedError, OperatorMissingError."""
        if not operator.strip():
            raise OperatorMissingError("a case is resolved by somebody")
        number = int(case_id) if case_id.isdecimal() and len(case_id) < BIGINT_DIGITS else 0
        row = await self._pool.fetchrow(
            "UPDATE truth_case SET resolved_at = coalesce(resolved_at, $3),"
            " resolved_by = CASE WHEN resolved_at IS NULL THEN $4 ELSE resolved_by END,"
            " resolution = CASE WHEN resolved_at IS NULL THEN $5 ELSE resolution END"
            " WHERE tenant_id::text = $1 AND case_id = $2 RETURNING *",
            tenant_id, number, now, operator.strip()[:OPERATOR_MAX], resolution.strip()[:RESOLUTION_MAX],
        )  # fmt: skip
        if row is None:
            raise CaseUnknownError("the business has no such case")
        if row["resolved_by"] != operator.strip()[:OPERATOR_MAX]:
            raise CaseResolvedError("somebody has looked at it already", resolved_by=row["resolved_by"])
        return case_from(row)

    async def page(self, filters: CallFilters, *, size: int, token: str) -> tuple[list[StoredCall], str]:
        """Calls, latest first, and the token of the next page. Raises PageTokenInvalidError."""
        # Led by the outcomes, which are in the order of the list: rare ones are found as quickly as common ones.
        led = bool(filters.outcome) and filters.outcome != NOTHING
        leader, joined = ("o", _LED_BY_OUTCOMES) if led else ("c", "")
        where = _conditions(filters, leader)
        before, call_id = _read_token(token)
        if before:
            where.add(f"({leader}.first_heard_at, {leader}.call_id) < ({{}}, {{}})", before, call_id)
        order = f"ORDER BY {leader}.first_heard_at DESC, {leader}.call_id DESC LIMIT {size + 1:d}"
        rows = await self._pool.fetch(f"{_CALLS} {joined} {where} {order}", *where.values)
        calls = [call_from(row) for row in rows[:size]]
        return calls, _token(calls[-1]) if len(rows) > size else ""


def _conditions(filters: CallFilters, leader: str) -> Conditions:
    where = Conditions()
    where.of_tenant(f"{leader}.tenant_id", filters.tenant_id)
    possible: dict[str, object] = {
        "c.caller_number = {}": filters.caller_number,
        "c.call_id = {}": filters.call_id,
        f"{leader}.first_heard_at >= {{}}": filters.start_min,
        f"{leader}.first_heard_at < {{}}": filters.start_max,
    }
    if leader == "o":
        possible["o.outcome = {}"] = filters.outcome
    for condition, value in possible.items():
        if value:
            where.add(condition, value)
    if filters.untrue:
        where.add("EXISTS (SELECT FROM truth_case t WHERE t.call_id = c.call_id)")
    if filters.outcome == NOTHING:
        where.add("NOT EXISTS (SELECT FROM call_outcome o WHERE o.call_id = c.call_id)")
    return where


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
