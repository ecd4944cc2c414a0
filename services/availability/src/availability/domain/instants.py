"""Owns the step between aware instants and the whole UTC epoch minutes that the bitmaps count in."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY_MIN = 1440


class NaiveInstantError(ValueError):
    """An instant without a zone was given; which of two times it means cannot be known."""


def to_seconds(instant: datetime) -> tuple[int, int]:
    """Whole seconds since 1970, and microseconds after them."""
    since = instant - EPOCH
    return since.days * 86_400 + since.seconds, since.microseconds


def to_minute(instant: datetime) -> int:
    """The UTC epoch minute in which `instant` lies. Raises NaiveInstantError."""
    if instant.utcoffset() is None:
        raise NaiveInstantError(f"{instant.isoformat()} has no zone")
    return (instant - EPOCH) // MINUTE


def to_minute_up(instant: datetime) -> int:
    """The first UTC epoch minute that is not before `instant`. Raises NaiveInstantError."""
    minute = to_minute(instant)
    return minute if EPOCH + minute * MINUTE == instant else minute + 1


def to_instant(minute: int) -> datetime:
    """The aware UTC instant at which the epoch minute begins."""
    return EPOCH + minute * MINUTE


class Interval(NamedTuple):
    """A half-open stretch of time [begin, end) in UTC epoch minutes."""

    begin_min: int
    end_min: int

    @classmethod
    def of(cls, start: datetime, end: datetime) -> Self:
        """From aware instants; seconds widen the interval to whole minutes. Raises NaiveInstantError."""
        return cls(to_minute(start), to_minute_up(end))

    @property
    def start(self) -> datetime:
        return to_instant(self.begin_min)

    @property
    def end(self) -> datetime:
        return to_instant(self.end_min)

    def touches(self, other: "Interval") -> bool:
        """Whether the two share at least one minute."""
        return max(self.begin_min, other.begin_min) < min(self.end_min, other.end_min)

    def within(self, other: "Interval") -> Self:
        """The part that lies in another interval, which touches this one."""
        return type(self)(max(self.begin_min, other.begin_min), min(self.end_min, other.end_min))


def merged(intervals: Iterable[tuple[int, int]]) -> tuple[Interval, ...]:
    """The same minutes as disjoint intervals in ascending order; touching neighbours become one."""
    out: list[Interval] = []
    for begin, end in sorted(intervals):
        if out and begin <= out[-1].end_min:
            out[-1] = Interval(out[-1].begin_min, max(end, out[-1].end_min))
        elif begin < end:
            out.append(Interval(begin, end))
    return tuple(out)
