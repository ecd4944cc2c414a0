"""Owns what a service asks of a person: its phases, buffers and booking policy, and the ONE rule of what it occupies."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache

from availability.domain.instants import Interval, merged, to_minute


class InvalidServiceError(ValueError):
    """A service that could never be carried out: no phases, a length that is not positive, a negative buffer."""


class PhaseKind(Enum):
    """What a phase asks of the person."""

    ACTIVE = "active"
    GAP_FREE = "gap_free"
    GAP_BLOCKED = "gap_blocked"


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a service, `minutes` long in elapsed time."""

    kind: PhaseKind
    minutes: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.minutes <= 0:
            raise InvalidServiceError(f"phase {self.name!r} is {self.minutes} minutes long")


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Local time of day [from_min, to_min), minutes after 00:00, on ISO weekdays (1 is Monday) of a season."""

    from_min: int
    to_min: int
    weekdays: frozenset[int] = frozenset(range(1, 8))
    first_day: date = date.min
    last_day: date = date.max


@dataclass(frozen=True, slots=True)
class Service:
    """A bookable service as one person does it. Lengths are whole minutes of elapsed time.

    `notice` and `horizon` bound the start, counted from now. `windows` are local times in which it may start
    (empty: any). An appointment whose phases are unknown is one active phase over its whole span.
    """

    service_id: str
    phases: tuple[Phase, ...]
    notice: timedelta = timedelta()
    horizon: timedelta = timedelta(days=365)
    buffer_before_min: int = 0
    buffer_after_min: int = 0
    windows: tuple[TimeWindow, ...] = ()
    footprint: "Footprint" = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not any(phase.kind is PhaseKind.ACTIVE for phase in self.phases):
            raise InvalidServiceError(f"service {self.service_id} has no active phase")
        if self.buffer_before_min < 0 or self.buffer_after_min < 0:
            raise InvalidServiceError(f"service {self.service_id} has a negative buffer")
        footprint = _footprint(self.phases, self.buffer_before_min, self.buffer_after_min)
        object.__setattr__(self, "footprint", footprint)  # derived once: every query asks for it

    @property
    def duration_min(self) -> int:
        """The sum of the phases, buffers not counted."""
        return sum(phase.minutes for phase in self.phases)

    def with_minutes(self, minutes: tuple[int, ...]) -> "Service":
        """The same service at another person's pace: one length per phase."""
        if len(minutes) != len(self.phases):
            raise InvalidServiceError(
                f"service {self.service_id} has {len(self.phases)} phases, not {len(minutes)}"
            )
        paced = (replace(phase, minutes=length) for phase, length in zip(self.phases, minutes, strict=True))
        return replace(self, phases=tuple(paced))


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """What a service takes from a person, in minutes relative to its start.

    `serving` must lie in working time and be free. `blocking` (blocked gaps, buffers) must only be free: a colour
    may work over the lunch break, and the clearing up may follow the last minute of the day.
    Equal services share one footprint, so that it is looked up by identity.
    """

    serving: tuple[Interval, ...]
    blocking: tuple[Interval, ...]
    occupied: tuple[Interval, ...]
    duration_min: int

    def at(self, start_min: int) -> tuple[Interval, ...]:
        """The occupied intervals of a start, in UTC epoch minutes."""
        return tuple(Interval(start_min + begin, start_min + end) for begin, end in self.occupied)

    def later(self, minutes: int) -> "Footprint":
        """The footprint seen from a start that comes `minutes` before its own: the second service of a visit."""
        return _later(self, minutes) if minutes else self

    def serving_at(self, start_min: int) -> tuple[Interval, ...]:
        """The part of it that must be working time."""
        return tuple(Interval(start_min + begin, start_min + end) for begin, end in self.serving)


@lru_cache(maxsize=4096)
def _footprint(phases: tuple[Phase, ...], before_min: int, after_min: int) -> Footprint:
    serving: list[tuple[int, int]] = []
    blocking: list[tuple[int, int]] = []
    at = 0
    for phase in phases:
        span = (at, at + phase.minutes)
        if phase.kind is PhaseKind.ACTIVE:
            serving.append(span)
        elif phase.kind is PhaseKind.GAP_BLOCKED:
            blocking.append(span)
        at += phase.minutes
    blocking += [(-before_min, 0), (at, at + after_min)]
    return Footprint(merged(serving), merged(blocking), merged(serving + blocking), at)


@lru_cache(maxsize=4096)
def _later(footprint: Footprint, minutes: int) -> Footprint:
    def moved(spans: tuple[Interval, ...]) -> tuple[Interval, ...]:
        return tuple(Interval(minutes + begin, minutes + end) for begin, end in spans)

    return Footprint(
        moved(footprint.serving), moved(footprint.blocking), moved(footprint.occupied), footprint.duration_min
    )


@lru_cache(maxsize=4096)
def use_of(begin_min: int, end_min: int) -> Footprint:
    """What a room or device is needed for: one stretch, in minutes relative to the start."""
    span = (Interval(begin_min, end_min),)
    return Footprint(span, (), span, end_min - begin_min)


def occupied(service: Service, start: datetime) -> tuple[Interval, ...]:
    """What an appointment at `start` takes of the person's time: active phases, blocked gaps and buffers.

    Search, hold, commit and reschedule all use this. Disjoint, ascending, touching neighbours joined.
    Raises NaiveInstantError.
    """
    return service.footprint.at(to_minute(start))
