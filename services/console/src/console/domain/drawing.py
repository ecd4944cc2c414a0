"""Where the entries of a day stand on a drawing of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_AROUND = 30
"""Drawn before the first entry and after the last, so that the edges are seen."""
OPENING_HOURS = (9 * 60, 18 * 60)
"""Drawn where there is nothing."""


@dataclass(frozen=True)
class Span:
    """A part of a day by its wall clock, in minutes since midnight. On the night of a change of the clock two hours may
    be drawn on each other: days stay comparable side by side."""

    start: int
    end: int


@dataclass(frozen=True)
class Frame:
    """The part of a day that is drawn."""

    start: int
    end: int

    def top(self, span: Span) -> float:
        """How far down it begins, in per cent; what lies outside begins at the edge."""
        return self._share(span.start)

    def height(self, span: Span) -> float:
        """How tall it is, in per cent."""
        return round(self._share(span.end) - self._share(span.start), 3)

    def hours(self) -> list[Span]:
        """Whole hours inside, for the scale."""
        first = -(-self.start // 60)
        return [Span(hour * 60, hour * 60 + 60) for hour in range(first, self.end // 60 + 1)]

    def _share(self, minute: int) -> float:
        return round(100 * min(1.0, max(0.0, (minute - self.start) / (self.end - self.start))), 3)


def span_on(day: date, start: datetime, end: datetime, zone: ZoneInfo) -> Span:
    """What of a span of instants lies on a local day; empty (end = start) where nothing does."""
    return Span(_minute(day, start, zone), _minute(day, end, zone))


def _minute(day: date, instant: datetime, zone: ZoneInfo) -> int:
    local = instant.astimezone(zone)
    since = local.replace(tzinfo=None) - datetime.combine(day, time())
    return int(min(timedelta(days=1), max(timedelta(0), since)) / timedelta(minutes=1))


def frame_around(spans: Iterable[Span]) -> Frame:
    """A frame that shows all of them."""
    known = [span for span in spans if span.end > span.start]
    if not known:
        return Frame(*OPENING_HOURS)
    start = max(0, min(span.start for span in known) - MINUTES_AROUND)
    return Frame(start, min(24 * 60, max(span.end for span in known) + MINUTES_AROUND))
