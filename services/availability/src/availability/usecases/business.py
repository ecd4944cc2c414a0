"""Owns what this service knows of a business: branches with their rules, people with their hours, services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from availability.domain.holds import Scope, group_of
from availability.domain.hours import DayException, WeeklyRule
from availability.domain.service import Phase, Service, TimeWindow
from availability.domain.visit import DeviceNeed
from availability.errors import BranchUnknownError, PersonUnknownError, ServiceUnknownError

if TYPE_CHECKING:
    from availability.usecases.asking import Question

Minutes = tuple[int, int]
"""Before and after."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A place with its zone, its slot grid, its opening hours (none: whenever somebody works) and its rules."""

    branch_id: str
    zone: ZoneInfo
    holiday_region: str
    """ISO 3166-2, e.g. "DE-BE"; "": public holidays are days like others."""
    step_min: int
    notice: timedelta
    horizon: timedelta
    hold: timedelta
    opening: tuple[WeeklyRule, ...] = ()
    dated: tuple[DayException, ...] = ()
    devices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids of the rooms and devices by group."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who serves customers. ``bookable`` are the services that can be offered with this person (AV-17)."""

    person_id: str
    name: str
    branch_ids: tuple[str, ...]
    hours: tuple[WeeklyRule, ...]
    absences: tuple[tuple[datetime, datetime], ...]
    bookable: frozenset[str]
    dated: tuple[DayException, ...] = ()
    paces: Mapping[tuple[str, int], int] = field(default_factory=dict)
    """Minutes by service and position of the phase, where this person is not as quick as others."""
    buffers_min: Minutes = (0, 0)

    def offers(self, branch_id: str, service_id: str) -> bool:
        """Whether a service can be had of this person in a branch."""
        return branch_id in self.branch_ids and service_id in self.bookable


@dataclass(frozen=True, slots=True)
class OfferedService:
    """What a caller can book. Rules that are None are the branch's."""

    service_id: str
    name: str
    phases: tuple[Phase, ...]
    buffers_min: Minutes = (0, 0)
    notice: timedelta | None = None
    horizon: timedelta | None = None
    windows: tuple[TimeWindow, ...] = ()
    """In which it may start; none: always."""
    daily_cap: int = 0
    """So many starts a day in a branch; 0: any number."""
    groups: tuple[tuple[str, ...], ...] = ()
    """By phase: of which groups of rooms or devices it needs one each."""


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """How far ahead a start must lie in a part of the business; "" is any."""

    notice: timedelta
    branch_id: str = ""
    service_id: str = ""
    person_id: str = ""

    def speaks_of(self, branch_id: str, service_id: str, person_id: str) -> bool:
        """Whether it is about this."""
        own = (self.branch_id, self.service_id, self.person_id)
        return all(
            one in ("", asked) for one, asked in zip(own, (branch_id, service_id, person_id), strict=True)
        )

    @property
    def nearness(self) -> tuple[bool, bool, bool]:
        """A person is nearer than a service, a service than a branch, a branch than the business."""
        return bool(self.person_id), bool(self.service_id), bool(self.branch_id)


@dataclass(frozen=True)
class Business:
    """A tenant as it was when it was read; a change is another object, so that what follows from it is worked out once."""

    tenant_id: str
    language: str
    branches: Mapping[str, Branch]
    people: Mapping[str, Person]
    services: Mapping[str, OfferedService]
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other ids of people, each with the id that it stands for. Such a row may still be listed beside the other while the
    registry makes them one; the time of both is one from then on (SR-01)."""
    notice_rules: tuple[NoticeRule, ...] = ()
    looks_outside: bool = False
    """Calendars outside are looked at before a time is called free, where what is known of them is old."""
    mirrors_holds: bool = False
    """What is held is shown in the calendars outside."""

    def notice_of(self, branch: Branch, service: OfferedService, person_id: str) -> timedelta:
        """AV-07: how far ahead a start must lie, by the nearest rule; a service's own is one of the service, and a
        branch's own is what is left where nothing else speaks."""
        rules = [*self.notice_rules]
        if service.notice is not None:
            rules.append(NoticeRule(service.notice, service_id=service.service_id))
        speaking = [each for each in rules if each.speaks_of(branch.branch_id, service.service_id, person_id)]
        # The first of equally near ones: a policy goes before what the service says itself.
        nearest = max(speaking, key=lambda each: each.nearness, default=None)
        return nearest.notice if nearest else branch.notice

    def branch(self, branch_id: str) -> Branch:
        """Raises BranchUnknownError."""
        if branch_id not in self.branches:
            raise BranchUnknownError("the business has no such branch")
        return self.branches[branch_id]

    def service(self, service_id: str) -> OfferedService:
        """Raises ServiceUnknownError."""
        if service_id not in self.services:
            raise ServiceUnknownError("the business has no such service")
        return self.services[service_id]

    def person(self, person_id: str) -> Person:
        """Raises PersonUnknownError."""
        right = self.right_name(person_id)
        if right not in self.people:
            raise PersonUnknownError("the business has no such person")
        return self.people[right]

    def right_name(self, person_id: str) -> str:
        """The id under which a person is listed: the given one if it is, the one that it stands for if it no longer is."""
        return person_id if person_id in self.people else self.aliases.get(person_id, person_id)

    def names_of(self, owner_id: str) -> tuple[str, ...]:
        """All ids of the same human, room or device."""
        return self._names.get(owner_id, (owner_id,))

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        groups: dict[str, list[str]] = {}
        for alias, person_id in self.aliases.items():
            groups.setdefault(person_id, [person_id]).append(alias)
        return {name: tuple(names) for names in groups.values() for name in names}

    def scope(self, branch_id: str) -> Scope:
        """Where the holds of a branch are kept."""
        found = self._scopes.get(branch_id)
        if found is None:
            teams = (person.branch_ids for person in self.people.values())
            found = self._scopes[branch_id] = Scope(self.tenant_id, group_of(branch_id, teams))
        return found

    @cached_property
    def _scopes(self) -> dict[str, Scope]:
        return {}

    def candidates(self, branch_id: str, service_id: str, person_id: str) -> Sequence[str]:
        """Who can be offered with a service in a branch ("": anybody). Raises PersonUnknownError."""
        if person_id:
            person = self.person(person_id)
            return (person.person_id,) if person.offers(branch_id, service_id) else ()
        everybody = self._candidates.get((branch_id, service_id))
        if everybody is None:
            able = (each.person_id for each in self.people.values() if each.offers(branch_id, service_id))
            everybody = self._candidates[branch_id, service_id] = tuple(able)
        return everybody

    @cached_property
    def _candidates(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {}

    @cached_property
    def questions(self) -> "dict[tuple[str, str, str], Question]":
        """Those that were put to it, by branch, service and person."""
        return {}

    def planned(self, branch_id: str, service_id: str, person_id: str) -> Service:
        """A service as one person does it, under the rules of a branch; the same object for all who do it alike."""
        key = (branch_id, service_id, person_id)
        found = self._planned.get(key)
        if found is None:
            made = planned(self, self.branches[branch_id], self.services[service_id], self.people[person_id])
            found = self._planned[key] = self._alike.setdefault(made, made)
        return found

    @cached_property
    def _planned(self) -> dict[tuple[str, str, str], Service]:
        return {}

    @cached_property
    def _alike(self) -> dict[Service, Service]:
        return {}


def planned(business: Business, branch: Branch, service: OfferedService, person: Person) -> Service:
    """A service as one person does it, under the rules of a branch."""
    return Service(
        service.service_id,
        tuple(
            Phase(phase.kind, person.paces.get((service.service_id, position), phase.minutes), phase.name)
            for position, phase in enumerate(service.phases)
        ),
        notice=business.notice_of(branch, service, person.person_id),
        horizon=branch.horizon if service.horizon is None else service.horizon,
        buffer_before_min=service.buffers_min[0] + person.buffers_min[0],
        buffer_after_min=service.buffers_min[1] + person.buffers_min[1],
        windows=service.windows,
    )


def needs(branch: Branch, service: OfferedService) -> tuple[DeviceNeed, ...]:
    """The rooms and devices that a service needs, with those that the branch has."""
    return tuple(
        DeviceNeed(position, branch.devices.get(group, ()))
        for position, groups in enumerate(service.groups)
        for group in groups
    )


def horizon_of(branch: Branch, services: Sequence[OfferedService]) -> timedelta:
    """How far ahead a visit may lie: the strictest of its services."""
    return min(branch.horizon if service.horizon is None else service.horizon for service in services)
