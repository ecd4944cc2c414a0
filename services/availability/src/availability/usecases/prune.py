"""Owns the forgetting: what was over days ago leaves the tables, a little at a time."""

import asyncio
import logging
from datetime import datetime
from typing import Protocol

from availability.usecases.following import LOOK_BACK, StreamLostError
from chassis.clock import Clock
from signals.metrics import Counter

EVERY_S = 600.0
AT_ONCE = 1000
"""So many rows in one statement: none locks the table's others out for long."""
_log = logging.getLogger(__name__)
_pruned = Counter(
    "rufbuch_availability_pruned_rows", "Rows of takings that were dropped since they were over"
)


class OverStore(Protocol):
    """The tables."""

    async def prune(self, before: datetime, at_most: int) -> int:
        """Drop takings that ended before an instant; how many rows. Raises StreamLostError."""


class Prune:
    """The use case. Replicas may prune at the same time."""

    def __init__(self, store: OverStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def __call__(self, at_once: int = AT_ONCE) -> int:
        """Drop everything that no search looks back to; how many rows that were. Raises StreamLostError."""
        before, total = self._clock.now() - LOOK_BACK, 0
        while dropped := await self._store.prune(before, at_once):
            _pruned.inc(dropped)
            total += dropped
        return total

    async def run(self) -> None:
        """Again and again, until cancelled; a database that is away is left alone until the next time."""
        while True:
            try:
                await self()
            except StreamLostError as error:
                _log.warning("what is over cannot be dropped now", extra={"fault": str(error)})
            await asyncio.sleep(EVERY_S)
