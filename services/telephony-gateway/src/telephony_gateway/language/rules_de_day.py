"""German days, weeks, months and feasts: patterns over single words, and ranges of them."""

from __future__ import annotations

from telephony_gateway.language import build_day as day
from telephony_gateway.language import build_nth as nth
from telephony_gateway.language.beside import (
    counted_from,
    counted_on,
    weekday_beside,
    weekday_of_feast,
    weekday_on_side,
)
from telephony_gateway.language.days import Between, CalendarWeek, Offset, RelativeDay, Weekday
from telephony_gateway.language.feasts import Feast
from telephony_gateway.language.grammar import table
from telephony_gateway.language.periods import Month, NextWorkday, NthWeekday, Vaguely, WeekNear, Year
from telephony_gateway.language.unify import unify

DAYS = table(
    {
        "DAY": [
            ("RELDAY", RelativeDay),
            ("am? MOD? WEEKDAY", day.weekday),
            ("every WEEKDAY", lambda value: Vaguely(Weekday(value))),
            ("WEEKDAY nach MOD", lambda value, _: Weekday(value, weeks_later=1)),
            ("on? ORD|NUM in? MONTH YEAR?", day.date_of),
            ("on? ORD|NUM MONTH NUM", day.date_short_year),
            ("on? ORD|NUM MONTH NUM NUM", day.date_spoken_year),
            ("on? ORD der? ORD YEAR? / on? NUM ORD YEAR? / on? ORD NUM YEAR", day.date_of),
            ("on? ORD der? ORD NUM NUM", day.date_spoken_year),
            ("on? ORD der? ORD NUM", day.date_short_year),
            ("on? ORD punkt NUM", day.dotted),
            ("on? ORD slash ORD|NUM", day.date_of),
            ("on? ORD slash ORD MONTH", nth.two_days),
            ("on? ORD slash DM", lambda first, last: nth.two_days(first, *last)),
            ("MONTH NUM|ORD YEAR?", day.month_first),
            ("MONTH NUM|ORD bis|dash NUM|ORD YEAR?", day.month_first_span),
            ("am? DM YEAR?", day.from_figures),
            ("am? CUT", lambda number: day.dotted(number, 1)),
            ("on? ORD in? MOD MONTHS", lambda number, mode, _: day.day_in_month(number, mode)),
            ("on? ORD in? MONTHS", lambda number, _: day.day_in_month(number, "this")),
            ("am ORD / am der ORD", day.day_alone),
            ("in? MOD WOCHE", lambda mode, _: day.week(mode)),
            ("in? WOCHE nach MOD", lambda _, mode: day.week("overnext") if mode == "next" else None),
            ("in? MOD WOCHEN|MONATE", day.next_few),
            ("THISWEEK", day.this_week),
            (
                "kw NUM YEAR? / in? kw NUM YEAR? / WEEKS NUM YEAR?",
                lambda *found: day.calendar_week(*found[-2:]),
            ),
            ("in? der? ORD kw YEAR?", day.calendar_week),
            ("in? kw NUM oder kw? NUM", nth.either_week),
            (
                "in? kw NUM bis|dash kw? NUM",
                lambda first, last: Between(CalendarWeek(first), CalendarWeek(last)),
            ),
            ("in? der? ORD WEEKS", lambda number, _: day.calendar_week(number) if number > 5 else None),
            ("in? MOD MONAT", lambda mode, _: day.month(mode)),
            ("in? MOD YEARS", lambda mode, _: day.year(mode)),
            ("HEUER", lambda _: Year()),
            ("NEWYEAR", lambda _: Year(ahead=1)),
            ("with? PART von|in? NEWYEAR", lambda part, _: Year(ahead=1, portion=part)),
            ("with? PART in? YEAR", lambda part, number: Year(number, portion=part)),
            ("in? FEASTWEEK", lambda found: WeekNear(Feast(found[0]), found[1])),
            ("on? ORD WEEKDAY", day.some_nth_weekday),
            ("on? ORD ADVENTWEEKEND / on? ORD ADVENT WEEKEND", day.advent_weekend),
            ("am MOD MONAT", day.last_of_month),
            ("am|zu? MONTHEDGE", nth.edge_day),
            ("on? MOD TAG in|von MONTH YEAR?", lambda mode, _, m, y: nth.last_day(mode, Month(m, year=y))),
            (
                "on? MOD TAG in|von? MOD? MONTHS",
                lambda mode, _, m, __: nth.last_day(mode, day.month(m or "this")),
            ),
            (
                "on? MOD TAG in|von? MOD? YEARS",
                lambda mode, _, m, __: nth.last_day(mode, day.year(m or "this")),
            ),
            (
                "on? MOD WEEKDAY in|von? MOD? YEARS",
                lambda mode, wd, m, _: nth.last_weekday_of_year(mode, wd, day.year(m or "this")),
            ),
            ("in? der? ORD|MOD MONTH TAGE / in? der? ORD|MOD TAGE in|von MONTH", nth.edge_of_month),
            ("in? MOD WEEKS in|von? MOD? YEARS", nth.last_week_of_year),
            ("in? der? ORD|MOD drittel in|von? MONTH YEAR?", nth.third_of_month),
            ("every ORD WEEKDAY in|von? MONTHS", lambda n, wd, _: day.some_nth_weekday(n, wd)),
            (
                "on? ORD|MOD MONTH WEEKEND",
                lambda n, m, _: nth.nth_weekend(day.nth(n), Month(m)),
            ),
            (
                "on? ORD|MOD WEEKEND in|von MONTH YEAR?",
                lambda n, _, m, y: nth.nth_weekend(day.nth(n), Month(m, year=y)),
            ),
            (
                "on? ORD WEEKDAY in? NEWYEAR",
                lambda n, wd, _: NthWeekday(n, wd, Month(1, of_year=1)) if n <= 4 else None,
            ),
            (
                "on? ORD WEEKDAY nach FEAST",
                lambda n, wd, name: day.weekday_near(wd, Feast(name), after=True) if n == 1 else None,
            ),
            ("in? MOD? MONTH YEAR?", day.named_month),
            ("in? MONTH in? MOD YEARS / in? MOD YEARS in MONTH", day.month_of_year),
            (
                "with? PART von|in? MONTH YEAR?",
                lambda part, number, year: Month(number, portion=part, year=year),
            ),
            ("with? PART bis|dash|oder PART von|in? MONTH YEAR?", day.parts_of_month),
            (
                "with? PART von|in? MOD? WEEKS",
                lambda part, mode, _: day.part_of(part, day.week(mode or "this"), rolls=mode is None),
            ),
            (
                "with? PART von|in? MOD? MONTHS",
                lambda part, mode, _: day.part_of(part, day.month(mode or "this"), rolls=mode is None),
            ),
            (
                "with? PART von|in? MOD? YEARS",
                lambda part, mode, _: day.part_of(part, day.year(mode or "this"), rolls=mode is None),
            ),
            (
                "with? MOD? WEEKPART",
                lambda mode, part: day.part_of(part, day.week(mode or "this"), rolls=mode is None),
            ),
            (
                "with? MOD? MONTHPART",
                lambda mode, part: day.part_of(part, day.month(mode or "this"), rolls=mode is None),
            ),
            (
                "with? MOD? YEARPART",
                lambda mode, part: day.part_of(part, day.year(mode or "this"), rolls=mode is None),
            ),
            (
                "in? der? ORD MONTH haelfte YEAR? / in? der? ORD haelfte in|von? MONTH YEAR?",
                day.half_of_month,
            ),
            (
                "in? der? ORD haelfte von|in? MOD? WEEKS",
                lambda n, mode, _: day.half_of(n, day.week(mode or "this")),
            ),
            (
                "in? der? ORD haelfte von|in? MOD? MONTHS",
                lambda n, mode, _: day.half_of(n, day.month(mode or "this")),
            ),
            ("on? TORN", lambda found: nth.torn(*found)),
            ("am NUM", lambda number: day.day_alone(number) if number <= 31 else None),
            ("in circa? N UNIT", day.offset),
            ("in kurz N UNIT", lambda count, unit: Vaguely(Offset(count, unit))),
            ("in circa? N bis|dash|oder N UNIT", day.offsets),
            (
                "in circa? NUM NUM UNIT",
                lambda least, most, unit: day.offsets(least, most, unit) if most == least + 1 else None,
            ),
            ("in HALFMORE WEEKS", lambda weeks, _: day.week_and_a_half(weeks)),
            ("in? WEEKS nach FEAST", lambda _, name: Vaguely(WeekNear(Feast(name), 1))),
            ("in? WEEKS vor FEAST", lambda _, name: Vaguely(WeekNear(Feast(name), -1))),
            ("in EIN? paar DAYS", lambda *_: Vaguely(Offset(3, "day"))),
            ("in EIN? paar WEEKS", lambda *_: Vaguely(Offset(3, "week"))),
            ("in HALFYEAR", lambda months: Offset(months, "month")),
            ("vor N UNIT", day.ago),
            ("in? MOD N UNIT", day.next_days),
            ("binnen von? N UNIT", day.within),
            ("binnen von? MOD N UNIT", lambda _, count, unit: day.within(count, unit)),
            ("in? MOD paar TAGE / in? MOD TAGE", lambda mode, _: day.next_few_days(mode)),
            ("with? MOD? WEEKEND", lambda mode, _: day.weekend(mode)),
            ("am? MOD? arbeitswoche", day.working_week),
            ("am? MOD werktag", lambda _: NextWorkday()),
            ("in N werktag", NextWorkday),
            (
                "on? ORD|MOD WEEKDAY in|von MONTH YEAR?",
                lambda n, wd, m, y: day.nth_weekday(day.nth(n), wd, Month(m, year=y)),
            ),
            (
                "on? ORD|MOD WEEKDAY in|von? MOD? MONTHS",
                lambda n, wd, mode, _: day.nth_weekday(day.nth(n), wd, day.month(mode or "this")),
            ),
            (
                "in? ORD|MOD WEEKS in|von MONTH YEAR?",
                lambda n, _, m, y: day.nth_week(day.nth(n), Month(m, year=y)),
            ),
            ("in? der? ORD|MOD MONTH WEEKS", lambda n, m, _: day.nth_week(day.nth(n), Month(m))),
            (
                "in? der? ORD|MOD WEEKS in|von? MOD? MONTHS",
                lambda n, _, mode, __: day.nth_week(day.nth(n), day.month(mode or "this")),
            ),
            ("on? ORD DAYS in MONTH", lambda n, _, m: day.date_of(n, m)),
            ("rest von? MOD? WEEKS", lambda *_: day.week("this")),
            ("with? MOD? FEAST YEAR?", day.named_feast),
            ("am? DAYS nach FEAST", lambda _, name: day.days_from_feast(1, "day", Feast(name), 1)),
            ("am? DAYS vor FEAST", lambda _, name: day.days_from_feast(1, "day", Feast(name), -1)),
            ("N UNIT nach FEAST", lambda n, unit, name: day.days_from_feast(n, unit, Feast(name), 1)),
            ("N UNIT vor FEAST", lambda n, unit, name: day.days_from_feast(n, unit, Feast(name), -1)),
            ("am? POD von|vor? FEAST", day.eve_of),
            (
                "am? MOD? WEEKDAY nach FEAST",
                lambda mode, wd, name: weekday_of_feast(mode, wd, Feast(name), "after"),
            ),
            (
                "am? MOD? WEEKDAY vor FEAST",
                lambda mode, wd, name: weekday_of_feast(mode, wd, Feast(name), "before"),
            ),
            ("nach FEAST am? WEEKDAY", lambda name, wd: day.weekday_near(wd, Feast(name), after=True)),
            ("vor FEAST am? WEEKDAY", lambda name, wd: day.weekday_before(wd, name)),
            ("BETWEEN_YEARS", day.between_years),
        ],
        # "ein Jahr nach Weihnachten": counted further than anybody counts from a feast.
        "UNSURE": [
            ("N UNIT nach|vor FEAST", day.inert),
            # How far an appointment is to be moved, from an hour or a day that nobody may guess.
            ("um NUM|EIN HOUR|MINUTE|UNIT / um EIN? paar HOUR|MINUTE|UNIT / um SPELL", day.inert),
            ("um? NUM|EIN HOUR|MINUTE|UNIT shifted|move / um? SPELL shifted|move", day.inert),
        ],
        "COUNT": [("N UNIT", day.count)],
        # "heute über acht Tage": only beside a day, see below; on its own it is a length.
        "HENCE": [("ueber N UNIT", day.offset)],
        "DAYORD": [("ORD / der ORD", lambda number: number)],
        "OTHER": [
            ("N HOUR|MINUTE / SPELL", day.length),
            (
                "alle N UNIT / alle paar UNIT / ORD HOUR / seit N UNIT / fuer N UNIT|HOUR|MINUTE / NUM bis NUM HOUR|MINUTE|UNIT / fuer SPELL",
                day.inert,
            ),
            ("seit WEEKDAY|RELDAY|MONTH|FEAST / seit MOD WEEKDAY|WEEKS|MONTHS", day.inert),
        ],
    }
)

# The second tier: day phrases beside each other become one ("Mittwoch, den 19. November", "Freitag in acht Tagen").
TOGETHER = table(
    {
        # Counted from a day that only the caller knows: "eine Woche vor dem Termin am siebten".
        "UNSURE": [("COUNT nach|vor termin|WORD / am DAYS nach|vor termin|WORD", day.inert)],
        "DAY": [
            ("DAY in|von|am? DAY", unify),
            ("DAY in|von|am? DAY in|von|am? DAY", lambda a, b, c: (ab := unify(a, b)) and unify(ab, c)),
            ("DAY DAYORD / DAY am DAYORD", lambda a, number: unify(a, day.day_alone(number))),
            ("DAYORD DAY", lambda number, b: unify(day.day_alone(number), b)),
            ("DAY HENCE", unify),
            ("COUNT nach D", lambda count, near: counted_from(count, near, "after")),
            ("COUNT vor D", lambda count, near: counted_from(count, near, "before")),
            ("COUNT ab D", counted_on),
            ("am? DAYS nach D", lambda _, near: counted_from((1, "day"), near, "after")),
            ("am? DAYS vor D", lambda _, near: counted_from((1, "day"), near, "before")),
            ("nach D am? DAY", lambda near, weekday: weekday_on_side(weekday, day.after_day(near))),
            ("vor D am? DAY", lambda near, weekday: weekday_on_side(weekday, day.before_day(near))),
            ("DAY nach D", lambda weekday, near: weekday_beside(weekday, near, "after")),
            ("DAY vor D", lambda weekday, near: weekday_beside(weekday, near, "before")),
            ("DAY YEAR", day.with_year),
            ("DAY HHMM", day.with_far_year),
            ("in? WEEKS von|um D / in? WEEKS ab DAY", lambda _, inner: nth.week_around(inner)),
            ("in? WEEKS DAY", lambda _, inner: nth.week_of_date(inner)),
            ("in? WEEKS von D bis|dash D", lambda _, first, last: day.span(first, last)),
        ],
    }
)

# The third tier: ranges.
RANGES = table(
    {
        "DAY": [
            ("von|ab? D bis|dash zu? D / zwischen D und|bis|dash D", day.span),
            ("von NUM bis|dash DAY / zwischen NUM und DAY / NUM bis|dash DAY", day.span_from_number),
            ("D slash DAY", day.span),
            (
                "ab|fruehestens D / fruehestens ab D / nicht vor D / von D am",
                lambda start: day.span(start, None),
            ),
            ("bis|spaetestens zu? D / bis spaetestens zu? D", lambda end: day.span(None, end)),
            ("nicht nach D", lambda end: day.span(None, end)),
            ("nach D", day.after_day),
            ("vor D", day.before_day),
        ],
    }
)
