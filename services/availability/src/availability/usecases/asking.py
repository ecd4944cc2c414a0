"""Owns how a question is put to the calendars: who could do what, in view of appointments and the holds of others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from availability.domain.ask import Ask
from availability.domain.branch import BranchCalendar
from availability.domain.holds import Held, Scope, Taking
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.service import Service
from availability.usecases.business import Branch, Business, OfferedService, needs
from availability.usecases.calendars import Calendars
from availability.usecases.places import Places, owners_of
from availability.usecases.plans import OneService, Planner, SeveralParts, Wanted


@dataclass(frozen=True, slots=True)
class Question:
    """A visit in a branch: its services in order, each with the people who could do it."""

    business: Business
    branch: Branch
    services: tuple[OfferedService, ...]
    people: tuple[Sequence[str], ...]
    moved_appointment_id: str = ""
    """Its time is no obstacle; "": none is moved."""
    kept: bool = False
    """It was promised before: nobody's notice is asked about again."""

    @classmethod
    def of(
        cls,
        business: Business,
        branch_id: str,
        service_ids: Sequence[str],
        person_id: str = "",
        moved_appointment_id: str = "",
        *,
        kept: bool = False,
    ) -> "Question":
        """Raises BranchUnknownError, ServiceUnknownError, PersonUnknownError."""
        branch = business.branch(branch_id)
        services = tuple(map(business.service, service_ids))
        people = tuple(business.candidates(branch_id, each.service_id, person_id) for each in services)
        return cls(business, branch, services, people, moved_appointment_id, kept)

    @property
    def notice(self) -> timedelta:
        """How far ahead the visit must lie: of each service by whoever takes it soonest, of all the strictest."""
        return max(map(self._soonest, self.services, self.people))

    def _soonest(self, service: OfferedService, people: Sequence[str]) -> timedelta:
        if not people:
            return self.business.notice_of(self.branch, service, "")
        branch_id, service_id = self.branch.branch_id, service.service_id
        return min(self.business.planned(branch_id, service_id, each).notice for each in people)

    @property
    def capped(self) -> bool:
        """Whether a day takes only so many of one of its services."""
        return any(service.daily_cap for service in self.services)

    @property
    def scope(self) -> Scope:
        """Where its holds are."""
        return self.business.scope(self.branch.branch_id)

    @property
    def owners(self) -> list[str]:
        """All whose time it could take: people, rooms, devices, a day's places."""
        devices = (need.devices for service in self.services for need in needs(self.branch, service))
        places = (owners_of(self.branch.branch_id, service) for service in self.services)
        names = (self.business.names_of(each) for each in chain(*self.people))
        return list(dict.fromkeys(chain(*names, *devices, *places)))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, put to the calendar as it stands now."""

    question: Question
    calendar: BranchCalendar
    asks: tuple[Ask, ...]
    """One for each service."""
    places: tuple[Places, ...]
    besides: Mapping[str, Sequence[Busy]]

    @property
    def planner(self) -> Planner | None:
        """None where nobody can do one of the services."""
        if not all(self.question.people):
            return None
        branch, services = self.question.branch, self.question.services
        wanted = [
            Wanted(service, ask, needs(branch, service))
            for service, ask in zip(services, self.asks, strict=True)
        ]
        if len(wanted) == 1 and not wanted[0].needs:
            return OneService(self.calendar, self.asks[0], services[0])
        return SeveralParts(self.calendar, wanted, self.besides)


def put(question: Question, calendars: Calendars, held: Iterable[Held], now: datetime) -> Asked:
    """Put a question to the calendars and beside what others hold."""
    held = tuple(held)
    calendar = calendars.branch(question.business, question.branch, now)
    besides = busy_of(held, question.business)
    places = tuple(
        _places(question, calendars, calendar, service, held, now) for service in question.services
    )
    moved = question.moved_appointment_id
    ignoring = frozenset([BusyKey(BusySource.APPOINTMENT, moved)] if moved else ())
    asks = []
    for service, people, left in zip(question.services, question.people, places, strict=True):
        own = {each: _planned(question, service, each) for each in people}
        full_days = left.full_days()
        asks.append(Ask(own, now, ignoring, besides, dict.fromkeys(people, full_days) if full_days else {}))
    return Asked(question, calendar, tuple(asks), places, besides)


def _planned(question: Question, service: OfferedService, person_id: str) -> Service:
    found = question.business.planned(question.branch.branch_id, service.service_id, person_id)
    return replace(found, notice=timedelta()) if question.kept else found


def busy_of(held: Iterable[Held], business: Business) -> dict[str, list[Busy]]:
    """What is held, by owner; a hold under one id of a human counts for all of them."""
    besides: dict[str, list[Busy]] = defaultdict(list)
    for number, each in enumerate(held):
        for name in business.names_of(each.owner_id):
            besides[name].append(Busy.of(BusySource.HOLD, str(number), each.interval))
    return dict(besides)


def _places(
    question: Question,
    calendars: Calendars,
    calendar: BranchCalendar,
    service: OfferedService,
    held: tuple[Held, ...],
    now: datetime,
) -> Places:
    business, branch_id = question.business, question.branch.branch_id
    owners = owners_of(branch_id, service)
    if not owners:
        return Places.without_limit(calendar)

    def starts_taking(taking: Taking) -> Iterator[datetime]:
        for name in business.names_of(taking.owner_id):
            for each in calendars.starts_taking(business.tenant_id, Taking(name, taking.interval)):
                if (each.branch_id, each.service_id) == (branch_id, service.service_id):
                    yield each.start

    moved = question.moved_appointment_id
    starts = calendars.starts_of(business.tenant_id, branch_id, service.service_id, but=moved)
    return Places.of(calendar, owners, starts, held, starts_taking, now)
