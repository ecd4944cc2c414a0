"""The English grammar; see the German one for how to read the tables."""

from __future__ import annotations

from telephony_gateway.language import build_day as day
from telephony_gateway.language import build_time as time
from telephony_gateway.language.clock import Clock, Part
from telephony_gateway.language.days import Offset, RelativeDay, Weekday
from telephony_gateway.language.feasts import Feast
from telephony_gateway.language.grammar import table
from telephony_gateway.language.language import Language
from telephony_gateway.language.lexicon_en import LEXICON
from telephony_gateway.language.periods import Month, Vaguely
from telephony_gateway.language.unify import unify

MACROS = {
    "N": "NUM|EIN",
    "H": "NUM|HM",
    "T": "CLOCK|NUM|PODS",
    "D": "DAY|DAYORD",
    "DAYS": "TAG|TAGE",
    "WEEKS": "WOCHE|WOCHEN",
    "MONTHS": "MONAT|MONATE",
    "UNIT": "TAG|TAGE|WOCHE|WOCHEN|MONAT|MONATE|YEARS",
    "about": "gegen",
    "with": "in|am|um|der",
    "TIMEWORD": "WEEKDAY|MONTH|RELDAY|POD|FEAST|WEEKEND",
}


def _half_of_day(value: int | tuple[int, int, bool], half: str) -> Clock | None:
    """ "3 pm", "12:45 pm", "19:20 pm"."""
    clock = time.figures(value) if isinstance(value, tuple) else time.hour(value)
    if clock is None:
        return None
    noon, minute = 12 * 60, clock.minute
    if not 60 <= minute < noon + 60:
        return Clock(minute)
    return Clock(minute % noon + (noon if half == "pm" else 0))


def _compact(value: int, half: str) -> Clock | None:
    clock = time.compact(value)
    return clock and _half_of_day((clock.minute // 60, clock.minute % 60, False), half)


def _or_hour(value: int | tuple[int, int, bool]) -> Clock | None:
    return time.figures(value) if isinstance(value, tuple) else time.hour(value)


NAMES = table(
    {
        "FIRSTFREE": [
            ("ORD|MOD freitermin? termin / ORD|MOD freitermin", day.first_free),
            ("SOON", day.first_free),
        ],
        "OTHER": [
            ("title TIMEWORD / name konnte? title? TIMEWORD", day.inert),
            ("guten POD|WEEKEND|DAYS|WEEKS / GREETING", day.inert),
            ("ORD|MOD freitermin? termin / ORD|MOD freitermin", day.inert),
            ("N thing / NUM age / NUM YEARS age", day.inert),
        ],
        "NUM": [
            (
                "NUM NUM",
                lambda ten, unit: ten + unit if ten in range(20, 100, 10) and 1 <= unit <= 9 else None,
            )
        ],
        "ORD": [
            (
                "NUM ORD / NUM dash ORD",
                lambda ten, unit: ten + unit if ten in {20, 30} and 1 <= unit <= 9 else None,
            ),
        ],
        "FEAST": [
            ("der? ORD in? of? ADVENT", day.advent),
        ],
    }
)

CLOCKS = table(
    {
        "CLOCK": [
            ("um? NUM uhr / um NUM / um? HM h|uhr?", _or_hour),
            ("um? H AMPM", _half_of_day),
            ("um? HHMM AMPM", _compact),
            ("um HHMM / HHMM h|uhr", time.compact),
            ("NUM h", time.hour),
            ("um? halb nach N uhr?", lambda hour: time.counted(hour, 30)),
            ("um? halb NUM", lambda hour: time.counted(hour, 30)),
            ("um? EIN? viertel nach NUM uhr?", lambda _, hour: time.counted(hour, 15)),
            ("um? EIN? viertel bis|vor|of NUM uhr?", lambda _, hour: time.counted(hour, -15)),
            ("um? NUM MINUTE? nach NUM uhr?", lambda minutes, _, hour: time.minutes_after(minutes, hour)),
            ("um? NUM MINUTE? vor NUM uhr?", lambda minutes, _, hour: time.minutes_before(minutes, hour)),
            ("um? NUM MINUTE bis NUM uhr?", lambda minutes, _, hour: time.minutes_before(minutes, hour)),
            (
                "um NUM bis NUM",
                lambda minutes, hour: (
                    time.minutes_before(minutes, hour) if minutes in {5, 10, 20, 25} else None
                ),
            ),
            (
                "NUM bis NUM",
                lambda minutes, hour: time.minutes_before(minutes, hour) if minutes in {20, 25} else None,
            ),
            (
                "um? NUM NUM NUM",
                lambda hour, zero, minute: (
                    time.hour(hour, minute) if hour and zero == 0 and minute < 10 else None
                ),
            ),
            ("um NUM NUM / NUM NUM uhr", time.hour_minutes),
            ("NUM NUM", lambda hour, minute: time.hour_minutes(hour, minute) if minute % 15 == 0 else None),
            (
                "um? NUM NUM AMPM",
                lambda hour, minute, half: _half_of_day((hour, minute, False), half) if minute < 60 else None,
            ),
            ("um? MIDNIGHT", lambda _: Clock(0)),
            ("um? NOON", lambda _: Clock(12 * 60)),
            (
                "um? NUM NUM NUM",
                lambda zero, hour, minute: (
                    time.figures((hour, minute, True)) if zero == 0 and 10 <= minute < 60 else None
                ),
            ),
        ],
        "IMPOSSIBLE": [
            ("um? NUM uhr / um NUM", time.no_hour),
            ("um? HM h|uhr?", time.no_figures),
        ],
        "PODS": [
            ("with? der? EARLY|EARLY in? der? POD", lambda *found: time.early(found[-1])),
            ("with? der? LATE in? der? POD", lambda _, part: time.late(part)),
            ("with? der? MOD? POD", lambda mode, part: part if mode is None else None),
            ("about NOON / in der? NOON", lambda _: Part.NOON),
        ],
        "WINDOW": [("AFTERWORK", time.from_minute)],
        "MOMENT": [
            ("in about? N HOUR", lambda count, _: time.Moment(count * 60) if count <= 72 else None),
            ("in about? N MINUTE", lambda count, _: time.Moment(count) if count <= 24 * 60 else None),
            ("in about? SPELL", time.Moment),
        ],
        "TODAYPART": [
            ("MOD POD", time.part_of_day),
            ("TONIGHT", lambda part: (0, part)),
        ],
    }
)

DAYS = table(
    {
        "DAY": [
            ("der? RELDAY", RelativeDay),
            ("am? der? MOD? WEEKDAY", day.weekday),
            ("am? der? MOD MOD WEEKDAY", lambda _, mode, value: day.weekday(mode, value)),
            ("am? der? ORD|NUM of? MONTH YEAR?", day.date_of),
            ("am? MONTH der? ORD|NUM YEAR?", day.month_first),
            ("am? DM YEAR?", day.from_figures),
            ("am? CUT", lambda number: day.dotted(number, 1)),
            ("am? der? ORD of? MOD MONTHS", lambda number, mode, _: day.day_in_month(number, mode)),
            ("am der? ORD", day.day_alone),
            ("in? der? MOD WOCHE", lambda mode, _: day.week(mode)),
            ("in? der? MOD WOCHEN|MONATE", day.next_few),
            ("der? WEEKS nach MOD", lambda _, mode: day.week("overnext") if mode == "next" else None),
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
            ("LATE MONTH / in LATE MONTH", lambda _, number: Month(number, portion="end")),
            (
                "with? der? PART of? der? MOD? WEEKS",
                lambda part, mode, _: day.part_of(part, day.week(mode or "this"), rolls=mode is None),
            ),
            (
                "with? der? PART of? der? MOD? MONTHS",
                lambda part, mode, _: day.part_of(part, day.month(mode or "this"), rolls=mode is None),
            ),
            ("in about? N UNIT", day.offset),
            ("in EIN FORTNIGHT", lambda *_: Offset(2, "week")),
            ("N UNIT ab RELDAY", lambda n, unit, today: day.offset(n, unit) if today == 0 else None),
            ("in EIN? paar of? DAYS", lambda *_: Vaguely(Offset(3, "day"))),
            ("in HALFYEAR", lambda months: Offset(months, "month")),
            ("N UNIT ago", day.ago),
            ("in? der? MOD NUM UNIT", day.next_days),
            ("in? der? MOD paar TAGE / in? der? MOD TAGE", lambda mode, _: day.next_few_days(mode)),
            ("binnen der? MOD? N UNIT", lambda _, count, unit: day.within(count, unit)),
            ("EIN WEEKS ab|am WEEKDAY", lambda *found: Weekday(found[-1], weeks_later=1)),
            (
                "NUM WEEKS ab|am WEEKDAY",
                lambda n, _, value: Weekday(value, weeks_later=n) if n <= 52 else None,
            ),
            (
                "am? WEEKDAY in? WEEKS nach MOD",
                lambda value, _, mode: Weekday(value, week=day.week("overnext")) if mode == "next" else None,
            ),
            ("am? WEEKDAY WEEKS", lambda value, _: Weekday(value, weeks_later=1)),
            ("with? der? MOD? WEEKEND", lambda mode, _: day.weekend(mode)),
            (
                "am? der? ORD|MOD WEEKDAY of|in MONTH YEAR?",
                lambda n, wd, m, y: day.nth_weekday(day.nth(n), wd, Month(m, year=y)),
            ),
            (
                "am? der? ORD|MOD WEEKDAY of|in der? MOD? MONTHS",
                lambda n, wd, mode, _: day.nth_weekday(day.nth(n), wd, day.month(mode or "this")),
            ),
            ("in? der? ORD|MOD WEEKS of|in MONTH", lambda n, _, m: day.nth_week(day.nth(n), Month(m))),
            ("am|um|over? MOD? FEAST YEAR?", day.named_feast),
            ("am? der? DAYS nach FEAST", lambda _, name: day.days_from_feast(1, "day", Feast(name), 1)),
            ("am? der? DAYS vor FEAST", lambda _, name: day.days_from_feast(1, "day", Feast(name), -1)),
            ("N UNIT nach FEAST", lambda n, unit, name: day.days_from_feast(n, unit, Feast(name), 1)),
            ("N UNIT vor FEAST", lambda n, unit, name: day.days_from_feast(n, unit, Feast(name), -1)),
            ("am? der? WEEKDAY nach FEAST", lambda wd, name: day.weekday_near(wd, Feast(name), after=True)),
            ("am? der? WEEKDAY vor FEAST", lambda wd, name: day.weekday_near(wd, Feast(name), after=False)),
        ],
        "DAYORD": [("ORD / der ORD", lambda number: number)],
        "OTHER": [
            ("N HOUR|MINUTE|UNIT / fuer N HOUR|MINUTE|UNIT / SPELL / fuer SPELL", day.inert),
            ("since WEEKDAY|RELDAY|MONTH", day.inert),
        ],
    }
)

TOGETHER = table(
    {
        "DAY": [
            ("DAY of|in|am? DAY", unify),
            ("DAY of|in|am? DAY of|in|am? DAY", lambda a, b, c: (ab := unify(a, b)) and unify(ab, c)),
            ("DAY DAYORD / DAY am DAYORD", lambda a, number: unify(a, day.day_alone(number))),
            ("DAYORD DAY", lambda number, b: unify(day.day_alone(number), b)),
            ("DAY YEAR", day.with_year),
            ("DAY HHMM", day.with_far_year),
        ],
        "CLOCK": [
            ("CLOCK um|in|am? PODS", time.in_part),
            ("PODS about? um? CLOCK", lambda part, clock: time.in_part(clock, part)),
            ("NUM PODS", time.in_part),
            ("PODS um about NUM / PODS about NUM", lambda part, value: time.in_part(value, part)),
            ("um? about um? CLOCK / CLOCK about / CLOCK punkt", time.about),
            ("um? about NUM", time.hour_about),
        ],
    }
)

RANGES = table(
    {
        "WINDOW": [
            ("zwischen T und|dash T / ab T bis|dash T", time.between),
            ("T bis|dash|slash CLOCK / CLOCK bis|dash|slash T", time.between),
            ("ab|nach|fruehestens um? T / T fruehestens / ab about T", time.from_time),
            ("bis|vor|by|spaetestens um? T / T spaetestens / bis about T", time.until_time),
            ("nach|ab T und|aber vor|bis T", time.between),
        ],
        "DAY": [
            ("ab? D bis|dash der? D / zwischen der? D und|dash der? D / D slash DAY", day.span),
            ("ab|zwischen? NUM bis|dash|und|slash DAY", day.span_from_number),
            ("ab der? D", lambda start: day.span(start, None)),
            ("bis|by der? D", lambda end: day.span(None, end)),
            ("nach der? D", day.after_day),
            ("vor der? D", day.before_day),
        ],
    }
)

ENGLISH = Language(code="en", lexicon=LEXICON, macros=MACROS, tiers=(NAMES, CLOCKS + DAYS, TOGETHER, RANGES))
