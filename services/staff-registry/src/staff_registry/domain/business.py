"""The business as a value: everything an operator writes down about it, things named by their keys."""

import enum
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime

from staff_registry.domain.messages import Messages
from staff_registry.domain.other_names import Alias
from staff_registry.domain.sentences import OwnSentence


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
    valid_from: str = ""
    """First day, YYYY-MM-DD; "" means: since ever."""
    valid_until: str = ""
    """Last day, YYYY-MM-DD; "" means: for ever."""


@dataclass(frozen=True)
class DaySpan:
    """A span of one day's wall-clock time, as in WeeklyHours."""

    start: str
    end: str


@dataclass(frozen=True)
class DatedHours:
    """The hours of one day, instead of the weekly ones; without spans: closed, or away."""

    date: str
    """YYYY-MM-DD in the branch's zone."""
    spans: tuple[DaySpan, ...]
    note: str = ""


@dataclass(frozen=True)
class Resource:
    """A room or a device that only one customer can use at a time; phases ask for any one of its group."""

    key: str
    name: str
    group: str


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
    dated_hours: tuple[DatedHours, ...] = ()
    resources: tuple[Resource, ...] = ()
    retired: bool = False
    """Nothing is offered there any more, and it is called under no number; what was booked there stands."""


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
class PhaseMinutes:
    """How long one person needs for one phase of a service."""

    service_key: str
    phase_position: int
    minutes: int


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
    dated_hours: tuple[DatedHours, ...] = ()
    phase_minutes: tuple[PhaseMinutes, ...] = ()
    """Where this person takes longer or is quicker than the service says."""
    buffer_before_minutes: int = 0
    """Kept free around each of her appointments, in addition to the service's."""
    buffer_after_minutes: int = 0
    retired: bool = False
    """Offered for nothing any more; what was booked with her stands, and her accounts serve it."""
    phone_number: str = ""
    """Where she is reached, E.164; told to nobody, it shows who is listed twice."""

    def minutes_of(self, service: "Service", position: int) -> int:
        """How long a phase of the service lasts when this person does it."""
        own = {(each.service_key, each.phase_position): each.minutes for each in self.phase_minutes}
        return own.get((service.key, position), service.phases[position].minutes)


@dataclass(frozen=True)
class Phase:
    """A part of a service. It is no service itself, and nobody can ask for it alone."""

    name: str
    kind: PhaseKind | None
    """None where the describer named none: a fault."""
    minutes: int
    resource_groups: tuple[str, ...] = ()
    """Of each of these groups, one room or device is needed."""


@dataclass(frozen=True)
class Service:
    """What a caller can book; as long as its phases together."""

    key: str
    name: str
    synonyms: tuple[str, ...]
    phases: tuple[Phase, ...]
    price_minor: int | None
    currency: str
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    min_notice_minutes: int | None = None
    """None: the branch's."""
    horizon_days: int | None = None
    """None: the branch's."""
    start_windows: tuple[WeeklyHours, ...] = ()
    """When it may start, wall clock of the branch; none: whenever somebody works."""
    daily_cap: int = 0
    """At most so many starts a day in a branch; 0: no limit."""
    retired: bool = False
    """Offered no more; what was booked stands."""
    booking_note: str = ""
    """Whole sentences, in the language of the business, for whoever has booked it."""

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
class FeeTier:
    """What cancelling or moving costs when the start is less than so many minutes away."""

    minutes_before: int
    fee_minor: int
    currency: str


@dataclass(frozen=True)
class Policy:
    """Rules for the business, or for the part of it that the keys name. What is absent, the next wider one decides."""

    branch_key: str = ""
    service_key: str = ""
    person_key: str = ""
    cancel_cutoff_minutes: int | None = None
    """No cancelling by phone later than this before the start."""
    move_cutoff_minutes: int | None = None
    fee_tiers: tuple[FeeTier, ...] = ()
    """From the earliest to the latest; the last that fits counts."""
    moves_max: int | None = None
    """How often one appointment may be moved."""
    cancellations_per_month_max: int | None = None
    """How many appointments one customer may cancel in 30 days."""
    min_notice_minutes: int | None = None
    """No start nearer than this; see the contract for how it goes with a service's and a branch's own."""

    def scope(self) -> tuple[str, str, str]:
        """Which part of the business it speaks of: branch, service, person, each "" where any is meant."""
        return (self.branch_key, self.service_key, self.person_key)

    def is_silent(self) -> bool:
        """Whether it rules nothing."""
        return self == Policy(*self.scope())


class CancelledThere(enum.Enum):
    """What happens here when somebody cancels a booking of ours at Cal.com."""

    CANCEL = "CANCEL"
    """The appointment is cancelled as well."""
    CASE = "CASE"
    """The appointment stands, and a person has to look."""


@dataclass(frozen=True)
class CalendarTerms:
    """How a business and its calendars at Cal.com go together."""

    mirror_holds: bool = False
    """What is held for a caller is reserved at Cal.com too."""
    cancelled_there: CancelledThere | None = CancelledThere.CANCEL
    """None where the describer named none that there is: a fault."""
    live_check_after_minutes: int = 0
    """A person whose busy times are known from longer ago is looked at before a time is called free; 0: never."""


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
    policies: tuple[Policy, ...] = ()
    calendar_terms: CalendarTerms = CalendarTerms()
    telephony_workspace: str = ""
    """The account at Retell whose calls are calls to this business; "": the default one."""
    messages: Messages | None = None
    """None: nothing is said about messages; what is stored stays."""
    sentences: tuple[OwnSentence, ...] = ()
    """What is said on the phone in the business's own way; all of them, so that one left out is ours again."""

    def canonical(self) -> "Business":
        """The same business with everything that has no order of its own in one fixed order, and no silent policy."""
        return replace(
            self,
            branches=tuple(map(_canonical_branch, self.branches)),
            people=tuple(map(_canonical_person, self.people)),
            services=tuple(map(_canonical_service, self.services)),
            mappings=tuple(
                sorted(
                    self.mappings,
                    key=lambda m: (m.service_key, m.phase_position, m.person_key, m.account_key),
                )
            ),
            policies=tuple(
                sorted((each for each in self.policies if not each.is_silent()), key=Policy.scope)
            ),
            messages=self.messages and self.messages.canonical(),
            sentences=tuple(sorted(self.sentences)),
        )

    def without_secrets(self) -> "Business":
        """What everybody may know."""
        return replace(
            self,
            people=tuple(map(_without_keys, self.people)),
            webhook_secret="",
            messages=self.messages and self.messages.without_secrets(),
        )


@dataclass(frozen=True)
class Registered:
    """A business as it is stored, and how many imports have changed it."""

    business: Business
    revision: int
    aliases: tuple[Alias, ...] = ()
    """Other names of its people."""


def _canonical_hours(hours: tuple[WeeklyHours, ...]) -> tuple[WeeklyHours, ...]:
    ordered = (replace(span, weekdays=tuple(sorted(span.weekdays))) for span in hours)
    return tuple(sorted(ordered, key=astuple))


def _canonical_days(days: tuple[DatedHours, ...]) -> tuple[DatedHours, ...]:
    ordered = (replace(day, spans=tuple(sorted(day.spans, key=astuple))) for day in days)
    return tuple(sorted(ordered, key=lambda day: day.date))


def _canonical_service(service: Service) -> Service:
    phases = (
        replace(phase, resource_groups=tuple(sorted(phase.resource_groups))) for phase in service.phases
    )
    return replace(service, phases=tuple(phases), start_windows=_canonical_hours(service.start_windows))


def _canonical_branch(branch: Branch) -> Branch:
    return replace(
        branch,
        dialled_numbers=tuple(sorted(branch.dialled_numbers)),
        opening_hours=_canonical_hours(branch.opening_hours),
        dated_hours=_canonical_days(branch.dated_hours),
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
        dated_hours=_canonical_days(person.dated_hours),
        phase_minutes=tuple(sorted(person.phase_minutes, key=astuple)),
    )


def _without_keys(person: Person) -> Person:
    return replace(person, accounts=tuple(replace(account, api_key="") for account in person.accounts))
