"""Which calls of one number have looked for times, and when something was last heard of each."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chassis.clock import Clock
from telephony_gateway.clients.shared import SharedMemory, text_of
from telephony_gateway.usecases.ports import SearchOutcome

if TYPE_CHECKING:
    from telephony_gateway.domain.business import DialledBranch
    from telephony_gateway.domain.envelope import Caller
    from telephony_gateway.usecases.ports import Found, Holds, Slots, SlotWish

SILENT = timedelta(seconds=60)
"""After so long without a question or a word the line is taken for dead, if its times are needed."""
REMEMBERED = timedelta(hours=1)
_REMEMBERED_MS = REMEMBERED // timedelta(milliseconds=1)
RELEASED_MAX = 5
AGAIN = timedelta(seconds=1)
"""So soon nothing is told again of a line: whoever has asked a moment ago is there."""
OWN_MAX = 2_000


class Lines:
    """In Redis, where the holds are as well: without it there are none to release."""

    def __init__(self, shared: SharedMemory, clock: Clock) -> None:
        self._shared, self._clock = shared, clock
        self._told: dict[tuple[str, str], float] = {}

    def heard(self, tenant_id: str, caller: "Caller") -> None:
        """Somebody is on this line. On its way when this returns."""
        if not caller.caller_number:
            return
        key, at = _key(tenant_id, caller.caller_number), self._clock.now().timestamp()
        told = self._told.get((key, caller.call_id))
        if told is not None and 0 <= at - told < AGAIN.total_seconds():
            return
        self._told.pop((key, caller.call_id), None)
        self._told[key, caller.call_id] = at
        if len(self._told) > OWN_MAX:
            del self._told[next(iter(self._told))]
        # Nobody waits for it: whoever asks for silent lines asks Redis after that.
        self._shared.tell("ZADD", key, at, caller.call_id)
        self._shared.tell("PEXPIRE", key, _REMEMBERED_MS)

    async def ended(self, tenant_id: str, caller: "Caller") -> None:
        """Nobody is, any more."""
        if caller.caller_number:
            key = _key(tenant_id, caller.caller_number)
            self._told.pop((key, caller.call_id), None)
            self._drop_what_is_old(key)
            await self._shared.ask(lambda redis: redis.zrem(key, caller.call_id))

    async def forget(self, tenant_id: str, number: str) -> None:
        """The number is nobody's any more."""
        key = _key(tenant_id, number)
        self._told = {line: at for line, at in self._told.items() if line[0] != key}
        await self._shared.ask(lambda redis: redis.delete(key))

    async def silent(self, tenant_id: str, caller: "Caller") -> list[str]:
        """The other calls of the number of which nothing has been heard for a while, the longest silence first."""
        key, before = _key(tenant_id, caller.caller_number), self._clock.now() - SILENT
        self._drop_what_is_old(key)
        found = await self._shared.ask(
            lambda redis: redis.zrangebyscore(key, "-inf", _score(before), start=0, num=RELEASED_MAX + 1)
        )
        calls = [text_of(one) for one in found or () if isinstance(one, str | bytes)]
        return [call_id for call_id in calls if call_id != caller.call_id][:RELEASED_MAX]

    def _drop_what_is_old(self, key: str) -> None:
        """Where it matters, and where a number's calls end; not in each of its questions."""
        self._shared.tell("ZREMRANGEBYSCORE", key, "-inf", _score(self._clock.now() - REMEMBERED))


class SlotsOfLines:
    """A search for a caller whose number holds enough: times of calls that were dropped without a word are given up
    first. Nobody hears that times are kept for her which were offered to a dead line."""

    def __init__(self, slots: "Slots", holds: "Holds", lines: Lines) -> None:
        self._slots, self._holds, self._lines = slots, holds, lines

    async def search(self, branch: "DialledBranch", caller: "Caller", wish: "SlotWish") -> "Found":
        """Look and hold in one step. Raises PeerError."""
        self._lines.heard(branch.tenant_id, caller)
        found = await self._slots.search(branch, caller, wish)
        if found.outcome is not SearchOutcome.HOLDING_TOO_MUCH:
            return found
        silent = await self._lines.silent(branch.tenant_id, caller)
        for call_id in silent:
            await self._holds.release(branch.tenant_id, branch.branch_id, call_id)
        return await self._slots.search(branch, caller, wish) if silent else found


def _key(tenant_id: str, number: str) -> str:
    return f"gateway:line:{tenant_id}:{number}"


def _score(instant: datetime) -> float:
    return instant.timestamp()
