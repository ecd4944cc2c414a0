"""Owns the last step before a booking: the option becomes the call's for good, if it still can be had."""

from dataclasses import dataclass

from availability.domain.ask import Ask, Verdict
from availability.domain.holds import Offer, Scope
from availability.domain.search import at_wish
from availability.domain.service import Phase
from availability.errors import OptionUnknownError, SlotNotBookableError, SlotTakenError
from availability.usecases.business import Business, planned
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.ports import Claiming, Holds
from availability.usecases.wishes import outcome_of
from chassis.clock import Clock


@dataclass(frozen=True, slots=True)
class OfferedTo:
    """Which option, and the call that it was offered to."""

    tenant_id: str
    branch_id: str
    option_id: str
    call_id: str


class ClaimOption:
    """The use case."""

    def __init__(self, businesses: Businesses, calendars: Calendars, holds: Holds, clock: Clock) -> None:
        self._businesses, self._calendars, self._holds, self._clock = businesses, calendars, holds, clock

    async def __call__(self, offered: OfferedTo) -> Offer:
        """The offer, now standing until its appointment is seen. Repeating it is harmless. Raises OptionUnknownError,
        SlotTakenError, SlotNotBookableError, HoldsUnavailableError, BranchUnknownError, RegistryUnavailableError."""
        business = await self._businesses.get(offered.tenant_id)
        scope = business.scope(business.branch(offered.branch_id).branch_id)
        claiming, offer = await self._claim(scope, offered, again=False)
        if claiming is Claiming.LAPSED:
            self._must_be_free(business, offer)
            claiming, offer = await self._claim(scope, offered, again=True)
        if claiming is Claiming.TAKEN:
            raise SlotTakenError("somebody else holds this time")
        return offer

    async def _claim(self, scope: Scope, offered: OfferedTo, *, again: bool) -> tuple[Claiming, Offer]:
        claim = await self._holds.claim(
            scope, offered.option_id, offered.call_id, again=again, now=self._clock.now()
        )
        if claim.offer is None or claim.offer.branch_id != offered.branch_id:
            raise OptionUnknownError("this call was not offered the option, or long ago")
        return claim.claiming, claim.offer

    def _must_be_free(self, business: Business, offer: Offer) -> None:
        """A hold that is over protects nothing: look at the calendar again, with the phases as they were offered."""
        now, branch = self._clock.now(), business.branch(offer.branch_id)
        calendar = self._calendars.branch(business, branch, now)
        if offer.person_id not in business.candidates(offer.branch_id, offer.service_id, ""):
            raise SlotNotBookableError("nobody offers this any more", outcome="UNAVAILABLE")
        lengths = ((phase, (phase.end - phase.start).total_seconds()) for phase in offer.phases)
        phases = tuple(Phase(phase.kind, round(seconds / 60), phase.name) for phase, seconds in lengths)
        service = planned(branch, offer.service_id, phases)
        verdict = at_wish(calendar, Ask({offer.person_id: service}, now), offer.start).verdict
        if verdict is Verdict.FULL:
            raise SlotTakenError("the time was booked")
        if verdict is not Verdict.FREE:
            raise SlotNotBookableError("the time cannot be booked now", outcome=outcome_of(verdict).value)
