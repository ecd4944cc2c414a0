"""How long an offer stands: long enough to call somebody, at hours at which people are called."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class HoldTerms:
    """``lasting`` counts only between the hours ``opens`` and ``closes`` (0 to 24) of the branch's wall clock."""

    lasting: timedelta = timedelta(minutes=30)
    opens: int = 8
    closes: int = 20
    cap: timedelta = timedelta(hours=16)
    """The longest that an offer stands, nights included."""
    least: timedelta = timedelta(minutes=5)
    """What is left before a slot's start for somebody to be called in, at such hours; with less it is not offered."""

    def earliest_start(self, now: datetime, zone: ZoneInfo) -> datetime:
        """What begins before that begins before anybody could be called: it would be held all night, and for nothing."""
        return self._after(now, self.least, zone)

    def expire_time(self, now: datetime, start: datetime, zone: ZoneInfo) -> datetime:
        """Until when a slot is held for somebody: never longer than to its start, or than the cap."""
        return min(self._after(now, self.lasting, zone), now + self.cap, start)

    def due_time(self, now: datetime, start: datetime, zone: ZoneInfo) -> datetime:
        """By when somebody should have called: half-way, so that there is time left to say yes."""
        expire = self.expire_time(now, start, zone)
        half = self._after(now, self.lasting / 2, zone)
        # Of an offer that is cut short by its start or by the cap.
        due = half if half < expire else now + (expire - now) / 2
        return due.replace(microsecond=0)

    def _after(self, now: datetime, span: timedelta, zone: ZoneInfo) -> datetime:
        """The instant at which so much time for calls has gone by."""
        at, left = now, span
        while True:
            day = at.astimezone(zone).date()
            opens = datetime.combine(day, time(self.opens), zone).astimezone(UTC)
            closes = self._end_of(day.toordinal(), zone)
            at = max(at, opens)
            if at < closes and left <= closes - at:
                return at + left
            left -= max(closes - at, timedelta())
            at = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)

    def _end_of(self, ordinal: int, zone: ZoneInfo) -> datetime:
        day = datetime.fromordinal(ordinal).date() + timedelta(days=self.closes // 24)
        return datetime.combine(day, time(self.closes % 24), zone).astimezone(UTC)
