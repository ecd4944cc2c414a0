"""Days as people say them, and the readings that this booking line takes of them on a given day."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SUNDAY = 6
# A day and month that passed less than this long ago is asked about rather than moved to next year in silence.
JUST_PASSED = timedelta(days=14)
# A year further off than this was misheard, or made up.
YEARS_AHEAD_MAX = 20

# "vom 5. bis 3. Dezember" is a slip, not a year.
LONGEST_GUESSED_RANGE = timedelta(days=180)

Mode = Literal["plain", "this", "coming", "next", "overnext", "last", "beforelast"]


class Doubt(StrEnum):
    """Why a phrase has more than one reading; the caller is asked a question that names it."""

    SAME_WEEKDAY = "same_weekday"
    NEXT_WEEKDAY = "next_weekday"
    WEEKDAY_AND_DATE_DISAGREE = "weekday_and_date_disagree"
    EIGHT_DAYS = "eight_days"
    WEEK_OR_WEEKDAY = "week_or_weekday"
    JUST_PASSED = "just_passed"
    FEAST_OF_SEVERAL_DAYS = "feast_of_several_days"
    HALF_OF_THE_DAY = "half_of_the_day"
    ALTERNATIVES = "alternatives"
    INVENTED_YEAR = "invented_year"
    CUT_OFF_DATE = "cut_off_date"
    WORDS_LEFT_OVER = "words_left_over"
    VAGUE = "vague"


class Span(NamedTuple):
    """Days from first to last, both included; a single day has no last, an open range lacks one side."""

    first: date | None
    last: date | None = None


class Reading(NamedTuple):
    """The spans that can be meant, the likelier first, and why there is more than one."""

    spans: tuple[Span, ...]
    doubt: Doubt | None = None


class ImpossibleDayError(ValueError):
    """The words name a day that no calendar has (31 February, week 54, month 13)."""


class DayExpression(Protocol):
    """Anything that names one day or several, given today."""

    def resolve(self, today: date) -> Reading:
        """The readings on that day; raises ImpossibleDayError for a day that does not exist."""
        ...


def one(day: date) -> Reading:
    """A reading of exactly one day."""
    return Reading((Span(day),))


def several(doubt: Doubt, *days: date) -> Reading:
    """Several single days that can be meant."""
    return Reading(tuple(Span(day) for day in dict.fromkeys(days)), doubt)


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def make_date(year: int, month: int, day: int) -> date:
    """A date, or ImpossibleDayError."""
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ImpossibleDayError(f"{day}.{month}.{year}") from error


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise ImpossibleDayError(f"year {year}")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shift(day: date, days: int) -> date:
    """So many days later; ImpossibleDayError beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise ImpossibleDayError("beyond the calendar") from error


@dataclass(frozen=True, slots=True)
class RelativeDay:
    """Today plus so many days: "heute", "übermorgen", "gestern", "morgen in einer Woche"."""

    days: int

    def resolve(self, today: date) -> Reading:
        """Exactly one day."""
        return one(shift(today, self.days))


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar week, Monday to Sunday, so many weeks from this one; `rest` where only what is left of it is meant."""

    offset: int
    rest: bool = False

    def monday(self, today: date) -> date:
        """The first day of the week."""
        return shift(monday_of(today), 7 * self.offset)

    def resolve(self, today: date) -> Reading:
        """The whole week; of the running week what is left."""
        monday = self.monday(today)
        return Reading((Span(today if self.offset == 0 else monday, monday + 6 * DAY),))


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """An ISO week by its number."""

    number: int
    year: int | None = None

    def monday(self, today: date) -> date:
        """The Monday of the next week with that number."""
        if self.year is not None:
            return self._in(self.year)
        year = today.isocalendar().year
        monday = self._in(year) if self.number <= _weeks(year) else None
        if monday is not None and monday + 6 * DAY >= today:
            return monday
        return self._in(year + 1)

    def _in(self, year: int) -> date:
        if not 1 <= self.number <= _weeks(year):
            raise ImpossibleDayError(f"week {self.number} of {year}")
        return date.fromisocalendar(year, self.number, 1)

    def resolve(self, today: date) -> Reading:
        """The whole week."""
        monday = self.monday(today)
        return Reading((Span(monday, monday + 6 * DAY),))


def _weeks(year: int) -> int:
    return date(year, 12, 28).isocalendar().week


AnyWeek = Week | CalendarWeek


@dataclass(frozen=True, slots=True)
class Weekday:
    """A weekday, with the word before it, a week that it lies in, or so many weeks after the next one."""

    weekday: int
    mode: Mode = "plain"
    week: AnyWeek | None = None
    weeks_later: int = 0
    week_first: bool = False

    def resolve(self, today: date) -> Reading:
        """The reading by the house rules, see `_BY_MODE`."""
        if self.week is not None:
            return one(shift(self.week.monday(today), self.weekday))
        following = self.following(today)
        if self.weeks_later:
            return self._later(today, following)
        return _BY_MODE[self.mode](today, following)

    def following(self, today: date) -> date:
        """The next such weekday strictly after today."""
        return shift(today, (self.weekday - today.weekday() - 1) % 7 + 1)

    def _later(self, today: date, following: date) -> Reading:
        counted = shift(following, 7 * self.weeks_later)
        in_week = shift(monday_of(today), 7 * self.weeks_later + self.weekday)
        if self.week_first:
            return one(in_week) if in_week == counted else several(Doubt.WEEK_OR_WEEKDAY, in_week, counted)
        if following == today + WEEK:
            return several(Doubt.SAME_WEEKDAY, counted, counted - WEEK)
        return one(counted)


def _plain(today: date, following: date) -> Reading:
    return several(Doubt.SAME_WEEKDAY, following, today) if following == today + WEEK else one(following)


def _this(today: date, following: date) -> Reading:
    return several(Doubt.SAME_WEEKDAY, today, following) if following == today + WEEK else one(following)


def _coming(_today: date, following: date) -> Reading:
    return one(following)


def _next(today: date, following: date) -> Reading:
    if monday_of(following) > today:
        return one(following)
    return several(Doubt.NEXT_WEEKDAY, following, following + WEEK)


def _overnext(today: date, following: date) -> Reading:
    if monday_of(following) > today:
        return one(following + WEEK)
    return several(Doubt.NEXT_WEEKDAY, following + WEEK, following + 2 * WEEK)


def _last(today: date, following: date) -> Reading:
    return one(following - WEEK if following - WEEK < today else following - 2 * WEEK)


_BY_MODE: dict[Mode, Callable[[date, date], Reading]] = {
    "plain": _plain,
    "this": _this,
    "coming": _coming,
    "next": _next,
    "overnext": _overnext,
    "last": _last,
    "beforelast": lambda today, following: _last(today - WEEK, following - WEEK),
}


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day of a month; month and year may be left out, a weekday may be named with it."""

    day: int
    month: int | None = None
    year: int | None = None
    weekday: int | None = None
    months_ahead: int | None = None
    year_ahead: int | None = None

    def resolve(self, today: date) -> Reading:
        """The next such day, compared with the weekday that was named."""
        reading = self._reading(today)
        if self.weekday is None or reading.doubt is Doubt.INVENTED_YEAR:
            return reading
        first = reading.spans[0].first
        assert first is not None  # noqa: S101 - `_reading` names single days only
        if first.weekday() == self.weekday:
            return one(first)
        nearest = first + timedelta(days=(self.weekday - first.weekday() + 3) % 7 - 3)
        return several(Doubt.WEEKDAY_AND_DATE_DISAGREE, first, nearest)

    def _reading(self, today: date) -> Reading:
        if not 1 <= self.day <= 31:
            raise ImpossibleDayError(f"day {self.day}")
        if self.month is None:
            return self._next_such_day(today)
        if self.year is not None:
            said = make_date(self.year, self.month, self.day)
            if self.year <= today.year + YEARS_AHEAD_MAX:
                return one(said)
            near = self._next_such_date(today, self.month).spans[0].first or said
            return several(Doubt.INVENTED_YEAR, near, said)
        if self.year_ahead is not None:
            return one(make_date(today.year + self.year_ahead, self.month, self.day))
        return self._next_such_date(today, self.month)

    def _next_such_day(self, today: date) -> Reading:
        if self.months_ahead is not None:
            start = add_months(today.replace(day=1), self.months_ahead)
            return one(make_date(start.year, start.month, self.day))
        if self.day == today.day:
            return several(
                Doubt.SAME_WEEKDAY, today, _day_from(add_months(today.replace(day=1), 1), self.day)
            )
        start = today.replace(day=1)
        return one(_day_from(start if self.day > today.day else add_months(start, 1), self.day))

    def _next_such_date(self, today: date, month: int) -> Reading:
        if month == 2 and self.day == 29:
            return one(_next_leap_day(today))
        this_year = make_date(today.year, month, self.day)
        if this_year >= today:
            return one(this_year)
        next_year = make_date(today.year + 1, month, self.day)
        if today - this_year <= JUST_PASSED:
            return several(Doubt.JUST_PASSED, next_year, this_year)
        return one(next_year)


def _day_from(first_of_month: date, day: int) -> date:
    while day > calendar.monthrange(first_of_month.year, first_of_month.month)[1]:
        first_of_month = add_months(first_of_month, 1)
    return first_of_month.replace(day=day)


def _next_leap_day(today: date) -> date:
    # The 29th of a February that has none within a year is a slip, not an appointment years ahead.
    for year in (today.year, today.year + 1):
        if calendar.isleap(year) and date(year, 2, 29) >= today:
            return date(year, 2, 29)
    raise ImpossibleDayError("29.2.")


@dataclass(frozen=True, slots=True)
class Offset:
    """So many days, weeks, months or years from today: "in zwei Wochen"."""

    count: int
    unit: Literal["day", "week", "month", "year"]
    past: bool = False

    def resolve(self, today: date) -> Reading:
        """One day; "in acht Tagen" may be a week or eight days."""
        count = -self.count if self.past else self.count
        if self.unit in {"month", "year"}:
            return one(add_months(today, count * (12 if self.unit == "year" else 1)))
        if (count, self.unit) == (8, "day"):
            return several(Doubt.EIGHT_DAYS, shift(today, 7), shift(today, 8))
        return one(shift(today, count * (7 if self.unit == "week" else 1)))

    def weeks(self) -> int | None:
        """Whole weeks where the offset is counted in them; "acht Tage" are one, "vierzehn Tage" two."""
        if self.past:
            return None
        if self.unit == "week":
            return self.count
        return {7: 1, 8: 1, 14: 2, 15: 2, 21: 3, 28: 4}.get(self.count) if self.unit == "day" else None


@dataclass(frozen=True, slots=True)
class Between:
    """From one expression to another, both included; one side may be open."""

    start: DayExpression | None
    end: DayExpression | None

    def resolve(self, today: date) -> Reading:
        """The first day of the start to the last day of the end, which is read from the start on."""
        if self.start is None:
            assert self.end is not None  # noqa: S101 - a range has at least one side
            end = self.end.resolve(today)
            return Reading(tuple(Span(None, span.last or span.first) for span in end.spans), end.doubt)
        start = self.start.resolve(today)
        if self.end is None:
            return Reading(tuple(Span(span.first) for span in start.spans), start.doubt)
        return self._closed(start, self.end, today)

    def _closed(self, start: Reading, end: DayExpression, today: date) -> Reading:
        first = start.spans[0].first
        if first is None:
            return start
        spans = end.resolve(today).spans
        lasts = [span.last or span.first for span in spans]
        if end == self.start and first == lasts[0]:
            # "von Freitag bis Freitag" is a week.
            lasts = [span.first for span in end.resolve(first).spans]
        last = next((day for day in lasts if day is not None and day >= first), None)
        if last is None:
            last = _after(end, first)
        return Reading((Span(first, last if last != first else None),), start.doubt)


def _after(end: DayExpression, first: date) -> date:
    """The end of a range read from its beginning on ("von Freitag bis Montag", "28.12. bis 3.1.")."""
    span = end.resolve(first - DAY).spans[0]
    last = span.last or span.first
    if last is None or last < first or last - first > LONGEST_GUESSED_RANGE:
        raise ImpossibleDayError("the range ends before it begins")
    return last


def with_month_of(start: DayExpression, end: DayExpression) -> DayExpression:
    """ "vom 3. bis 5. Dezember": the day that was named alone takes the other's month and year."""
    if not isinstance(start, DayOfMonth) or not isinstance(end, DayOfMonth):
        return start
    if start.month is None:
        return replace(start, month=end.month, year=end.year, months_ahead=end.months_ahead)
    if start.year is None and end.month is not None and (start.month, start.day) <= (end.month, end.day):
        return replace(start, year=end.year)
    return start
