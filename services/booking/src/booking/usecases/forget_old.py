"""Let go what nobody needs any more: request ids that nobody repeats, and what was over long ago."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Protocol

from chassis.clock import Clock
from chassis.errors import StorageUnavailableError

KEPT = timedelta(hours=24)
EVERY_S = 600.0
_log = logging.getLogger(__name__)


class Old(Protocol):
    """Where they are kept."""

    async def forget(self, before: datetime) -> int:
        """Remove what was answered, or over, before an instant; how much there was. Raises StorageUnavailableError."""
        ...


async def forget_old(old: Old, clock: Clock, *, kept: timedelta = KEPT, every_s: float = EVERY_S) -> None:
    """Forget again and again, until cancelled."""
    while True:
        try:
            await old.forget(clock.now() - kept)
        except StorageUnavailableError as error:
            _log.warning("what is old is kept longer", extra={"fault": str(error)})
        await asyncio.sleep(every_s)
