"""Let request ids go once nobody repeats them any more."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Protocol

from chassis.clock import Clock
from chassis.errors import StorageUnavailableError

KEPT = timedelta(hours=24)
EVERY_S = 600.0
_log = logging.getLogger(__name__)


class Requests(Protocol):
    """Where request ids are kept."""

    async def forget(self, before: datetime) -> int:
        """Remove those that were answered before an instant; how many there were."""
        ...


async def forget_requests(requests: Requests, clock: Clock, *, every_s: float = EVERY_S) -> None:
    """Forget again and again, until cancelled."""
    while True:
        try:
            await requests.forget(clock.now() - KEPT)
        except StorageUnavailableError as error:
            _log.warning("request ids are kept longer", extra={"fault": str(error)})
        await asyncio.sleep(every_s)
