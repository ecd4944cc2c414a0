"""Let waiting wishes end whose window is over, and have a look at what is overdue because its reminder got lost."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Protocol

from chassis.clock import Clock
from chassis.errors import StorageUnavailableError

EVERY_S = 15.0
LATE = timedelta(seconds=15)
"""What is overdue by so much has lost its reminder."""
_log = logging.getLogger(__name__)


class Overdue(Protocol):
    """Where waiting wishes are kept. All raise StorageUnavailableError."""

    async def expire(self, now: datetime) -> int:
        """Let wishes end that still wait when their window is over, with history and events; how many."""
        ...

    async def remind(self, before: datetime) -> int:
        """Give reminders again for what was due before an instant; how many."""
        ...


async def sweep_once(overdue: Overdue, clock: Clock) -> None:
    """One round. Raises StorageUnavailableError."""
    await overdue.expire(clock.now())
    await overdue.remind(clock.now() - LATE)


async def sweep_waitlist(overdue: Overdue, clock: Clock, *, every_s: float = EVERY_S) -> None:
    """Round after round, until cancelled. The queue is a help; what is due stands in the tables."""
    while True:
        try:
            await sweep_once(overdue, clock)
        except StorageUnavailableError as error:
            _log.warning("a round failed", extra={"fault": str(error)})
        await asyncio.sleep(every_s)
