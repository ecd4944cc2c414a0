"""Owns the words of a search: who is asked for what and when, what was found, and the verdict if nothing was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import reduce
from operator import or_
from typing import NamedTuple

from availability.domain.instants import DAY_MIN, Interval, to_instant, to_minute, to_minute_up
from availability.domain.lattice import Lattice
from availability.domain.ledger import Busy, BusyKey
from availability.domain.planes import minutes_of
from availability.domain.service import Service

EVERY_DAY = frozenset(range(1, 8))


class Verdict(Enum):
    """Whether there is a start, and if not, the first reason that holds, from the top.

    PAST, TOO_SOON (notice) and TOO_FAR (horizon, or beyond the calendar) are about now. CLOSED: no candidate works
    on any of the days. OUTSIDE_HOURS: somebody works that day, but nobody at that time. OFF_GRID: no slot begins at
    that minute. FULL: everything that could have been is taken, or what is left is too short.
    """

    FREE = "free"
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"
    OUTSIDE_HOURS = "outside_hours"
    OFF_GRID = "off_grid"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Ask:
    """Who could do it, each with the service at their own pace, in order of preference; and from when it is asked.

    `ignoring` are takings that do not count: the appointment being moved, the same call's holds. `besides` are
    takings by person that count though the calendar does not have them, such as other calls' holds. `full_days` are
    local dates on which a person takes no more of this service (a daily cap).
    """

    services: Mapping[str, Service]
    now: datetime
    ignoring: frozenset[BusyKey] = frozenset()
    besides: Mapping[str, Sequence[Busy]] = field(default_factory=dict)
    full_days: Mapping[str, frozenset[date]] = field(default_factory=dict)

    def grouped(self) -> list[tuple[Service, list[str]]]:
        """The candidates by the service object they share, so that each is looked up once."""
        groups: dict[int, tuple[Service, list[str]]] = {}
        for person_id, service in self.services.items():
            groups.setdefault(id(service), (service, []))[1].append(person_id)
        return list(groups.values())

    def bounds(self, service: Service) -> Interval:
        """The starts that notice and horizon allow, in UTC epoch minutes. Raises NaiveInstantError."""
        return Interval(to_minute_up(self.now + service.notice), to_minute(self.now + service.horizon) + 1)


@dataclass(frozen=True, slots=True)
class Window:
    """Local dates `first_day` to `last_day`, both included; on each the starts in [from_min, to_min) after 00:00."""

    first_day: date
    last_day: date
    from_min: int = 0
    to_min: int = DAY_MIN
    weekdays: frozenset[int] = EVERY_DAY


class Option(NamedTuple):
    """A start that one person can keep."""

    person_id: str
    service: Service
    start_min: int

    @property
    def start(self) -> datetime:
        return to_instant(self.start_min)

    @property
    def end(self) -> datetime:
        return to_instant(self.start_min + self.service.duration_min)

    @property
    def occupied(self) -> tuple[Interval, ...]:
        """What a hold and an appointment must take."""
        return self.service.footprint.at(self.start_min)


@dataclass(frozen=True, slots=True)
class Openings:
    """Every feasible start of a search, by person; bit i of a mask is lattice point i."""

    lattice: Lattice
    ask: Ask
    verdict: Verdict
    masks: Mapping[str, int]
    days: dict[tuple[str, tuple[Interval, ...]], tuple[Sequence[int], int]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Kept for the other starts of a day: a person's free planes, and the minutes of it that are booked."""

    @property
    def mask(self) -> int:
        """The lattice points at which somebody can start."""
        return reduce(or_, self.masks.values(), 0)

    def minutes(self) -> list[int]:
        """Every instant at which somebody can start, ascending, in UTC epoch minutes."""
        return self._minutes(self.mask)

    def of_person(self, person_id: str) -> list[int]:
        """The starts of one candidate, ascending, in UTC epoch minutes."""
        return self._minutes(self.masks.get(person_id, 0))

    def first(self) -> int | None:
        """The earliest start of anybody, in UTC epoch minutes."""
        mask = self.mask
        if not mask:
            return None
        return self.lattice.origin_min + ((mask & -mask).bit_length() - 1) * self.lattice.step_min

    def people_at(self, start_min: int) -> list[str]:
        """The candidates who can start then, in the order of the question."""
        point, rest = divmod(start_min - self.lattice.origin_min, self.lattice.step_min)
        if rest or point < 0:
            return []
        return [person_id for person_id, mask in self.masks.items() if mask >> point & 1]

    def option(self, person_id: str, start_min: int) -> Option:
        return Option(person_id, self.ask.services[person_id], start_min)

    def _minutes(self, mask: int) -> list[int]:
        return minutes_of(mask, self.lattice.origin_min, self.lattice.step_min)
