"""An operator changes something in another service: allowed, written down, done, written down."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from chassis.clock import Clock
from console.domain.deeds import Deed
from console.usecases.ports import AuditTrail

T = TypeVar("T")


@dataclass(frozen=True)
class Actor:
    """Does deeds on the record."""

    trail: AuditTrail
    clock: Clock

    async def do(self, deed: Deed, change: Callable[[], Awaitable[T]]) -> T:
        """Run ``change``; what it raises is written down and raised again. An entry that has no end was cut off: whether
        the change has happened is then to be seen in the service that it was asked of."""
        entry_id = await self.trail.begin(deed, self.clock.now())
        try:
            answer = await change()
        except Exception as error:
            await self.trail.end(entry_id, f"{type(error).__name__}: {error}"[:500])
            raise
        await self.trail.end(entry_id, "done")
        return answer
