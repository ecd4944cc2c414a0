"""When a host works and is free: pure arithmetic over schedules and intervals."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.calcom.model import Schedule
from sandbox.calcom.times import Interval

DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def working_windows(schedule: Schedule, within: Interval, *, as_displayed: bool) -> list[Interval]:
    """The windows that touch `within`, merged where they meet.

    `as_displayed` repeats an error of the original's slot display: on the days of a clock change a window
    that starts before the change is an hour off, so it offers times that a booking is then refused for.
    """
    zone = ZoneInfo(schedule.time_zone)
    first = within.start.astimezone(zone).date() - DAY
    last = within.end.astimezone(zone).date() + DAY
    windows = []
    for offset in range((last - first).days + 1):
        day = first + offset * DAY
        for opens, closes in _hours(schedule, day):
            start = _displayed(day, opens, zone) if as_displayed else _instant(day, opens, zone)
            windows.append(Interval(start, _instant(day, closes, zone)))
    return [window for window in merged(windows) if window.overlaps(within)]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    result: list[Interval] = []
    for interval in sorted(intervals):
        if result and interval.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, interval.end))
        else:
            result.append(interval)
    return result


def without(windows: Iterable[Interval], busy: Iterable[Interval]) -> list[Interval]:
    """The windows with every busy interval cut out."""
    blocks = merged(busy)
    free = []
    for window in windows:
        start = window.start
        for block in blocks:
            if not block.overlaps(window):
                continue
            if start < block.start:
                free.append(Interval(start, block.start))
            start = max(start, block.end)
        if start < window.end:
            free.append(Interval(start, window.end))
    return free


def clipped(windows: Iterable[Interval], bounds: Interval) -> list[Interval]:
    cut = (Interval(max(one.start, bounds.start), min(one.end, bounds.end)) for one in windows)
    return [one for one in cut if one.start < one.end]


def slot_starts(free: Interval, *, length: timedelta, step_min: int, not_before: datetime) -> list[datetime]:
    """Starts on the display grid, which begins anew in every free stretch, rounded up to a round minute."""
    start = _rounded_up(max(free.start, not_before), step_min)
    starts = []
    while start + length <= free.end:
        starts.append(start)
        start += timedelta(minutes=step_min)
    return starts


def _rounded_up(instant: datetime, step_min: int) -> datetime:
    grid = next((minutes for minutes in (60, 30, 20, 15, 10, 5) if step_min % minutes == 0), 1)
    hour = instant.replace(minute=0, second=0, microsecond=0)
    steps = -((hour - instant) // timedelta(minutes=grid))
    return hour + steps * timedelta(minutes=grid)


def _hours(schedule: Schedule, day: date) -> list[tuple[time, time]]:
    """An override replaces the weekday's hours."""
    overrides = [one for one in schedule.overrides if one["date"] == day.isoformat()]
    weekly = [one for one in schedule.availability if WEEKDAYS[day.weekday()] in one["days"]]
    return [_opening(one) for one in overrides or weekly]


def _opening(row: dict[str, Any]) -> tuple[time, time]:
    return time.fromisoformat(row["startTime"]), time.fromisoformat(row["endTime"])


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _displayed(day: date, at: time, zone: ZoneInfo) -> datetime:
    offset_at_noon = datetime.combine(day, time(12), zone).utcoffset() or timedelta()
    return datetime.combine(day, at, UTC) - offset_at_noon
