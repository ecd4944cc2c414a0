"""What the gateway knows of the business that was dialled."""

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """A span of opening on some weekdays, wall clock of the branch."""

    weekdays: frozenset[int]
    """ISO, 1 = Monday."""
    start: time
    end: time | None
    """None: midnight."""


@dataclass(frozen=True)
class BookableService:
    """A service that callers can ask for."""

    service_id: str
    name: str
    synonyms: tuple[str, ...]
    minutes: int
    price_minor: int | None
    currency: str


@dataclass(frozen=True)
class Colleague:
    """A person whom callers can ask for."""

    person_id: str
    name: str
    service_ids: frozenset[str]


@dataclass(frozen=True)
class DialledBranch:
    """The branch that was called, with everything that a conversation needs."""

    tenant_id: str
    branch_id: str
    business_name: str
    language: str
    """BCP 47."""
    zone: ZoneInfo
    horizon_days: int
    opening_hours: tuple[Hours, ...]
    services: tuple[BookableService, ...]
    people: tuple[Colleague, ...]

    def service(self, service_id: str) -> BookableService:
        """One of the services. Raises KeyError."""
        return next(found for found in self.services if found.service_id == service_id)

    def person_name(self, person_id: str) -> str:
        """What callers call a person; "" for somebody whom this branch no longer has."""
        return next((person.name for person in self.people if person.person_id == person_id), "")

    def opening_hours_on(self, day: date) -> tuple[Hours, ...]:
        """The spans of opening on a day, in order; none: closed as a rule."""
        spans = (hours for hours in self.opening_hours if day.isoweekday() in hours.weekdays)
        return tuple(sorted(spans, key=lambda hours: hours.start))
