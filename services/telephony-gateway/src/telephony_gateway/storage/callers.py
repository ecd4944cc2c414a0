"""All calls of one caller: shown to whoever asks for them, or deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis.errors import Kind, ServiceError
from chassis.postgres import Pool
from telephony_gateway.storage.calls import Calls
from telephony_gateway.storage.stored import StoredCall

BATCH = 200
"""So many calls in one transaction: nobody waits for it, and whoever is killed goes on with the next."""
CALLS_MAX = 1000
ID_LENGTH_MAX = 200
TABLES = ("truth_case", "utterance", "function_call", "call")
"""What is deleted, what hangs on a call before the call."""
_THEIRS = "tenant_id::text = $1 AND ((caller_number = $2 AND $2 <> '') OR call_id = ANY($3))"


class CallerMissingError(ServiceError):
    """Neither a number nor a call says who is meant."""

    kind = Kind.INVALID_ARGUMENT
    reason = "CALLER_MISSING"


class Notes(Protocol):
    """What is remembered while a call goes on."""

    async def forget(self, tenant_id: str, call_id: str) -> object:
        """Of one call."""
        ...


class Numbers(Protocol):
    """What is remembered of a number while its calls go on."""

    async def forget(self, tenant_id: str, number: str) -> None:
        """All of it."""
        ...


@dataclass(frozen=True)
class Caller:
    """Whoever calls from a number, and in calls with a withheld one."""

    tenant_id: str
    number: str
    call_ids: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not self.tenant_id or not (self.number.startswith("+") or self.call_ids):
            # "anonymous" is everybody who withholds it.
            raise CallerMissingError("a business, and a number or calls")
        if any(len(told) > ID_LENGTH_MAX for told in (self.tenant_id, self.number, *self.call_ids)):
            raise CallerMissingError(f"an id or a number has at most {ID_LENGTH_MAX} characters")
        if len(self.call_ids) > CALLS_MAX:
            raise CallerMissingError(f"at most {CALLS_MAX} calls at once")


class Callers:
    """Over the ledger, and what Redis remembers."""

    def __init__(self, pool: Pool, notes: Notes, numbers: Numbers) -> None:
        self._pool, self._notes, self._numbers = pool, notes, numbers

    async def export(self, caller: Caller, *, operator: str, now: datetime) -> list[StoredCall]:
        """All of it, earliest first; who asks is written down. Raises OperatorMissingError."""
        calls = Calls(self._pool)
        found = await self._pool.fetch(
            f"SELECT call_id FROM call WHERE {_THEIRS} ORDER BY first_heard_at, call_id",  # noqa: S608 - made of constants
            caller.tenant_id, caller.number, list(caller.call_ids),
        )  # fmt: skip
        for row in found:
            await calls.note_disclosure(row["call_id"], operator=operator, now=now)
        return [await calls.get(row["call_id"]) for row in found]

    async def forget(self, caller: Caller) -> Mapping[str, int]:
        """Delete everything, in small steps; rows by table. Done again it finds nothing."""
        erased = {"call": 0, "function_call": 0, "truth_case": 0, "utterance": 0}
        while some := await self._forget_some(caller, erased):
            for call_id in some:
                await self._notes.forget(caller.tenant_id, call_id)
        if caller.number:
            await self._numbers.forget(caller.tenant_id, caller.number)
        return erased

    async def _forget_some(self, caller: Caller, erased: dict[str, int]) -> list[str]:
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                f"SELECT call_id FROM call WHERE {_THEIRS} ORDER BY call_id LIMIT {BATCH} FOR UPDATE",  # noqa: S608 - made of constants
                caller.tenant_id, caller.number, list(caller.call_ids),
            )  # fmt: skip
            calls = [str(row["call_id"]) for row in rows]
            # What hangs on a call would go with it; deleted by itself it is counted.
            for table in ("truth_case", "function_call", "utterance", "call"):
                done = await connection.execute(f"DELETE FROM {table} WHERE call_id = ANY($1)", calls)  # noqa: S608 - ours
                erased[table] += int(done.removeprefix("DELETE "))
        return calls
