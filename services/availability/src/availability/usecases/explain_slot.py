"""Owns the answer to "why is 12:00 not free?": everything that blocks a start, by person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from availability.domain.explain import Blocker, BlockerKind, explain
from availability.domain.holds import Held
from availability.domain.instants import Interval, to_minute
from availability.errors import HoldsUnavailableError
from availability.usecases.asking import Asked, Question, put
from availability.usecases.business import Business, needs
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.ports import Holds
from availability.usecases.wishes import Wish, find
from chassis.clock import Clock


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands in the way. Somebody who is asked for and cannot do it at all is in ``unable``."""

    business: Business
    branch_id: str
    free: bool
    blockers: tuple[Blocker, ...]
    unable: tuple[str, ...]
    devices: tuple[Blocker, ...]
    """Takings of rooms and devices, where for one of the phases none is left; ``person_id`` is the device."""


class ExplainSlot:
    """The use case."""

    def __init__(self, businesses: Businesses, calendars: Calendars, holds: Holds, clock: Clock) -> None:
        self._businesses, self._calendars, self._holds, self._clock = businesses, calendars, holds, clock

    async def __call__(
        self, tenant_id: str, branch_id: str, service_id: str, person_id: str, start: datetime
    ) -> Explanation:
        """All that blocks a start; holds are left out while their store is out of reach.

        Raises BranchUnknownError, ServiceUnknownError, PersonUnknownError, RegistryUnavailableError.
        """
        business = await self._businesses.get(tenant_id)
        question = Question.of(business, branch_id, [service_id], person_id)
        asked = put(question, self._calendars, await self._held(question), self._clock.now())
        found = explain(asked.calendar, asked.asks[0], start)
        return Explanation(
            business=business,
            branch_id=branch_id,
            free=find(asked.planner, asked.calendar, Wish(start), limit=1).exact,
            blockers=tuple(blocker for blockers in found.values() for blocker in blockers),
            unable=(person_id,) if person_id and not question.people[0] else (),
            devices=tuple(_of_devices(asked, start)),
        )

    async def _held(self, question: Question) -> tuple[Held, ...]:
        try:
            return await self._holds.taken(
                question.scope, question.owners, ignoring_call="", now=self._clock.now()
            )
        except HoldsUnavailableError:
            return ()


def _of_devices(asked: Asked, start: datetime) -> Iterator[Blocker]:
    service = asked.question.services[0]
    for need in needs(asked.question.branch, service):
        begin = to_minute(start) + sum(phase.minutes for phase in service.phases[: need.phase])
        span = Interval(begin, begin + service.phases[need.phase].minutes)
        taken = {device_id: list(_taken(asked, device_id, span)) for device_id in need.devices}
        if all(taken.values()):
            for blockers in taken.values():
                yield from blockers


def _taken(asked: Asked, device_id: str, span: Interval) -> Iterator[Blocker]:
    for each in asked.calendar.person(device_id).ledger.touching(span):
        yield Blocker(device_id, BlockerKind.APPOINTMENT, each.interval, each.key.id)
    for entry in asked.besides.get(device_id, ()):
        for begin, end in entry.intervals:
            if span.touches(Interval(begin, end)):
                yield Blocker(device_id, BlockerKind.HOLD, Interval(begin, end))
