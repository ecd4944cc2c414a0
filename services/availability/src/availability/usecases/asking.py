"""Owns how a question is put to the calendars: who could do what, in view of appointments and the holds of others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from availability.domain.ask import Ask
from availability.domain.branch import BranchCalendar
from availability.domain.holds import Held, Scope, Taking
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.service import Service
from availability.domain.visit import DeviceNeed
from availability.usecases.business import Branch, Business, OfferedService, horizon_of, needs
from availability.usecases.calendars import Calendars
from availability.usecases.places import Places, owners_of
from availability.usecases.plans import OneService, Planner, SeveralParts, Wanted

QUESTIONS_KEPT = 512
"""Of a business."""


@dataclass(frozen=True)
class Question:
    """A visit in a branch: its services in order, each with the people who could do it. What follows from the business is
    worked out once, and kept with the business where it is a question of one service."""

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
        if len(service_ids) != 1 or moved_appointment_id or kept:
            return cls._made(business, branch_id, service_ids, person_id, moved_appointment_id, kept)
        key = (branch_id, service_ids[0], person_id)
        found = business.questions.get(key)
        if found is None:
            found = cls._made(business, branch_id, service_ids, person_id)
            if len(business.questions) == QUESTIONS_KEPT:
                business.questions.clear()
            business.questions[key] = found
        return found

    @classmethod
    def _made(
        cls,
        business: Business,
        branch_id: str,
        service_ids: Sequence[str],
        person_id: str,
        moved_appointment_id: str = "",
        kept: bool = False,  # noqa: FBT001, FBT002 - as of() was told
    ) -> "Question":
        branch = business.branch(branch_id)
        services = tuple(map(business.service, service_ids))
        people = tuple(business.candidates(branch_id, each.service_id, person_id) for each in services)
        return cls(business, branch, services, people, moved_appointment_id, kept)

    @cached_property
    def notice(self) -> timedelta:
        """How far ahead the visit must lie: of each service by whoever takes it soonest, of all the strictest."""
        return max(map(self._soonest, self.services, self.people))

    def _soonest(self, service: OfferedService, people: Sequence[str]) -> timedelta:
        if not people:
            return self.business.notice_of(self.branch, service, "")
        branch_id, service_id = self.branch.branch_id, service.service_id
        return min(self.business.planned(branch_id, service_id, each).notice for each in people)

    @cached_property
    def horizon(self) -> timedelta:
        """How far ahead the visit may lie."""
        return horizon_of(self.branch, self.services)

    @cached_property
    def planned(self) -> tuple[Mapping[str, Service], ...]:
        """Each service as each of the people does it."""
        return tuple(
            {each: _planned(self, service, each) for each in people}
            for service, people in zip(self.services, self.people, strict=True)
        )

    @cached_property
    def needs(self) -> tuple[tuple[DeviceNeed, ...], ...]:
        """The rooms and devices of each service."""
        return tuple(needs(self.branch, service) for service in self.services)

    @cached_property
    def capped(self) -> bool:
        """Whether a day takes only so many of one of its services."""
        return any(service.daily_cap for service in self.services)

    @cached_property
    def scope(self) -> Scope:
        """Where its holds are."""
        return self.business.scope(self.branch.branch_id)

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """All whose time it could take: people, rooms, devices, a day's places."""
        devices = (need.devices for each in self.needs for need in each)
        places = (owners_of(self.branch.branch_id, service) for service in self.services)
        names = (self.business.names_of(each) for each in chain(*self.people))
        return tuple(dict.fromkeys(chain(*names, *devices, *places)))


class Asked(NamedTuple):
    """A question, put to the calendar as it stands now."""

    question: Question
    calendar: BranchCalendar
    asks: tuple[Ask, ...]
    """One for each service."""
    places: Sequence[Places | None]
    """The same; None where a day takes any number of a service."""
    besides: Mapping[str, Sequence[Busy]]

    @property
    def planner(self) -> Planner | None:
        """None where nobody can do one of the services."""
        if not all(self.question.people):
            return None
        services, needs = self.question.services, self.question.needs
        if len(services) == 1 and not needs[0]:
            return OneService(self.calendar, self.asks[0], services[0])
        wanted = [Wanted(*each) for each in zip(services, self.asks, needs, strict=True)]
        return SeveralParts(self.calendar, wanted, self.besides)


def put(question: Question, calendars: Calendars, held: Iterable[Held], now: datetime) -> Asked:
    """Put a question to the calendars and beside what others hold."""
    held = tuple(held)
    calendar = calendars.branch(question.business, question.branch, now)
    besides = busy_of(held, question.business) if held else {}
    places = [
        _places(question, calendars, calendar, service, held, now) if service.daily_cap else None
        for service in question.services
    ]
    moved = question.moved_appointment_id
    ignoring = frozenset([BusyKey(BusySource.APPOINTMENT, moved)] if moved else ())
    asks = [
        Ask(own, now, ignoring, besides, dict.fromkeys(own, left.full_days()) if left else {})
        for own, left in zip(question.planned, places, strict=True)
    ]
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

    def starts_taking(taking: Taking) -> Iterator[datetime]:
        for name in business.names_of(taking.owner_id):
            for each in calendars.starts_taking(business.tenant_id, Taking(name, taking.interval)):
                if (each.branch_id, each.service_id) == (branch_id, service.service_id):
                    yield each.start

    moved = question.moved_appointment_id
    starts = calendars.starts_of(business.tenant_id, branch_id, service.service_id, but=moved)
    return Places.of(calendar, owners, starts, held, starts_taking, now)
