"""The hours in which nobody is reminded, on the wall clock of a branch."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SOONEST = timedelta(hours=1)
"""A reminder that waited for the morning comes at least this long before the start, or the evening before."""


@dataclass(frozen=True)
class Night:
    """From ``begin`` until ``end``, over midnight where the end is earlier."""

    begin: time
    end: time

    def __post_init__(self) -> None:
        if self.begin == self.end:
            raise ValueError("a night begins and ends at different times")

    def holds(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Whether it is night then."""
        clock = instant.astimezone(zone).time()
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def last_minute_before(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The last minute before the night that ``instant`` is in."""
        local = instant.astimezone(zone)
        day = local.date() if self.begin <= local.time() else local.date() - timedelta(days=1)
        return _at(day, self.begin, zone) - timedelta(minutes=1)

    def over(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """When the night that ``instant`` is in ends."""
        local = instant.astimezone(zone)
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        return _at(day, self.end, zone)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def reminder_time(start: datetime, lead: timedelta, night: Night | None, zone: ZoneInfo) -> datetime:
    """When to remind of a start: ``lead`` before it; from the night into the morning, or else the evening before."""
    due = start - lead
    if night is None or not night.holds(due, zone):
        return due
    morning = night.over(due, zone)
    return morning if morning <= start - SOONEST else night.last_minute_before(due, zone)
