"""Owns the end of a claimed hold whose appointment has given its time back: the time is free at once, not only when the hold
would have ended."""

import logging
from datetime import timedelta

from availability.domain.holds import Taking
from availability.errors import BranchUnknownError, HoldsUnavailableError, RegistryUnavailableError
from availability.usecases.businesses import Businesses
from availability.usecases.follow_busy import BusyEvent, Freed
from availability.usecases.ports import Claims
from chassis.clock import Clock

RECENT = timedelta(hours=1)
"""What was given back longer ago is held no more; it is heard of again only by whoever reads the log anew."""
_log = logging.getLogger(__name__)


class EndClaims:
    """The use case. Repeating it is harmless; where it cannot be done the hold ends by itself."""

    def __init__(self, businesses: Businesses, claims: Claims, clock: Clock) -> None:
        self._businesses, self._claims, self._clock = businesses, claims, clock

    async def __call__(self, event: BusyEvent) -> None:
        """End the claimed holds of what an event says was given back."""
        if self._clock.now() - event.occurred_at > RECENT:
            return
        for freed in event.freed:
            try:
                await self._end(freed, event)
            except (HoldsUnavailableError, RegistryUnavailableError, BranchUnknownError) as error:
                _log.warning("a claimed hold ends by itself", extra={"fault": type(error).__name__})
            except Exception:  # noqa: BLE001 - one business that cannot be read: the log of all goes on
                _log.exception("a claimed hold ends by itself", extra={"tenant": freed.tenant_id})

    async def _end(self, freed: Freed, event: BusyEvent) -> None:
        business = await self._businesses.get(freed.tenant_id)
        scope = business.scope(business.branch(freed.branch_id).branch_id)
        takings, kept = (
            [Taking(name, each.interval) for each in some for name in business.names_of(each.owner_id)]
            for some in (freed.takings, freed.kept)
        )
        await self._claims.vacate(scope, takings, kept=kept, since=event.occurred_at, now=self._clock.now())
