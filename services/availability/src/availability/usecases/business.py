"""Owns what this service knows of a business: branches with their rules, people with their hours, services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from availability.domain.holds import Scope, group_of
from availability.domain.hours import DailySpan, WeeklyRule
from availability.domain.service import Phase, Service
from availability.errors import BranchUnknownError, PersonUnknownError, ServiceUnknownError


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
    opening: tuple[WeeklyRule, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who serves customers. ``bookable`` are the services that can be offered with this person (AV-17)."""

    person_id: str
    branch_ids: tuple[str, ...]
    hours: tuple[WeeklyRule, ...]
    absences: tuple[tuple[datetime, datetime], ...]
    bookable: frozenset[str]


@dataclass(frozen=True, slots=True)
class OfferedService:
    """What a caller can book."""

    service_id: str
    name: str
    phases: tuple[Phase, ...]


@dataclass(frozen=True, slots=True)
class Business:
    """A tenant as it was when it was read; a change is another object."""

    tenant_id: str
    branches: Mapping[str, Branch]
    people: Mapping[str, Person]
    services: Mapping[str, OfferedService]

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

    def scope(self, branch_id: str) -> Scope:
        """Where the holds of a branch are kept."""
        teams = (person.branch_ids for person in self.people.values())
        return Scope(self.tenant_id, group_of(branch_id, teams))

    def candidates(self, branch_id: str, service_id: str, person_id: str) -> list[str]:
        """Who can be offered with a service in a branch ("": anybody). Raises PersonUnknownError."""
        if person_id and person_id not in self.people:
            raise PersonUnknownError("the business has no such person")
        asked = [self.people[person_id]] if person_id else self.people.values()
        return [
            person.person_id
            for person in asked
            if branch_id in person.branch_ids and service_id in person.bookable
        ]


def planned(branch: Branch, service_id: str, phases: tuple[Phase, ...]) -> Service:
    """A service under the rules of a branch."""
    return Service(service_id, phases, notice=branch.notice, horizon=branch.horizon)


def within_opening(hours: Sequence[WeeklyRule], opening: Sequence[WeeklyRule]) -> tuple[WeeklyRule, ...]:
    """A person's hours as far as the branch is open; a branch without opening hours does not limit them."""
    if not opening:
        return tuple(hours)
    return tuple(
        WeeklyRule(rule.weekdays & door.weekdays, DailySpan(begin, end))
        for rule in hours
        for door in opening
        if rule.weekdays & door.weekdays
        and (begin := max(rule.span.from_min, door.span.from_min))
        < (end := min(rule.span.to_min, door.span.to_min))
    )
