"""The business as a value: everything an operator writes down about it, things named by their keys."""

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime


class PhaseKind(enum.Enum):
    """What happens in a part of a service."""

    ACTIVE = "ACTIVE"
    """The person is needed."""
    GAP_FREE = "GAP_FREE"
    """The person may serve somebody else."""
    GAP_BLOCKED = "GAP_BLOCKED"
    """The person stays reserved."""


@dataclass(frozen=True)
class WeeklyHours:
    """A span of wall-clock time, in the branch's zone, that repeats on some weekdays."""

    weekdays: tuple[int, ...]
    """ISO: 1 = Monday to 7 = Sunday."""
    start: str
    """HH:MM"""
    end: str
    """HH:MM, 24:00 allowed."""


@dataclass(frozen=True)
class Branch:
    """A place where the business works, with its rules for offers."""

    key: str
    name: str
    time_zone: str
    holiday_region: str
    dialled_numbers: tuple[str, ...]
    slot_step_minutes: int
    min_notice_minutes: int
    horizon_days: int
    hold_seconds: int
    opening_hours: tuple[WeeklyHours, ...]


@dataclass(frozen=True)
class Absence:
    """A time in which a person is away; instants are aware."""

    start: datetime
    end: datetime
    note: str = ""


@dataclass(frozen=True)
class Account:
    """An account at Cal.com. The key never appears in a representation; "" means: keep what is stored."""

    key: str
    username: str
    email: str
    api_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Person:
    """A human being who serves customers."""

    key: str
    name: str
    branch_keys: tuple[str, ...]
    working_hours: tuple[WeeklyHours, ...]
    absences: tuple[Absence, ...]
    accounts: tuple[Account, ...]
    service_keys: tuple[str, ...]
    """What the person is able to do."""


@dataclass(frozen=True)
class Phase:
    """A part of a service. It is no service itself, and nobody can ask for it alone."""

    name: str
    kind: PhaseKind | None
    """None where the describer named none: a fault."""
    minutes: int


@dataclass(frozen=True)
class Service:
    """What a caller can book; as long as its phases together."""

    key: str
    name: str
    synonyms: tuple[str, ...]
    phases: tuple[Phase, ...]
    price_minor: int | None
    currency: str

    def active_positions(self) -> tuple[int, ...]:
        """Where the person is needed; positions count the gaps too."""
        return tuple(n for n, phase in enumerate(self.phases) if phase.kind is PhaseKind.ACTIVE)


@dataclass(frozen=True)
class PhaseMapping:
    """The event type at Cal.com that stands for an active phase when a person does it on one of her accounts."""

    service_key: str
    phase_position: int
    person_key: str
    account_key: str
    event_type_id: int


@dataclass(frozen=True)
class Business:
    """A whole business. ``webhook_secret`` "" means: keep what is stored."""

    key: str
    name: str
    language: str
    branches: tuple[Branch, ...]
    people: tuple[Person, ...]
    services: tuple[Service, ...]
    mappings: tuple[PhaseMapping, ...]
    calendar_sync: bool
    webhook_secret: str = field(default="", repr=False)

    def canonical(self) -> "Business":
        """The same business with everything that has no order of its own in one fixed order."""
        return replace(
            self,
            branches=tuple(map(_canonical_branch, self.branches)),
            people=tuple(map(_canonical_person, self.people)),
            mappings=tuple(
                sorted(self.mappings, key=lambda m: (m.service_key, m.phase_position, m.person_key))
            ),
        )

    def without_secrets(self) -> "Business":
        """What everybody may know."""
        return replace(self, people=tuple(map(_without_keys, self.people)), webhook_secret="")


@dataclass(frozen=True)
class Registered:
    """A business as it is stored, and how many imports have changed it."""

    business: Business
    revision: int


def _canonical_hours(hours: tuple[WeeklyHours, ...]) -> tuple[WeeklyHours, ...]:
    ordered = (replace(span, weekdays=tuple(sorted(span.weekdays))) for span in hours)
    return tuple(sorted(ordered, key=lambda span: (span.weekdays, span.start)))


def _canonical_branch(branch: Branch) -> Branch:
    return replace(
        branch,
        dialled_numbers=tuple(sorted(branch.dialled_numbers)),
        opening_hours=_canonical_hours(branch.opening_hours),
    )


def _canonical_person(person: Person) -> Person:
    return replace(
        person,
        branch_keys=tuple(sorted(person.branch_keys)),
        working_hours=_canonical_hours(person.working_hours),
        absences=tuple(
            sorted(person.absences, key=lambda absence: (absence.start, absence.end, absence.note))
        ),
        accounts=tuple(sorted(person.accounts, key=lambda account: account.key)),
        service_keys=tuple(sorted(person.service_keys)),
    )


def _without_keys(person: Person) -> Person:
    return replace(person, accounts=tuple(replace(account, api_key="") for account in person.accounts))
