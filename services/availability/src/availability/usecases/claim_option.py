"""Owns the last step before a booking: the option becomes the call's for good, if it still can be had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from availability.domain.ask import Ask
from availability.domain.branch import BranchCalendar
from availability.domain.explain import Blocker, BlockerKind, explain
from availability.domain.holds import Held, Offer, PlannedPhase, Scope, Taking
from availability.domain.instants import MINUTE
from availability.domain.ledger import BusyKey, BusySource
from availability.domain.service import Phase, Service
from availability.errors import OptionUnknownError, SlotNotBookableError, SlotTakenError
from availability.usecases.asking import Question, put
from availability.usecases.business import Business
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.places import owners_of
from availability.usecases.ports import Claiming, Holds
from availability.usecases.wishes import Outcome
from chassis.clock import Clock

_TAKEN = {BlockerKind.APPOINTMENT, BlockerKind.EXTERNAL, BlockerKind.HOLD, BlockerKind.DAILY_CAP}
_OUTCOMES = {
    BlockerKind.PAST: Outcome.PAST,
    BlockerKind.NOTICE: Outcome.TOO_SOON,
    BlockerKind.HORIZON: Outcome.TOO_FAR,
    BlockerKind.BEYOND_CALENDAR: Outcome.TOO_FAR,
    BlockerKind.CLOSED: Outcome.CLOSED,
    BlockerKind.HOLIDAY: Outcome.CLOSED,
}
_OF_THE_VISIT = {BlockerKind.NOTICE, BlockerKind.HORIZON}
"""Each of its services binds the visit's start by them; the first one's alone are the grid and the windows."""
_OF_THE_START = {BlockerKind.OFF_GRID, BlockerKind.SERVICE_WINDOW, *_OF_THE_VISIT}


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
        claiming, offer = await self._claim(scope, offered)
        if claiming is Claiming.LAPSED:
            self._must_be_free(business, offer, await self._places_taken(scope, business, offered, offer))
            claiming, offer = await self._claim(scope, offered, again=offer)
        if claiming is Claiming.TAKEN:
            raise SlotTakenError("somebody else holds this time")
        return offer

    async def _claim(
        self, scope: Scope, offered: OfferedTo, *, again: Offer | None = None
    ) -> tuple[Claiming, Offer]:
        claim = await self._holds.claim(
            scope,
            offered.option_id,
            offered.call_id,
            again=again is not None,
            moved=self._moved(scope, again) if again else (),
            now=self._clock.now(),
        )
        if claim.offer is None or claim.offer.branch_id != offered.branch_id:
            raise OptionUnknownError("this call was not offered the option, or long ago")
        return claim.claiming, claim.offer

    async def _places_taken(
        self, scope: Scope, business: Business, offered: OfferedTo, offer: Offer
    ) -> tuple[Held, ...]:
        """What others hold of the places of a day, where a service has only so many: the store does not know how many are
        left."""
        services = (business.services[each] for each in offer.service_ids if each in business.services)
        owners = [place for service in services for place in owners_of(offer.branch_id, service)]
        if not owners:
            return ()
        return await self._holds.taken(
            scope,
            owners,
            ignoring_call=offered.call_id,
            moved=self._moved(scope, offer),
            now=self._clock.now(),
        )

    def _moved(self, scope: Scope, offer: Offer) -> Sequence[Taking]:
        moved = offer.moved_appointment_id
        return self._calendars.takings_of(scope.tenant_id, moved) if moved else ()

    def _must_be_free(self, business: Business, offer: Offer, taken: Sequence[Held]) -> None:
        """A hold that is over protects nothing: look at the calendar again, for all that was offered."""
        kinds = {blocker.kind for blocker in self._blockers(business, offer, taken)}
        if kinds & _TAKEN:
            raise SlotTakenError("the time was booked")
        if kinds:
            outcome = next((_OUTCOMES[kind] for kind in _OUTCOMES if kind in kinds), Outcome.UNAVAILABLE)
            raise SlotNotBookableError("the time cannot be booked now", outcome=outcome.value)

    def _blockers(self, business: Business, offer: Offer, taken: Sequence[Held]) -> Iterator[Blocker]:
        legs = [tuple(phases) for _, phases in groupby(offer.phases, lambda phase: phase.leg)]
        for number, phases in enumerate(legs):
            person_id, service_id = business.right_name(phases[0].person_id), phases[0].service_id
            if person_id not in business.candidates(offer.branch_id, service_id, ""):
                raise SlotNotBookableError("nobody offers this any more", outcome=Outcome.UNAVAILABLE.value)
            moved = offer.moved_appointment_id
            question = Question.of(
                business, offer.branch_id, [service_id], person_id, moved, kept=offer.promised
            )
            asked = put(question, self._calendars, taken, self._clock.now())
            ask = asked.asks[0]
            as_offered = _as_offered(ask.services[person_id], phases)
            again = Ask({person_id: as_offered}, ask.now, ask.ignoring, {}, ask.full_days)
            for blocker in explain(asked.calendar, again, phases[0].start)[person_id]:
                if number == 0 or blocker.kind not in _OF_THE_START:
                    yield blocker
            if number == 0:
                yield from _takings_of_devices(asked.calendar, offer)
                continue
            for blocker in explain(asked.calendar, again, offer.start)[person_id]:
                if blocker.kind in _OF_THE_VISIT:
                    yield blocker


def _as_offered(service: Service, phases: tuple[PlannedPhase, ...]) -> Service:
    """The service under today's rules, with the phases as they were offered."""
    lengths = ((phase, (phase.end - phase.start) // MINUTE) for phase in phases)
    return Service(
        service.service_id,
        tuple(Phase(phase.kind, minutes, phase.name) for phase, minutes in lengths),
        service.notice,
        service.horizon,
        service.buffer_before_min,
        service.buffer_after_min,
        service.windows,
    )


def _takings_of_devices(calendar: BranchCalendar, offer: Offer) -> Iterator[Blocker]:
    """Whoever has a room or a device that the offer needs; one that is gone is nobody's to give."""
    moved = BusyKey(BusySource.APPOINTMENT, offer.moved_appointment_id)
    for device_id, interval in offer.devices:
        if device_id not in calendar.people:
            yield Blocker(device_id, BlockerKind.CLOSED, interval)
            continue
        for taken in calendar.person(device_id).ledger.touching(interval):
            if taken.key != moved:
                yield Blocker(device_id, BlockerKind.APPOINTMENT, taken.interval, taken.key.id)
