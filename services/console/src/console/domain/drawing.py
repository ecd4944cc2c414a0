"""Where the entries of a day stand on a drawing of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_AROUND = 30
"""Drawn before the first entry and after the last, so that the edges are seen."""
PIXELS_PER_MINUTE = 0.8
HALF_HOUR = 30
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

    @property
    def pixels(self) -> float:
        """How tall the whole of it is."""
        return round((self.end - self.start) * PIXELS_PER_MINUTE, 1)

    def y(self, span: Span) -> float:
        """How far down a span begins, in pixels."""
        return round(self.top(span) * self.pixels / 100, 1)

    def tall(self, span: Span) -> float:
        """How tall a span is, in pixels."""
        return round(self.height(span) * self.pixels / 100, 1)

    def halves(self) -> list[Span]:
        """Half hours inside, to be pointed at."""
        first = -(-self.start // HALF_HOUR) * HALF_HOUR
        return [Span(start, start + HALF_HOUR) for start in range(first, self.end - HALF_HOUR + 1, HALF_HOUR)]

    def _share(self, minute: int) -> float:
        return round(100 * min(1.0, max(0.0, (minute - self.start) / (self.end - self.start))), 3)


def clock_of(minute: int) -> str:
    """ "09:30" of minutes since midnight; what is beyond the day ends with it."""
    minute = min(minute, 24 * 60 - 1)
    return f"{minute // 60:02}:{minute % 60:02}"


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
