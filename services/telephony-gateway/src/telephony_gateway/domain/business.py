"""What the gateway knows of the business that was dialled."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

from telephony_gateway.domain.sentences import Voice
from telephony_gateway.domain.workspaces import DEFAULT

_VOICES_MAX = 8
Names = tuple[tuple[str, tuple[str, ...]], ...]
"""By id, under which names something is asked for."""


@dataclass(frozen=True)
class Hours:
    """A span of opening on some weekdays, wall clock of the branch."""

    weekdays: frozenset[int]
    """ISO, 1 = Monday."""
    start: time
    end: time | None
    """None: midnight."""
    valid_from: date = date.min
    valid_until: date = date.max

    def holds_on(self, day: date) -> bool:
        """Whether the rule speaks of a day."""
        return day.isoweekday() in self.weekdays and self.valid_from <= day <= self.valid_until


@dataclass(frozen=True)
class Span:
    """A span of opening on one day, wall clock of the branch."""

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
    note: str = ""
    """Said to whoever has booked it."""
    note_language: str = ""
    """Primary language of the note: in a call in another language it is left unsaid."""


@dataclass(frozen=True)
class Colleague:
    """A person whom callers can ask for."""

    person_id: str
    name: str
    service_ids: frozenset[str]


@dataclass(frozen=True)
class OtherBranch:
    """A branch that was not called: somebody may have an appointment there."""

    name: str
    zone: ZoneInfo
    people: Mapping[str, str]
    """Names by id."""


@dataclass(frozen=True)
class DialledBranch:
    """The branch that was called, with everything that a conversation needs."""

    tenant_id: str
    branch_id: str
    business_name: str
    language: Voice
    """In which calls are answered that say nothing else."""
    zone: ZoneInfo
    horizon_days: int
    opening_hours: tuple[Hours, ...]
    services: tuple[BookableService, ...]
    people: tuple[Colleague, ...]
    dated_hours: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    """Days with hours of their own; none: closed."""
    workspace: str = DEFAULT
    """The account at Retell whose calls are calls to this business."""
    holiday_region: str = ""
    """ISO 3166-2 subdivision whose public holidays are days off; "": none are."""
    others: Mapping[str, OtherBranch] = field(default_factory=dict)
    """The other branches, by id."""
    _spoken: dict[tuple[str, date], "DialledBranch"] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """As it speaks, for the calls of a day."""

    def speaking_at(self, now: datetime, *, tag: str = "") -> "DialledBranch":
        """As it speaks in a call: on the day of an instant, in the caller's language where that is known (BCP 47)."""
        spoken, as_said = self._spoken, (tag, now.astimezone(self.zone).date())
        if as_said not in spoken:
            if len(spoken) > _VOICES_MAX:
                spoken.clear()
            spoken[as_said] = replace(self, language=self.language.speaking(tag).on(as_said[1]))
        return spoken[as_said]

    @cached_property
    def names_of_services(self) -> Names:
        """What the services are asked for by; their ids are repeated by models."""
        return tuple((one.service_id, (one.name, *one.synonyms, one.service_id)) for one in self.services)

    @cached_property
    def names_of_people(self) -> Names:
        """The same of the people."""
        return tuple((one.person_id, (one.name, one.person_id)) for one in self.people)

    def service(self, service_id: str) -> BookableService:
        """One of the services. Raises KeyError."""
        return next(found for found in self.services if found.service_id == service_id)

    def person_name(self, person_id: str) -> str:
        """What callers call a person; "" for somebody whom this branch no longer has."""
        return next((person.name for person in self.people if person.person_id == person_id), "")

    def zone_of(self, branch_id: str) -> ZoneInfo:
        """On whose clock an appointment of a branch is."""
        other = self.others.get(branch_id)
        return other.zone if other else self.zone

    def opening_hours_on(self, day: date) -> tuple[Span, ...]:
        """The spans of opening on a day, in order; none: closed. A day's own hours count before holidays and weeks."""
        if day in self.dated_hours:
            return self.dated_hours[day]
        if self.is_holiday(day):
            return ()
        spans = (Span(hours.start, hours.end) for hours in self.opening_hours if hours.holds_on(day))
        return tuple(sorted(spans, key=lambda span: span.start))

    def is_holiday(self, day: date) -> bool:
        """Whether the day is off by law where the branch is."""
        if not self.holiday_region:
            return False
        country, _, region = self.holiday_region.partition("-")
        return day in holidays.country_holidays(country, subdiv=region or None, years=day.year)
