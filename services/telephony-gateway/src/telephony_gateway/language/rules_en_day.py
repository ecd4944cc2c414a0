"""English rules for days and stretches of days."""

from __future__ import annotations

from telephony_gateway.language import build_day as day
from telephony_gateway.language import build_day_en as counted
from telephony_gateway.language.days import DayExpression, DayOfMonth, Mode, Offset, RelativeDay, Weekday
from telephony_gateway.language.feasts import Feast, NearFeast
from telephony_gateway.language.grammar import table
from telephony_gateway.language.periods import LastOf, Month, Vaguely

_YEARS_SAID = range(24, 36)


def _with_spoken_year(number: int, month: int, century: int, year: int) -> DayOfMonth | None:
    """ "the second of October twenty twenty-six"."""
    return day.date_of(number, month, 2000 + year) if century == 20 and year in _YEARS_SAID else None


def _month_of(mode: Mode | None, month: int | str) -> DayExpression:
    return day.named_month(mode, month) if isinstance(month, int) else day.month(mode or "this")


def _slashed(said: tuple[int, ...], year: int | None = None) -> DayExpression | None:
    """ "12/25", "9/30/2026"."""
    first, second, *written = said
    return counted.month_and_day(first, second, day.full_year(written[0]) if written else year)


DAYS = table(
    {
        "DAY": [
            ("der? RELDAY", RelativeDay),
            ("am? der? MOD? WEEKDAY", day.weekday),
            ("am? der? MOD MOD WEEKDAY", lambda _, mode, value: day.weekday(mode, value)),
            ("am? der? ORD|NUM of? MONTH YEAR?", day.date_of),
            ("am? MONTH der? ORD|NUM YEAR?", day.month_first),
            ("am? der? ORD|NUM of? MONTH NUM NUM", _with_spoken_year),
            (
                "am? MONTH der? ORD|NUM NUM NUM",
                lambda month, number, *year: _with_spoken_year(number, month, *year),
            ),
            ("am? DM YEAR?", day.from_figures),
            ("am? MD YEAR?", _slashed),
            ("am? CUT", lambda number: day.dotted(number, 1)),
            ("am? der? ORD of? MOD MONTHS", lambda number, mode, _: day.day_in_month(number, mode)),
            ("am der? ORD", day.day_alone),
            ("am? der? ORD of MONTHS", lambda number, _: day.day_alone(number)),
            ("in? der? MOD WOCHE", lambda mode, _: day.week(mode)),
            ("in? der? MOD WOCHEN|MONATE", day.next_few),
            ("der? WEEKS nach MOD", lambda _, mode: day.week("overnext") if mode == "next" else None),
            ("in? der? MONTHS nach MOD", lambda _, mode: day.month("overnext") if mode == "next" else None),
            (
                "in? kw NUM YEAR? / WEEKS NUM",
                lambda *found: day.calendar_week(
                    found[-2] if len(found) > 1 and found[-1] is None else found[-1]
                ),
            ),
            ("in? der? MOD MONAT", lambda mode, _: day.month(mode)),
            ("in? der? MOD YEARS", lambda mode, _: day.year(mode)),
            ("in? MOD? MONTH YEAR?", day.named_month),
            (
                "with? der? PART of? MONTH YEAR?",
                lambda part, number, year: Month(number, portion=part, year=year),
            ),
            ("EARLY MONTH / in EARLY MONTH", lambda _, number: Month(number, portion="start")),
            ("EARLY MOD WEEKS", lambda _, mode, __: day.part_of("start", day.week(mode))),
            ("LATE MOD WEEKS", lambda _, mode, __: day.part_of("end", day.week(mode))),
            ("EARLY MOD MONTHS", lambda _, mode, __: day.part_of("start", day.month(mode))),
            ("LATE MOD MONTHS", lambda _, mode, __: day.part_of("end", day.month(mode))),
            ("LATE MONTH / in LATE MONTH", lambda _, number: Month(number, portion="end")),
            (
                "with? der? PART of? der? MOD? WEEKS",
                lambda part, mode, _: day.part_of(part, day.week(mode or "this"), rolls=mode is None),
            ),
            (
                "with? der? PART of? der? MOD? MONTHS",
                lambda part, mode, _: day.part_of(part, day.month(mode or "this"), rolls=mode is None),
            ),
            ("in about? N UNIT termin? / in? about? N UNIT hence", day.offset),
            ("in about? N oder|upto|dash N UNIT termin?", day.offsets),
            ("in about? N UNIT oder NUM", lambda least, unit, most: day.offsets(least, most, unit)),
            ("in about? EIN? FORTNIGHT termin? / EIN? FORTNIGHT hence", lambda *_: Offset(2, "week")),
            ("binnen EIN? FORTNIGHT", lambda *_: day.within(2, "week")),
            ("in? der? MOD FORTNIGHT", lambda mode, _: day.next_days(mode, 2, "week")),
            (
                "in EIN? paar of? DAYS termin? / EIN? paar of? DAYS hence",
                lambda *_: Vaguely(Offset(3, "day")),
            ),
            (
                "in EIN? paar of? WEEKS termin? / EIN? paar of? WEEKS hence",
                lambda *_: Vaguely(Offset(2, "week")),
            ),
            ("in HALFYEAR", lambda months: Offset(months, "month")),
            ("N UNIT ago", day.ago),
            ("in? der? MOD NUM UNIT", day.next_days),
            ("in? der? MOD paar of? TAGE / in? der? MOD TAGE", lambda mode, _: day.next_few_days(mode)),
            ("in? der? MOD paar of? WOCHEN", day.next_few),
            ("binnen der? MOD? N UNIT", lambda _, count, unit: day.within(count, unit)),
            (
                "N WEEKS ab|nach WEEKDAY der? ORD",
                lambda n, unit, _, number: counted.counted_from((n, unit), day.day_alone(number)),
            ),
            (
                "N WEEKS ab|nach WEEKDAY der? ORD of? MONTH",
                lambda n, unit, _, number, month: counted.counted_from((n, unit), day.date_of(number, month)),
            ),
            ("EIN WEEKS ab|am WEEKDAY", lambda *found: Weekday(found[-1], weeks_later=1)),
            (
                "NUM WEEKS ab|am WEEKDAY",
                lambda n, _, value: Weekday(value, weeks_later=n) if n <= 52 else None,
            ),
            (
                "am? WEEKDAY in? WEEKS nach MOD",
                lambda value, _, mode: Weekday(value, week=day.week("overnext")) if mode == "next" else None,
            ),
            ("am? MOD? WEEKDAY EIN? WEEKS", lambda mode, value, *_: counted.weekday_weeks_on(mode, value, 1)),
            (
                "am? MOD? WEEKDAY EIN? FORTNIGHT",
                lambda mode, value, *_: counted.weekday_weeks_on(mode, value, 2),
            ),
            ("RELDAY WOCHE", lambda days, _: RelativeDay(days + 7)),
            ("RELDAY EIN? FORTNIGHT", lambda days, *_: RelativeDay(days + 14)),
            ("with? der? MOD? WEEKEND", lambda mode, _: day.weekend(mode)),
            (
                "am? der? ORD|MOD WEEKDAY of|in MONTH YEAR?",
                lambda n, wd, m, y: day.nth_weekday(day.nth(n), wd, Month(m, year=y)),
            ),
            (
                "am? der? ORD|MOD WEEKDAY of|in der? MOD? MONTHS",
                lambda n, wd, mode, _: day.nth_weekday(day.nth(n), wd, day.month(mode or "this")),
            ),
            (
                "am? der? ORD|MOD WEEKDAY MOD MONTHS",
                lambda n, wd, mode, _: day.nth_weekday(day.nth(n), wd, day.month(mode)),
            ),
            (
                "am? der? MOD TAG of|in MOD? MONTHS|MONTH",
                lambda last, _, mode, month: LastOf(_month_of(mode, month)) if last == "last" else None,
            ),
            ("in? der? ORD|MOD WEEKS of|in MONTH", lambda n, _, m: day.nth_week(day.nth(n), Month(m))),
            ("am|um|over? MOD? FEAST YEAR?", day.named_feast),
            ("am? der? DAYS nach FEAST", lambda _, name: day.days_from_feast(1, "day", Feast(name), 1)),
            ("am? der? DAYS vor FEAST", lambda _, name: day.days_from_feast(1, "day", Feast(name), -1)),
            ("N UNIT nach FEAST", lambda n, unit, name: day.days_from_feast(n, unit, Feast(name), 1)),
            ("N UNIT vor FEAST", lambda n, unit, name: day.days_from_feast(n, unit, Feast(name), -1)),
            (
                "EIN? paar of? DAYS vor FEAST",
                lambda *found: Vaguely(NearFeast(Feast(found[-1]), -2)),
            ),
            ("EIN? paar of? DAYS nach FEAST", lambda *found: Vaguely(NearFeast(Feast(found[-1]), 2))),
            ("am? der? WEEKDAY nach FEAST", lambda wd, name: day.weekday_near(wd, Feast(name), after=True)),
            ("am? der? WEEKDAY vor FEAST", lambda wd, name: day.weekday_near(wd, Feast(name), after=False)),
            (
                "am? der? MOD WEEKDAY vor FEAST",
                lambda last, wd, name: (
                    day.weekday_near(wd, Feast(name), after=False) if last == "last" else None
                ),
            ),
        ],
        "DAYORD": [("ORD / der ORD", lambda number: number)],
        # What it counts from, if from anything, comes later.
        "LENGTH": [
            ("N UNIT", lambda count, unit: (count, unit)),
            ("EIN? FORTNIGHT", lambda *_: (2, "week")),
        ],
        "OTHER": [
            ("N HOUR|MINUTE / fuer N HOUR|MINUTE|UNIT / fuer EIN? FORTNIGHT / SPELL / fuer SPELL", day.inert),
            ("since WEEKDAY|RELDAY|MONTH", day.inert),
        ],
    }
)
