"""The English grammar; see the German one for how to read the tables."""

from __future__ import annotations

from telephony_gateway.language import build_day as day
from telephony_gateway.language import build_day_en as counted
from telephony_gateway.language import build_time as time
from telephony_gateway.language.days import DayExpression
from telephony_gateway.language.grammar import table
from telephony_gateway.language.language import Language
from telephony_gateway.language.lexicon_en import LEXICON
from telephony_gateway.language.periods import STRETCHES
from telephony_gateway.language.rules_en_day import DAYS
from telephony_gateway.language.rules_en_time import CLOCKS
from telephony_gateway.language.sense_en import prepared, settled
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
    "POD": "POD|PODPL",
    "upto": "bis|auf",
    "TIMEWORD": "WEEKDAY|MONTH|RELDAY|POD|PODPL|FEAST|WEEKEND",
}


def _spoken_year(thousands: int, rest: int, unit: int | None) -> int | None:
    """ "two thousand and twenty-six"."""
    rest += unit or 0
    return 2000 + rest if thousands == 2 and rest < 100 else None


def _week_without_a_day(ruled_out: DayExpression, stretch: DayExpression) -> DayExpression | None:
    """ "any day except Thursday next week": the week is meant still."""
    return stretch if isinstance(stretch, STRETCHES) and not isinstance(ruled_out, STRETCHES) else None


NAMES = table(
    {
        "FIRSTFREE": [
            ("ORD|MOD freitermin? termin / ORD|MOD freitermin", day.first_free),
            ("SOON", day.first_free),
        ],
        "OTHER": [
            ("title TIMEWORD / name konnte? title? TIMEWORD", day.inert),
            ("guten POD|WEEKEND|DAYS|WEEKS / GREETING / GREETING in N UNIT", day.inert),
            ("ORD|MOD freitermin? termin / ORD|MOD freitermin", day.inert),
            ("N thing / NUM age / NUM YEARS age / NUM hundred thing / NUM auf NUM thing", day.inert),
        ],
        "YEAR": [
            ("NUM thousand und? NUM NUM?", _spoken_year),
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

TOGETHER = table(
    {
        "DAY": [
            ("DAY of|in|am? DAY", unify),
            ("DAY of|in|am? DAY of|in|am? DAY", lambda a, b, c: (ab := unify(a, b)) and unify(ab, c)),
            ("DAY DAYORD / DAY am DAYORD", lambda a, number: unify(a, day.day_alone(number))),
            ("DAYORD DAY", lambda number, b: unify(day.day_alone(number), b)),
            ("DAY YEAR", day.with_year),
            ("DAY HHMM", day.with_far_year),
            ("LENGTH ab|nach der? DAY", counted.counted_from),
            ("LENGTH vor der? DAY", counted.counted_back),
            ("LENGTH am DAY", counted.weeks_on),
            ("DAYAFTER of? DAY", lambda days, near: counted.counted_from((days, "day"), near)),
            ("ausser am? DAY in? DAY", _week_without_a_day),
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
            ("zwischen T und|dash T / ab T upto|dash T", time.between),
            ("T upto|dash|slash CLOCK / CLOCK upto|dash|slash T", time.between),
            ("ab|nach|fruehestens um? T / T fruehestens / T oder spaeter / ab about T", time.from_time),
            ("bis|vor|by|spaetestens um? T / T spaetestens / bis about T", time.until_time),
            ("nach|ab T und|aber vor|bis T", time.between),
            # "I can't come before ten", "not until three": the other side is free.
            ("nicht konnte? attend? vor|bis um? T", time.from_time),
            ("nicht konnte? attend? nach um? T", time.until_time),
        ],
        "REMAINDER": [
            ("busy|duty bis um? T", time.from_time),
            ("busy|duty ab um? T", time.until_time),
        ],
        "PAIR": [("NUM auf NUM", lambda first, last: (first, last))],
        "DAY": [
            ("ab? D upto|dash der? D / zwischen der? D und|dash der? D / D slash DAY", day.span),
            ("ab|zwischen? NUM upto|dash|und|slash DAY", day.span_from_number),
            ("ab der? D / D fruehestens / fruehestens am|der? D", lambda start: day.span(start, None)),
            ("bis|by der? D / D spaetestens / spaetestens am|der? D", lambda end: day.span(None, end)),
            ("nicht konnte? attend? bis|vor der? D", lambda start: day.span(start, None)),
            ("nicht konnte? attend? nach der? D", lambda end: day.span(None, end)),
            ("nach der? D", day.after_day),
            ("vor der? D", day.before_day),
        ],
    }
)

ENGLISH = Language(
    code="en",
    lexicon=LEXICON,
    macros=MACROS,
    tiers=(NAMES, CLOCKS + DAYS, TOGETHER, RANGES),
    prepared=prepared,
    settled=settled,
)
