"""Owns local dates and times of day as instants: what a window of words ("vormittags, next week") comes down to."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from availability.domain.instants import DAY_MIN, Interval, merged
from availability.domain.lattice import Lattice
from availability.domain.service import TimeWindow
from availability.domain.zone import Stretch, day_number, day_of, instants_of

WHOLE_DAY = TimeWindow(0, DAY_MIN)
_ALL_DAY = (WHOLE_DAY,)


def instants_within(
    lattice: Lattice, first_day: date, last_day: date, windows: Iterable[TimeWindow] = (WHOLE_DAY,)
) -> tuple[Interval, ...]:
    """The minutes of the lattice's stretch of time at which the wall clock is inside one of the windows."""
    known = tuple(windows)
    if first_day == last_day and known == _ALL_DAY:
        return _of_day(lattice.parts, day_number(first_day))
    local = [
        (number * DAY_MIN + window.from_min, number * DAY_MIN + window.to_min)
        for number in range(day_number(first_day), day_number(last_day) + 1)
        for window in known
        if (number + 3) % 7 + 1 in window.weekdays  # 1970-01-01 was a Thursday
        and window.first_day <= day_of(number) <= window.last_day
    ]
    return merged(instants_of(merged(local), lattice.parts))


@lru_cache(maxsize=2048)
def _of_day(parts: tuple[Stretch, ...], number: int) -> tuple[Interval, ...]:
    """One whole day; a search asks for the same days again and again."""
    return merged(instants_of([(number * DAY_MIN, (number + 1) * DAY_MIN)], parts))


def local_day(lattice: Lattice, minute: int) -> date:
    """The local date of an epoch minute; beyond the lattice its nearest offset is taken."""
    offset = next((part.offset_min for part in lattice.parts if minute < part.end_min), None)
    return day_of((minute + (lattice.parts[-1].offset_min if offset is None else offset)) // DAY_MIN)


def local_clock(lattice: Lattice, minute: int) -> int:
    """The wall clock of an epoch minute, as minutes after 00:00."""
    offset = next((part.offset_min for part in lattice.parts if minute < part.end_min), None)
    return (minute + (lattice.parts[-1].offset_min if offset is None else offset)) % DAY_MIN
