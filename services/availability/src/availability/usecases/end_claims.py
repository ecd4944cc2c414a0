"""Owns the end of a claimed hold whose appointment has given its time back: the time is free at once, not only when the hold
would have ended."""

import asyncio
import logging
from datetime import timedelta

from availability.domain.holds import Taking
from availability.errors import (
    BranchUnknownError,
    BusinessUntoldError,
    HoldsUnavailableError,
    RegistryUnavailableError,
)
from availability.usecases.business import Business
from availability.usecases.businesses import Businesses
from availability.usecases.follow_busy import BusyEvent, Freed
from availability.usecases.ports import Claims
from chassis.clock import Clock

RECENT = timedelta(hours=1)
"""What was given back longer ago is held no more; it is heard of again only by whoever reads the log anew."""
READ_WITHIN_S, PAUSE_S = 0.5, 1.0
"""How long a business is asked for that was never read, and for how long nobody is asked for anything after one who did not answer:
all the while what else is booked is not heard."""
_log = logging.getLogger(__name__)


class EndClaims:
    """The use case. Repeating it is harmless; where it cannot be done the hold ends by itself."""

    def __init__(self, businesses: Businesses, claims: Claims, clock: Clock) -> None:
        self._businesses, self._claims, self._clock = businesses, claims, clock
        self._silent_until = 0.0

    async def __call__(self, event: BusyEvent) -> None:
        """End the claimed holds of what an event says was given back."""
        if self._clock.now() - event.occurred_at > RECENT:
            return
        for freed in event.freed:
            if self._silent_until <= asyncio.get_running_loop().time():
                await self._end_if_possible(freed, event)

    async def _end_if_possible(self, freed: Freed, event: BusyEvent) -> None:
        try:
            await self._end(freed, event)
        except (BranchUnknownError, BusinessUntoldError) as error:
            _log.warning("a claimed hold ends by itself", extra={"fault": type(error).__name__})
        except (HoldsUnavailableError, RegistryUnavailableError, TimeoutError) as error:
            _log.warning("claimed holds end by themselves for now", extra={"fault": type(error).__name__})
            self._silent_until = asyncio.get_running_loop().time() + PAUSE_S
        except Exception:  # noqa: BLE001 - one business that cannot be read: the log of all goes on
            _log.exception("a claimed hold ends by itself", extra={"tenant": freed.tenant_id})

    async def _end(self, freed: Freed, event: BusyEvent) -> None:
        business = await self._business(freed.tenant_id)
        scope = business.scope(business.branch(freed.branch_id).branch_id)
        takings, kept = (
            [Taking(name, each.interval) for each in some for name in business.names_of(each.owner_id)]
            for some in (freed.takings, freed.kept)
        )
        await self._claims.vacate(scope, takings, kept=kept, since=event.occurred_at, now=self._clock.now())

    async def _business(self, tenant_id: str) -> Business:
        """As it was read last: of one that has changed since nobody is asked."""
        known = self._businesses.known(tenant_id)
        if known:
            return known
        async with asyncio.timeout(READ_WITHIN_S):
            return await self._businesses.get(tenant_id)
