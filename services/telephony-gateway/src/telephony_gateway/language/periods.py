"""Stretches of days as people say them: months and their parts, weekends, "die nächsten zwei Wochen"."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from telephony_gateway.language.days import (
    DAY,
    AnyWeek,
    CalendarWeek,
    DayExpression,
    Doubt,
    ImpossibleDayError,
    Mode,
    Reading,
    Span,
    Week,
    Weekday,
    add_months,
    make_date,
    monday_of,
    one,
    several,
    shift,
)

THIS_WEEK = Week(0)
Portion = Literal["start", "middle", "end", "first_half", "second_half"]

# First and last day of a part of a month (None: its last day), and of a week (days after Monday).
_OF_MONTH: dict[Portion, tuple[int, int | None]] = {
    "start": (1, 10),
    "middle": (11, 20),
    "end": (21, None),
    "first_half": (1, 15),
    "second_half": (16, None),
}
_OF_WEEK: dict[Portion, tuple[int, int]] = {
    "start": (0, 1),
    "middle": (2, 3),
    "end": (3, 4),
    "first_half": (0, 2),
    "second_half": (3, 4),
}
_OF_YEAR: dict[Portion, tuple[int, int]] = {
    "start": (1, 1),
    "middle": (6, 7),
    "end": (12, 12),
    "first_half": (1, 6),
    "second_half": (7, 12),
}


def _not_before(today: date, first: date, last: date) -> Reading:
    """A stretch that runs already begins today: nobody is offered yesterday."""
    return Reading((Span(today if first <= today <= last else first, last),))


@dataclass(frozen=True, slots=True)
class Month:
    """A month by name or by distance from this one, or a part of it."""

    number: int | None = None
    ahead: int = 0
    year: int | None = None
    portion: Portion | None = None
    of_year: int | None = None
    rolls: bool = False
    """Said without "dieser": "Anfang des Monats" is the next month's where this one's is over."""

    def first(self, today: date) -> date:
        """The month's first day: the running one, or the next of that name."""
        if self.number is None:
            return add_months(today.replace(day=1), self.ahead)
        if self.year is not None:
            return make_date(self.year, self.number, 1)
        if self.of_year is not None:
            return make_date(today.year + self.of_year, self.number, 1)
        return make_date(today.year + (self.number < today.month) + self.ahead, self.number, 1)

    def resolve(self, today: date) -> Reading:
        """The whole month or its part; what has passed of it is left out."""
        first = self.first(today)
        start, end = _OF_MONTH[self.portion] if self.portion else (1, None)
        length = calendar.monthrange(first.year, first.month)[1]
        last = first.replace(day=end or length)
        if last < today and (self.rolls or (self.number is not None and self.year is None)):
            first = add_months(first, 12 if self.number is not None else 1)
            last = first.replace(day=end or calendar.monthrange(first.year, first.month)[1])
        return _not_before(today, first.replace(day=start), last)


@dataclass(frozen=True, slots=True)
class PartOfWeek:
    """The start, middle or end of a week."""

    portion: Portion
    week: AnyWeek = THIS_WEEK
    rolls: bool = False
    """As of a month."""

    def resolve(self, today: date) -> Reading:
        """A few days of the week."""
        monday = self.week.monday(today)
        start, end = _OF_WEEK[self.portion]
        if self.rolls and monday + end * DAY < today:
            monday = shift(monday, 7)
        return _not_before(today, shift(monday, start), shift(monday, end))


@dataclass(frozen=True, slots=True)
class WorkingWeek:
    """Monday to Friday of a week."""

    week: AnyWeek = THIS_WEEK

    def resolve(self, today: date) -> Reading:
        """Five days, or what is left of them; after Friday those of the next week."""
        monday = self.week.monday(today)
        if monday + 4 * DAY < today:
            monday += 7 * DAY
        return _not_before(today, monday, monday + 4 * DAY)


@dataclass(frozen=True, slots=True)
class Weekend:
    """Saturday and Sunday."""

    mode: Mode = "plain"
    week: AnyWeek | None = None
    weeks_later: int = 0

    def resolve(self, today: date) -> Reading:
        """The weekend to come; "nächstes" is doubtful before Saturday."""
        if self.week is not None:
            return self._from(self.week.monday(today))
        weeks = {"overnext": 1, "last": -1, "beforelast": -2}.get(self.mode, 0) + self.weeks_later
        reading = self._from(shift(monday_of(today), 7 * weeks))
        if self.mode == "coming" and today.weekday() >= 5:
            return self._from(shift(monday_of(today), 7 * (weeks + 1)))
        if self.mode in {"next", "overnext"}:
            later = self._from(shift(monday_of(today), 7 * (weeks + 1)))
            if today.weekday() >= 5:
                return later
            return Reading(reading.spans + later.spans, Doubt.NEXT_WEEKDAY)
        first, last = reading.spans[0]
        assert first is not None  # noqa: S101 - `_from` always names both days
        assert last is not None  # noqa: S101 - as above
        return _not_before(today, first, last) if weeks >= 0 else reading

    @staticmethod
    def _from(monday: date) -> Reading:
        return Reading((Span(shift(monday, 5), shift(monday, 6)),))


@dataclass(frozen=True, slots=True)
class NextDays:
    """So many days, weeks or months from now: "in den nächsten drei Tagen", "innerhalb von zwei Wochen"."""

    count: int
    unit: Literal["day", "week", "month", "year"]
    from_today: bool = False

    def resolve(self, today: date) -> Reading:
        """From tomorrow (or today) for that long."""
        if self.unit in {"month", "year"}:
            last = add_months(today, self.count * (12 if self.unit == "year" else 1))
        else:
            last = shift(today, self.count * (7 if self.unit == "week" else 1))
        return Reading((Span(today if self.from_today else today + DAY, last),))


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The n-th weekday of a month: "der erste Montag im Dezember"; -1 is the last."""

    nth: int
    weekday: int
    month: Month

    def resolve(self, today: date) -> Reading:
        """One day; that of next year where this year's has passed."""
        day = self._of(self.month.first(today))
        if day < today and self.month.year is None and self.month.of_year is None:
            day = self._of(add_months(self.month.first(today), 12 if self.month.number else 1))
        return one(day)

    def _of(self, first: date) -> date:
        day = first + timedelta(days=(self.weekday - first.weekday()) % 7)
        if self.nth < 0:
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
            return last - timedelta(days=(last.weekday() - self.weekday) % 7 - 7 * (self.nth + 1))
        day += timedelta(days=7 * (self.nth - 1))
        if day.month != first.month:
            raise ImpossibleDayError(f"no {self.nth}th such weekday")
        return day


@dataclass(frozen=True, slots=True)
class NthWeek:
    """The n-th week of a month, counted from its first Monday's week or its first day; -1 is the last."""

    nth: int
    month: Month

    def resolve(self, today: date) -> Reading:
        """Monday to Sunday, cut to what is still to come."""
        first = self.month.first(today)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        if self.nth < 0:
            monday = monday_of(last) if last.weekday() >= 3 else monday_of(last) - 7 * DAY
            monday += (self.nth + 1) * 7 * DAY
        else:
            # As with ISO weeks, a week belongs to the month that has its Thursday.
            start = monday_of(first) if first.weekday() <= 3 else monday_of(first) + 7 * DAY
            monday = start + (self.nth - 1) * 7 * DAY
        return _not_before(today, max(monday, first), monday + 6 * DAY)


@dataclass(frozen=True, slots=True)
class Year:
    """A year, or a part of one."""

    number: int | None = None
    ahead: int = 0
    portion: Portion | None = None
    rolls: bool = False
    """As of a month."""

    def resolve(self, today: date) -> Reading:
        """Its first to its last day, cut to what is still to come."""
        year = self.number if self.number is not None else today.year + self.ahead
        start, end = _OF_YEAR[self.portion] if self.portion else (1, 12)
        if self.rolls and end < today.month:
            year += 1
        last = make_date(year, end, calendar.monthrange(year, end)[1])
        return _not_before(today, make_date(year, start, 1), last)


@dataclass(frozen=True, slots=True)
class WeekNear:
    """The week that a day lies in ("die Woche vom 24. November"), or one before or after it."""

    day: DayExpression
    weeks: int = 0

    def resolve(self, today: date) -> Reading:
        """Monday to Sunday, cut to what is still to come."""
        first = self.day.resolve(today).spans[0].first or today
        monday = shift(monday_of(first), 7 * self.weeks)
        return _not_before(today, monday, shift(monday, 6))


@dataclass(frozen=True, slots=True)
class WeekdayWithin:
    """A weekday that narrows a stretch of days: "am Wochenende, also Samstag", "im Dezember, an einem Dienstag"."""

    day: Weekday
    stretch: DayExpression

    def resolve(self, today: date) -> Reading:
        """That weekday inside the stretch; a question where there are several, or none."""
        reading = self.stretch.resolve(today)
        first, last = reading.spans[0]
        if first is None or last is None:
            return Reading((*reading.spans, *self.day.resolve(today).spans), Doubt.ALTERNATIVES)
        days = [first + timedelta(days=ahead) for ahead in range(min((last - first).days, 27) + 1)]
        inside = [day for day in days if day.weekday() == self.day.weekday]
        following = self.day.following(today)
        if first <= today < following <= last:
            return one(following)
        if not inside:
            return Reading((*reading.spans, *self.day.resolve(today).spans), Doubt.ALTERNATIVES)
        return one(inside[0]) if len(inside) == 1 else several(Doubt.ALTERNATIVES, *inside[:2])


STRETCHES = (Week, CalendarWeek, Month, Year, NextDays, PartOfWeek)
"""Many days at once: an hour of all of them is said with "um"."""


def stretch_around(day: object) -> DayExpression | None:
    """ "nächste Woche, Mittwoch": the stretch that the day was said to lie in."""
    if isinstance(day, WeekdayWithin):
        return day.stretch
    return day.week if isinstance(day, Weekday) else None


@dataclass(frozen=True, slots=True)
class DayWithin:
    """A day said beside a stretch with an open end: "vor Weihnachten, morgen um drei"."""

    day: DayExpression
    stretch: DayExpression

    def resolve(self, today: date) -> Reading:
        """The day if it lies in the stretch; a question otherwise."""
        spans, doubt = self.stretch.resolve(today)
        if isinstance(self.day, Weekday) and all(_is_ahead(span, today) for span in spans):
            # "zwischen den Jahren am Dienstag": the first one there, not the next one.
            first = [self.day.following(shift(span.first or today, -1)) for span in spans]
            days = Reading(tuple(Span(day) for day in dict.fromkeys(first)), doubt)
        else:
            days = self.day.resolve(today)
        whole, day = spans[0], days.spans[0].first
        inside = day is not None and (whole.first or day) <= day <= (whole.last or day)
        if not inside:
            return Reading((*spans, *days.spans), Doubt.ALTERNATIVES)
        return Reading(days.spans, days.doubt or doubt)


def _is_ahead(span: Span, today: date) -> bool:
    return span.first is not None and span.first > today


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """A day and its weekday: "am Valentinstag, das ist ein Samstag", "heute, Donnerstag"."""

    day: DayExpression
    weekday: int

    def resolve(self, today: date) -> Reading:
        """The day if it is of that weekday; a question otherwise."""
        reading = self.day.resolve(today)
        fitting = [span for span in reading.spans if span.first and span.first.weekday() == self.weekday]
        if fitting:
            return Reading((fitting[0],))
        following = Weekday(self.weekday).following(today)
        return Reading((*reading.spans, Span(following)), Doubt.WEEKDAY_AND_DATE_DISAGREE)


@dataclass(frozen=True, slots=True)
class NextWorkday:
    """The next Monday to Friday after today, or so many of them later."""

    count: int = 1

    def resolve(self, today: date) -> Reading:
        """One day; holidays are the branch's business, not the language's."""
        day = today
        for _ in range(min(self.count, 400)):
            day = shift(day, 1 if day.weekday() < 4 or day.weekday() == SUNDAY_INDEX else 7 - day.weekday())
        return one(day)


SUNDAY_INDEX = 6


@dataclass(frozen=True, slots=True)
class Vaguely:
    """Days that are only roughly said ("in ein paar Tagen"): always a question."""

    days: DayExpression

    def resolve(self, today: date) -> Reading:
        """The same days, doubtful."""
        return Reading(self.days.resolve(today).spans, Doubt.VAGUE)


@dataclass(frozen=True, slots=True)
class LastOf:
    """The last day of a stretch."""

    stretch: DayExpression

    def resolve(self, today: date) -> Reading:
        """One day for every reading of the stretch."""
        reading = self.stretch.resolve(today)
        return Reading(tuple(Span(span.last or span.first) for span in reading.spans), reading.doubt)


@dataclass(frozen=True, slots=True)
class Either:
    """One of several days, the likelier first."""

    days: tuple[DayExpression, ...]

    def resolve(self, today: date) -> Reading:
        """All of them, to be asked about."""
        return Reading(tuple(span for day in self.days for span in day.resolve(today).spans), Doubt.VAGUE)
