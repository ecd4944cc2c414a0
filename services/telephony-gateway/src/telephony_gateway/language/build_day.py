"""What the rules of every language make of their captures: days and stretches of days; None refuses a match."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from telephony_gateway.language.beside import Beside, Count, LastWeekdayBefore
from telephony_gateway.language.clock import Part
from telephony_gateway.language.days import (
    Between,
    CalendarWeek,
    DayExpression,
    DayOfMonth,
    Doubt,
    Mode,
    Offset,
    Reading,
    Week,
    Weekday,
    several,
    with_month_of,
)
from telephony_gateway.language.feasts import Feast, FeastSide, NearFeast, WeekdayNearFeast
from telephony_gateway.language.periods import (
    Either,
    LastOf,
    Month,
    NextDays,
    NthWeek,
    NthWeekday,
    PartOfWeek,
    Portion,
    Vaguely,
    Weekend,
    WorkingWeek,
    Year,
)

Unit = Literal["day", "week", "month", "year"]
_WEEKS_AHEAD: dict[Mode, int] = {"plain": 0, "this": 0, "coming": 1, "next": 1, "overnext": 2, "last": -1}
_WEEKS_AHEAD["beforelast"] = -2
# "Ende Oktober" in figures of speech for the week: the day range is a table in `periods`.
LONGEST_COUNT = 3000


def weekday(mode: Mode | None, value: int) -> Weekday:
    """ "Montag", "nächsten Montag"."""
    return Weekday(value, mode or "plain")


def date_of(day: int, month: int, year: int | None = None) -> DayOfMonth:
    """ "dritter zwölfter", "24. November 2025"."""
    return DayOfMonth(day, month, None if year is None else full_year(year))


def full_year(year: int) -> int:
    """ "25" is 2025."""
    return year + 2000 if year < 100 else year


def date_short_year(day: int, month: int, year: int) -> DayOfMonth | None:
    """ "24. Oktober 26": a number that can be no hour."""
    return date_of(day, month, year) if 25 <= year <= 35 else None


def date_spoken_year(day: int, month: int, century: int, year: int) -> DayOfMonth | None:
    """ "dritter Dezember zwanzig fünfundzwanzig"."""
    return date_of(day, month, 2000 + year) if century == 20 and 20 <= year <= 35 else None


def month_first(month: int, day: int, year: int | None = None) -> DayOfMonth | None:
    """ "November 24"."""
    return date_of(day, month, year) if 1 <= day <= 31 else None


def month_first_span(month: int, first: int, last: int, year: int | None = None) -> Between:
    """ "November 19 bis 20"."""
    return Between(date_of(first, month, year), date_of(last, month, year))


def from_figures(value: tuple[int, int], year: int | None = None) -> DayOfMonth:
    """ "24.11."."""
    return date_of(value[0], value[1], year)


_HALVES: dict[int, Portion] = {1: "first_half", 2: "second_half"}


def half_of(nth: int, stretch: DayExpression) -> DayExpression | None:
    """ "in der zweiten Hälfte der Woche"."""
    return part_of(_HALVES[nth], stretch) if nth in _HALVES else None


def half_of_month(nth: int, number: int, year: int | None = None) -> DayExpression | None:
    """ "erste Dezemberhälfte", "zweite Hälfte Dezember"."""
    return half_of(nth, Month(number, year=year))


def nth(value: int | str) -> int:
    """ "der dritte", "der letzte" (-1) of several; no such place for any other word."""
    return value if isinstance(value, int) else {"last": -1, "beforelast": -2}.get(value, 99)


def day_alone(number: int) -> DayOfMonth:
    """ "am Dritten"."""
    return DayOfMonth(number)


def span_from_number(start: int, end: DayExpression) -> DayExpression | None:
    """ "von 3 bis 5. Dezember": the bare number is a day where the other end is one."""
    return span(start, end) if isinstance(end, DayOfMonth) and 1 <= start <= 31 else None


def month_of_year(*found: int | str) -> Month:
    """ "im Januar nächsten Jahres"."""
    number = next(value for value in found if isinstance(value, int))
    ahead = next(_WEEKS_AHEAD[mode] for mode in _WEEKS_AHEAD if mode in found)
    return Month(number, of_year=ahead)


def next_few(mode: Mode, unit: Unit) -> Vaguely | None:
    """ "in den nächsten Wochen"."""
    return Vaguely(NextDays(3, unit)) if mode in {"coming", "next"} else None


def this_week(_: object) -> Week:
    """ "im Laufe der Woche"."""
    return Week(0)


def parts_of_month(first: Portion, last: Portion, number: int, year: int | None = None) -> Between:
    """ "Anfang bis Mitte Dezember"."""
    return Between(Month(number, portion=first, year=year), Month(number, portion=last, year=year))


def next_few_days(mode: Mode) -> Vaguely | None:
    """ "in den nächsten Tagen"."""
    return Vaguely(NextDays(5, "day")) if mode in {"coming", "next"} else None


def first_free(which: int | str) -> str | None:
    """ "der nächste freie Termin", "so bald wie möglich"."""
    return "first_free" if which in {1, "next", "coming", "soon"} else None


def inert(*_: object) -> str:
    """Words that are no date, whatever they sound like."""
    return "inert"


def day_in_month(day: int, mode: Mode) -> DayOfMonth:
    """ "am Fünften nächsten Monats"."""
    return DayOfMonth(day, months_ahead=_WEEKS_AHEAD[mode])


def week(mode: Mode) -> Week:
    """ "nächste Woche"."""
    return Week(_WEEKS_AHEAD[mode])


def calendar_week(number: int, year: int | None = None) -> CalendarWeek:
    """ "KW 49"."""
    return CalendarWeek(number, year)


def month(mode: Mode) -> Month:
    """ "nächsten Monat"."""
    return Month(ahead=_WEEKS_AHEAD[mode])


def year(mode: Mode) -> Year:
    """ "nächstes Jahr"."""
    return Year(ahead=_WEEKS_AHEAD[mode])


def named_month(mode: Mode | None, number: int, year: int | None = None) -> DayExpression:
    """ "Dezember", "nächsten März", "übernächsten März"; "letzten März" is over, if "am Letzten" was not meant."""
    if mode == "last":
        return Vaguely(LastOf(Month(number, year=year)))
    return Month(number, ahead=1 if mode == "overnext" else 0, year=year)


def part_of(portion: Portion, stretch: DayExpression | None, *, rolls: bool = False) -> DayExpression | None:
    """ "Anfang Dezember", "Ende nächster Woche"; with ``rolls`` "Mitte des Monats"."""
    if isinstance(stretch, Week | CalendarWeek):
        return PartOfWeek(portion, stretch, rolls)
    if isinstance(stretch, Month | Year) and stretch.portion is None:
        return replace(stretch, portion=portion, rolls=rolls)
    return None


def offset(count: int, unit: Unit) -> Offset | None:
    """ "in zwei Wochen"."""
    return Offset(count, unit) if count <= LONGEST_COUNT else None


def offsets(least: int, most: int, unit: Unit) -> Between | None:
    """ "in zwei bis drei Wochen"."""
    first, last = offset(least, unit), offset(most, unit)
    return Between(first, last) if first and last and least < most else None


def week_and_a_half(weeks: int) -> Either:
    """ "in anderthalb Wochen": ten days or eleven."""
    return Either((Offset(7 * weeks + 3, "day"), Offset(7 * weeks + 4, "day")))


def ago(count: int, unit: Unit) -> Offset | None:
    """ "vor zwei Wochen"."""
    return Offset(count, unit, past=True) if count <= LONGEST_COUNT else None


def next_days(mode: Mode, count: int, unit: Unit) -> NextDays | None:
    """ "die nächsten zwei Wochen"."""
    return NextDays(count, unit) if mode in {"coming", "next"} and 1 <= count <= LONGEST_COUNT else None


def within(count: int, unit: Unit) -> NextDays | None:
    """ "innerhalb von zwei Wochen"."""
    return NextDays(count, unit, from_today=True) if count <= LONGEST_COUNT else None


def weekend(mode: Mode | None = None) -> Weekend:
    """ "nächstes Wochenende"."""
    return Weekend(mode or "plain")


def nth_weekday(nth: int, value: int, stretch: DayExpression) -> NthWeekday | None:
    """ "der erste Montag im Dezember"."""
    return NthWeekday(nth, value, stretch) if isinstance(stretch, Month) and nth <= 5 else None


def some_nth_weekday(which: int, value: int) -> Vaguely | None:
    """ "am zweiten Dienstag", of which month nobody said."""
    return Vaguely(NthWeekday(which, value, Month())) if 1 <= which <= 4 else None


def nth_week(nth: int, stretch: DayExpression) -> NthWeek | None:
    """ "die zweite Woche im Dezember"."""
    return NthWeek(nth, stretch) if isinstance(stretch, Month) and nth <= 5 else None


def named_feast(mode: Mode | None, name: str, year: int | None = None) -> Feast | None:
    """ "Ostern 2026", "nächste Ostern"."""
    return Feast(name, year) if mode in {None, "this", "coming", "next"} else None


def advent(number: int, _: object = None) -> str | None:
    """ "zweiter Advent"."""
    return f"advent_{number}" if 1 <= number <= 4 else None


def advent_weekend(number: int, *_: object) -> Between | None:
    """ "am zweiten Adventswochenende"."""
    name = advent(number)
    return Between(NearFeast(Feast(name), -1), Feast(name)) if name else None


def last_of_month(mode: Mode, _: object) -> DayExpression | None:
    """ "am Letzten des Monats"."""
    return LastOf(Month()) if mode == "last" else None


def _day_of(first: str, second: str, number: int) -> str | None:
    return (first if number == 1 else second) if number in {1, 2} else None


def christmas_day(number: int, _: object = None) -> str | None:
    """ "zweiter Weihnachtstag"."""
    return _day_of("christmas_day", "boxing_day", number)


def easter_day(number: int, _: object = None) -> str | None:
    """ "zweiter Osterfeiertag"."""
    return _day_of("easter_sunday", "easter_monday", number)


def whit_day(number: int, _: object = None) -> str | None:
    """ "zweiter Pfingstfeiertag"."""
    return _day_of("whit_sunday", "whit_monday", number)


def days_from_feast(count: int, unit: Unit, near: Feast, direction: int) -> NearFeast | None:
    """ "zwei Tage vor Weihnachten"."""
    if unit not in {"day", "week"} or count > 60:
        return None
    return NearFeast(near, direction * count * (7 if unit == "week" else 1))


def eve_of(part: Part, name: str) -> NearFeast | None:
    """ "am Vorabend von Nikolaus": the day before."""
    return NearFeast(Feast(name), -1) if part is Part.EARLY_EVENING else None


def weekday_before(value: int, name: str) -> LastWeekdayBefore:
    """ "vor Ostern am Donnerstag"."""
    return LastWeekdayBefore(value, Feast(name))


def length(*_: object) -> str:
    """ "eine Stunde": no time of day."""
    return "length"


def count(number: int, unit: Unit) -> Count:
    """ "zwei Tage": counted from a day that may follow."""
    return number, unit


def weekday_near(value: int, near: DayExpression, *, after: bool) -> WeekdayNearFeast | None:
    """ "Freitag nach Fronleichnam"."""
    return WeekdayNearFeast(near, value, after) if isinstance(near, Feast) else None


def after_day(day: DayExpression | int) -> DayExpression:
    """ "nach Ostern", "nach dem Wochenende"."""
    day = day_alone(day) if isinstance(day, int) else day
    return FeastSide(day, "after") if isinstance(day, Feast) else Beside(day, "after")


def before_day(day: DayExpression | int) -> DayExpression:
    """ "vor Weihnachten", "vor dem Wochenende"."""
    day = day_alone(day) if isinstance(day, int) else day
    return FeastSide(day, "before") if isinstance(day, Feast) else Beside(day, "before")


def between_years(*_: object) -> FeastSide:
    """ "zwischen den Jahren"."""
    return FeastSide(Feast("christmas"), "after", Feast("new_year"))


def span(start: DayExpression | int | None, end: DayExpression | int | None) -> DayExpression:
    """ "von Montag bis Mittwoch", "vom 3. bis 5. Dezember", "ab Montag", "bis Freitag"."""
    start = day_alone(start) if isinstance(start, int) else start
    end = day_alone(end) if isinstance(end, int) else end
    if end == Feast("christmas"):
        end = Feast("christmas_eve")
    if start is None or end is None:
        return Between(start, end)
    if isinstance(start, Feast) and isinstance(end, Feast):
        return FeastSide(start, "after", end)
    if isinstance(end, Weekday) and isinstance(start, Weekday):
        start = _same_week(start, end)
        end = _same_week(end, start)
    return Between(with_month_of(start, end), end)


def _same_week(value: Weekday, other: Weekday) -> Weekday:
    return (
        replace(value, week=other.week)
        if value.week is None and other.week and value.mode == "plain"
        else value
    )


@dataclass(frozen=True, slots=True)
class CutOffDate:
    """ "fünfzehnte Punkt eins": the 15th of January, or a caller who was cut off while saying "zehn"."""

    day: int

    def resolve(self, today: date) -> Reading:
        """Both, the nearer first."""
        january = DayOfMonth(self.day, 1).resolve(today).spans[0].first
        near = DayOfMonth(self.day).resolve(today).spans[0].first
        if january is None or near is None:
            return DayOfMonth(self.day, 1).resolve(today)
        return several(Doubt.CUT_OFF_DATE, near, january)


def dotted(day: int, month: int) -> CutOffDate | DayOfMonth:
    """ "15.1" without its last dot."""
    return CutOffDate(day) if month == 1 and 10 < day <= 31 else DayOfMonth(day, month)


def with_year(found: DayExpression, number: int) -> DayExpression | None:
    """ "24.07. 2017", "Ostern 2026"."""
    if isinstance(found, DayOfMonth | Feast | Month) and found.year is None:
        return replace(found, year=number)
    return None


def with_far_year(found: DayExpression, number: int) -> DayExpression | None:
    """ "3. Dezember 3018": four figures that are no clock time."""
    return with_year(found, number) if number >= 2400 else None


def working_week(mode: Mode | None = None) -> WorkingWeek:
    """ "unter der Woche", "nächste Arbeitswoche"."""
    return WorkingWeek(week(mode or "this"))
