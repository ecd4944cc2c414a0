"""The same appointment again every so many weeks: which dates, and what became of each."""

import enum
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count as counting
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.domain.appointment import Appointment
from booking.domain.wish import Wish
from booking.errors import RequestInvalidError

DATES_MAX = 52
WEEKS_MAX = 52


class Failure(enum.Enum):
    """Why a date was not booked."""

    TAKEN = "taken"
    HOLIDAY = "holiday"
    ABSENCE = "absence"
    CLOSED = "closed"
    TOO_FAR = "too_far"
    NO_SUCH_TIME = "no_such_time"
    """The clock skips it on that day."""
    NOT_BOOKABLE = "not_bookable"


@dataclass(frozen=True)
class Rhythm:
    """Every so many weeks; as many dates as ``count``, or as begin no later than ``until``."""

    every_weeks: int
    count: int | None
    until: datetime | None

    def __post_init__(self) -> None:
        if not 1 <= self.every_weeks <= WEEKS_MAX:
            raise RequestInvalidError("every_weeks", f"not between 1 and {WEEKS_MAX}")
        if (self.count is None) == (self.until is None):
            raise RequestInvalidError("count", "either how many, or until when")
        if self.count is not None and not 2 <= self.count <= DATES_MAX:
            raise RequestInvalidError("count", f"not between 2 and {DATES_MAX}")

    def dates(self, first: datetime, zone: ZoneInfo) -> list["PlannedDate"]:
        """All dates, the first included: at the same time by the clock on the wall of ``zone``."""
        dates: list[PlannedDate] = []
        for date in _at_the_same_time(first, zone, timedelta(weeks=self.every_weeks)):
            over = self.until is not None and date.start_time > self.until
            if dates and (over or len(dates) == (self.count or DATES_MAX)):
                break
            dates.append(date)
        return dates


@dataclass(frozen=True)
class PlannedDate:
    """One date. ``exists``: the clock does not skip it."""

    position: int
    start_time: datetime
    exists: bool = True


def _at_the_same_time(first: datetime, zone: ZoneInfo, step: timedelta) -> Iterator[PlannedDate]:
    on_the_wall = first.astimezone(zone).replace(tzinfo=None, fold=0)
    yield PlannedDate(1, first)
    for position in counting(2):
        local = on_the_wall + (position - 1) * step
        start = local.replace(tzinfo=zone).astimezone(UTC)
        yield PlannedDate(position, start, start.astimezone(zone).replace(tzinfo=None, fold=0) == local)


@dataclass(frozen=True)
class SeriesWish:
    """Somebody wants an option, and the same again and again."""

    wish: Wish
    rhythm: Rhythm

    @property
    def fingerprint(self) -> str:
        """Equal for equal wishes; the name is left out as in ``Wish``."""
        rhythm = (self.rhythm.every_weeks, self.rhythm.count, self.rhythm.until)
        words = "\n".join(("series", self.wish.fingerprint, *map(str, rhythm)))
        return hashlib.sha256(words.encode()).hexdigest()

    def of_date(self, series_id: UUID, position: int, option_id: str) -> Wish:
        """The wish for one date; the request is the series' own, so that it can be repeated."""
        return replace(self.wish, option_id=option_id, request_id=f"{series_id}/{position}")


@dataclass(frozen=True)
class Alternative:
    """What could be had instead of a date; "" as id: it is not held."""

    start_time: datetime
    end_time: datetime
    person_id: UUID
    option_id: str = ""
    held_until: datetime | None = None


@dataclass(frozen=True)
class SeriesDate:
    """What became of one date: an appointment, or a failure."""

    position: int
    start_time: datetime
    appointment: Appointment | None = None
    failure: Failure | None = None
    alternative: Alternative | None = None


@dataclass(frozen=True)
class SeriesAnswer:
    """All dates, in order. ``repeated``: it had been answered before."""

    series_id: UUID
    dates: tuple[SeriesDate, ...]
    repeated: bool
