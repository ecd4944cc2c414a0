"""Owns the meeting of a zone's wall clock with elapsed minutes: stretches of constant offset from UTC."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from availability.domain.instants import DAY_MIN, MINUTE, Interval, to_instant

PROBE_MIN = 7 * DAY_MIN
EPOCH_DAY = date(1970, 1, 1).toordinal()


class Stretch(NamedTuple):
    """UTC epoch minutes [begin, end) during which local time is UTC plus `offset_min`."""

    begin_min: int
    end_min: int
    offset_min: int


def day_number(day: date) -> int:
    """Days since 1970-01-01; local minute 0 of the day is this times 1440."""
    return day.toordinal() - EPOCH_DAY


def day_of(number: int) -> date:
    return date.fromordinal(number + EPOCH_DAY)


def offset_min(zone: ZoneInfo, minute: int) -> int:
    """Local minus UTC, in whole minutes, at an epoch minute."""
    offset = to_instant(minute).astimezone(zone).utcoffset()
    return (offset or timedelta()) // MINUTE


def midnight(zone: ZoneInfo, day: date) -> int:
    """The UTC epoch minute at which the local day begins (after the gap where midnight does not exist)."""
    aware = datetime(day.year, day.month, day.day, tzinfo=zone)
    offset = aware.utcoffset() or timedelta()
    return day_number(day) * DAY_MIN - offset // MINUTE


@lru_cache(maxsize=256)
def stretches(zone: ZoneInfo, begin_min: int, end_min: int) -> tuple[Stretch, ...]:
    """Constant-offset stretches that cover [begin, end). Two changes within one week are taken for none."""
    out: list[Stretch] = []
    start, offset = begin_min, offset_min(zone, begin_min)
    for probe in [*range(begin_min + PROBE_MIN, end_min, PROBE_MIN), end_min]:
        seen = offset_min(zone, probe)
        if seen != offset:
            change = _change(zone, start, probe, seen)
            out.append(Stretch(start, change, offset))
            start, offset = change, seen
    out.append(Stretch(start, end_min, offset))
    return tuple(stretch for stretch in out if stretch.begin_min < stretch.end_min)


def _change(zone: ZoneInfo, low: int, high: int, offset: int) -> int:
    """The first minute in [low, high] at which the new offset holds."""
    return low + bisect_left(range(low, high), 1, key=lambda minute: int(offset_min(zone, minute) == offset))


def instants_of(local: Iterable[tuple[int, int]], parts: Iterable[Stretch]) -> Iterator[Interval]:
    """The elapsed minutes at which the wall clock shows one of the local minutes [begin, end).

    An hour that the clock shows twice gives two intervals, one that it skips gives none.
    """
    known = tuple(parts)
    for begin, end in local:
        for part in known:
            low = max(begin - part.offset_min, part.begin_min)
            high = min(end - part.offset_min, part.end_min)
            if low < high:
                yield Interval(low, high)
