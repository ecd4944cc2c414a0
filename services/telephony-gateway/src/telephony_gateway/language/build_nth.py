"""What the rules make of the first, the last and the next to last of several, and of one that may be either of two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from telephony_gateway.language.days import Between, CalendarWeek, DayExpression, DayOfMonth, Reading, Span
from telephony_gateway.language.periods import (
    Either,
    LastOf,
    Month,
    NthWeek,
    NthWeekday,
    Portion,
    Vaguely,
    WeekNear,
    Year,
)

_THIRDS: dict[int | str, Portion] = {1: "start", 2: "middle", 3: "end", "last": "end"}
_EDGES: dict[int | str, Portion] = {1: "start", "last": "end"}
_LAST = {"last": -1, "beforelast": -2}
_DECEMBER = 12


def torn(first: int, second: int, month: int | None) -> Either:
    """ "am ein zwanzigsten", "am neun zehnten": the number as it would be in one word, or what was heard."""
    return Either((DayOfMonth(first), DayOfMonth(second, month)))


def two_days(first: int, second: int, month: int) -> Between | None:
    """ "22./23. September"."""
    return Between(DayOfMonth(first, month), DayOfMonth(second, month)) if first < second else None


def either_week(first: int, second: int) -> Either:
    """ "KW 40 oder 41"."""
    return Either((CalendarWeek(first), CalendarWeek(second)))


def week_around(day: DayExpression | int) -> WeekNear:
    """ "die Woche vom zwanzigsten", "die Woche um den 24. November"."""
    return WeekNear(DayOfMonth(day) if isinstance(day, int) else day)


def week_of_date(day: DayExpression) -> WeekNear | None:
    """ "die Woche 24. November"; "jede zweite Woche dienstags" is no whole week."""
    return WeekNear(day) if isinstance(day, DayOfMonth) else None


def last_day(which: str, stretch: DayExpression) -> LastOf | None:
    """ "am letzten Tag im September"."""
    return LastOf(stretch) if which == "last" else None


def edge_day(nth: int) -> DayExpression:
    """ "am Monatsersten", "am Monatsletzten"."""
    return DayOfMonth(1) if nth == 1 else LastOf(Month())


def last_weekday_of_year(which: str, weekday: int, year: Year) -> NthWeekday | None:
    """ "am letzten Freitag im Jahr"."""
    return NthWeekday(-1, weekday, Month(_DECEMBER, of_year=year.ahead)) if which == "last" else None


def last_week_of_year(which: str, _: object, mode: str | None, __: object) -> NthWeek | None:
    """ "in der letzten Woche im Jahr"."""
    number = _LAST.get(which) if mode in {None, "this"} else None
    return NthWeek(number, Month(_DECEMBER)) if number else None


def edge_of_month(which: int | str, *found: int | str) -> Vaguely | None:
    """ "in den ersten Januartagen", "in den letzten Tagen im Oktober"."""
    number = next(value for value in found if isinstance(value, int))
    return Vaguely(Month(number, portion=_EDGES[which])) if which in _EDGES else None


def third_of_month(which: int | str, number: int, year: int | None = None) -> Month | None:
    """ "im ersten Drittel Oktober"."""
    return Month(number, portion=_THIRDS[which], year=year) if which in _THIRDS else None


@dataclass(frozen=True, slots=True)
class NthWeekend:
    """ "am letzten Augustwochenende": counted by its Saturday."""

    nth: int
    month: Month

    def resolve(self, today: date) -> Reading:
        """Saturday and Sunday."""
        saturday = NthWeekday(self.nth, 5, self.month).resolve(today).spans[0].first or today
        return Reading((Span(saturday, saturday + timedelta(days=1)),))


def nth_weekend(nth: int, month: Month) -> NthWeekend | None:
    """ "am ersten Wochenende im Dezember"."""
    return NthWeekend(nth, month) if nth <= 5 else None
