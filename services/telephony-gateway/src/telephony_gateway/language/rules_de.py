"""The German grammar, put together: names and greetings first, then atoms, phrases, windows and ranges.

Upper-case elements carry a value and are handed to the builder, lower-case ones only have to be there. `|` separates
alternatives, `?` marks what may be missing, `/` separates patterns with the same builder. In every tier the longest
match wins, then the earlier row.
"""

from __future__ import annotations

from telephony_gateway.language import build_day as day
from telephony_gateway.language.build_time import Impossible
from telephony_gateway.language.grammar import table
from telephony_gateway.language.language import Language
from telephony_gateway.language.lexicon_de import LEXICON
from telephony_gateway.language.rules_de_day import DAYS, RANGES, TOGETHER
from telephony_gateway.language.rules_de_time import CLOCKS, TIMES, WINDOWS
from telephony_gateway.language.sense_de import prepared

MACROS = {
    "N": "NUM|EIN|SWISSHOUR",
    "T": "CLOCK|NUM|PODS|EIN|SWISSHOUR",
    "D": "DAY|DAYORD",
    "TIMEWORD": "WEEKDAY|MONTH|MORGEN|RELDAY|POD|FEAST|WEEKEND|PART",
    "DAYS": "TAG|TAGE",
    "WEEKS": "WOCHE|WOCHEN",
    "MONTHS": "MONAT|MONATE",
    "UNIT": "TAG|TAGE|WOCHE|WOCHEN|MONAT|MONATE|YEARS",
    "about": "gegen|circa",
    "past_hour": "nach|ueber|ab",
    "with": "am|in|zu|ueber|an|gegen",
    "on": "am|der",
}

_DAYLIKE = ("tag", "tage", "tagen", "woche", "wochen", "wochenende", "wochenend", "monat")

# What is no date though it sounds like one, and what several words name together.
NAMES = table(
    {
        "FIRSTFREE": [
            ("ORD|MOD freitermin? termin / ORD|MOD freitermin", day.first_free),
            ("ORD WORD termin", lambda number, _: day.first_free(number)),
            ("SOON", day.first_free),
        ],
        "OTHER": [
            ("title TIMEWORD / title WORD title TIMEWORD", day.inert),
            (
                "name konnte? auf? title? TIMEWORD / name konnte? WORD TIMEWORD / TIMEWORD konnte? name / TIMEWORD WORD name",
                day.inert,
            ),
            (
                "name konnte? TIMEWORD WORD TIMEWORD",
                lambda first, _, second: day.inert() if first == second else None,
            ),
            ("guten MORGEN|POD|WEEKEND|WEEKDAY|DAYS|FEAST|WEEKS|CLOSING / GREETING", day.inert),
            ("ORD|MOD freitermin? termin / ORD|MOD freitermin / der? ORD|MOD mal", day.inert),
            ("N thing / NUM termin", day.inert),
            ("street der ORD|NUM MONTH / street der DM", day.inert),
        ],
        "YEAR": [
            (
                "NUM tausend und? NUM",
                lambda thousands, rest: 2000 + rest if thousands == 2 and rest < 100 else None,
            ),
            ("NUM und? NUM", lambda base, rest: 2000 + rest if base == 2000 and rest < 100 else None),
        ],
        "DM": [
            (
                "am NUM NUM um",
                lambda number, month: (number, month) if 13 <= number <= 31 and 1 <= month <= 12 else None,
            ),
        ],
        # "am nachten August": a day that was not understood, never the whole month.
        "UNSURE": [
            ("am WORD MONTH", day.inert),
            # Counted from a day that was said before, and not in this sentence.
            ("am? MOD? WEEKDAY|WEEKEND drauf", day.inert),
            # "am ersten Ferientag": the first of something, never of the month.
            (
                "am ORD WORD / am der ORD WORD",
                lambda _, word: day.inert() if word.endswith(_DAYLIKE) else None,
            ),
        ],
        "FEAST": [
            ("ORD ADVENT", day.advent),
            ("ORD CHRISTMAS_DAY", day.christmas_day),
            ("ORD EASTER_DAY", day.easter_day),
            ("ORD WHIT_DAY", day.whit_day),
        ],
        "IMPOSSIBLE": [("ORD ADVENT|CHRISTMAS_DAY|EASTER_DAY|WHIT_DAY", lambda *_: Impossible("date"))],
    }
)

GERMAN = Language(
    code="de",
    lexicon=LEXICON,
    macros=MACROS,
    tiers=(NAMES, CLOCKS + DAYS, TIMES + TOGETHER, WINDOWS + RANGES),
    prepared=prepared,
)
