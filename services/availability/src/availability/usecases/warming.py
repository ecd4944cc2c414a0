"""Owns the warming: every business is read and its calendars are built before anybody asks for it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from availability.errors import BranchUnknownError, BusinessUntoldError, RegistryUnavailableError
from availability.usecases.business import Business
from availability.usecases.businesses import BusinessChanged, Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.following import FIRST_PAUSE_S, LONGEST_PAUSE_S
from chassis.clock import Clock

LOOK_EVERY_S = 20.0
"""How soon after a branch's midnight its calendar has moved on."""
_log = logging.getLogger(__name__)


class StillColdError(Exception):
    """Not every business has been read yet."""


class Directory(Protocol):
    """The staff registry's list."""

    def tenant_ids(self) -> AsyncIterator[str]:
        """Of all businesses. Raises RegistryUnavailableError."""


class Warming:
    """Goes through all businesses at the start, then through those that change, and at night through all again.

    A business that cannot be read for a fault of its own is stepped over: its callers are told, all others served. Where the
    registry fails at it, it is tried again at the next look.
    """

    def __init__(
        self,
        directory: Directory,
        businesses: Businesses,
        calendars: Calendars,
        clock: Clock,
        *,
        wait: timedelta,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._directory, self._businesses, self._calendars = directory, businesses, calendars
        self._clock, self._ready_by = clock, clock.now() + wait
        self._look_every_s = look_every_s
        self._waiting: dict[str, None] = {}
        self._untold: set[str] = set()
        self._news = asyncio.Event()
        self._listed = False
        self.complete = False
        """Everything that there was at the start has been gone through."""

    async def check(self) -> None:
        """Raise while there is something to wait for: for readiness."""
        if not self.complete and self._clock.now() < self._ready_by:
            raise StillColdError(f"{len(self._waiting)} businesses are still to be read")

    async def announced(self, change: BusinessChanged) -> None:
        """A business has changed, or is new: it is read here, not when the next caller asks."""
        self._businesses.changed(change)
        self._enqueue(change.tenant_id)

    async def run(self) -> None:
        """Warm until cancelled; while the registry is away, in growing steps."""
        pause_s, clock = FIRST_PAUSE_S, asyncio.get_running_loop().time
        look_at = clock() + self._look_every_s
        while True:
            try:
                await self._catch_up()
            except RegistryUnavailableError:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                pause_s = FIRST_PAUSE_S
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(look_at):
                        await self._news.wait()
            if clock() >= look_at:
                await self._look()
                look_at = clock() + self._look_every_s

    async def _catch_up(self) -> None:
        if not self._listed:
            async for tenant_id in self._directory.tenant_ids():
                self._enqueue(tenant_id)
            self._listed = True
        while self._waiting:
            await self._warm(next(iter(self._waiting)))
        self._news.clear()
        self.complete = True

    async def _warm(self, tenant_id: str) -> None:
        del self._waiting[tenant_id]  # first: what changes while it is being read is read again
        try:
            await self._build(await self._businesses.get(tenant_id))
        except BusinessUntoldError:
            _log.exception("the registry fails at a business", extra={"tenant": tenant_id})
            self._untold.add(tenant_id)
        except RegistryUnavailableError:
            self._enqueue(tenant_id)
            raise
        except BranchUnknownError:
            _log.info("a business is gone again", extra={"tenant": tenant_id})
        except (ValueError, LookupError, NotImplementedError):
            _log.exception("a business cannot be read", extra={"tenant": tenant_id})

    async def _look(self) -> None:
        while self._untold:
            self._enqueue(self._untold.pop())
        for key in self._calendars.built():
            self._calendars.renew(*key, self._clock.now())
            await asyncio.sleep(0)  # callers first

    async def _build(self, business: Business) -> None:
        for branch in business.branches.values():
            self._calendars.branch(business, branch, self._clock.now())
            await asyncio.sleep(0)

    def _enqueue(self, tenant_id: str) -> None:
        self._waiting[tenant_id] = None
        self._news.set()
