"""Instants on the wire: reading what callers send, writing the formats that Cal.com writes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_LOOKS_LIKE_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}(T|$)")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Half open, aware instants."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Interval") -> bool:
        return self.start <= other.start and other.end <= self.end


def parse_instant(text: object) -> datetime | None:
    """ISO 8601 with Z, an offset, or naive, which is read as UTC; None for anything else."""
    if not isinstance(text, str) or not _LOOKS_LIKE_ISO.match(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC)


def is_zone(name: object) -> bool:
    return isinstance(name, str) and name in _zones()


@cache
def _zones() -> frozenset[str]:
    """Read once: it looks at hundreds of files, during which nobody else is answered."""
    return frozenset(available_timezones())


def iso_millis(instant: datetime, zone: tzinfo = UTC) -> str:
    """2027-10-05T08:00:00.000Z, or with the zone's offset instead of Z."""
    text = instant.astimezone(zone).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z") if zone is UTC else text


def iso_seconds(instant: datetime) -> str:
    """2027-10-05T08:00:00Z"""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def iso_offset(instant: datetime) -> str:
    """2027-10-05T08:00:00+00:00"""
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def utc_offset_min(instant: datetime, zone_name: str) -> int:
    offset = instant.astimezone(ZoneInfo(zone_name)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0
