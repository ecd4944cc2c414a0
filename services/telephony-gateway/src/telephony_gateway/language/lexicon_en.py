"""English words: the same kinds as the German ones, see there."""

from __future__ import annotations

from telephony_gateway.language.clock import Part
from telephony_gateway.language.lexicon import Lexicon, LexiconTables
from telephony_gateway.language.phrases_en import PHRASES

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = {
    20: "twenty",
    30: "thirty",
    40: "forty",
    50: "fifty",
    60: "sixty",
    70: "seventy",
    80: "eighty",
    90: "ninety",
}
_FIRST = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]


def _cardinals() -> dict[str, int]:
    words = {word: value for value, word in enumerate(_UNITS)}
    for ten, word in _TENS.items():
        words |= {word: ten} | {f"{word}{_UNITS[unit]}": ten + unit for unit in range(1, 10)}
    return words | {"fourty": 40, "oh": 0, "o": 0}


def _ordinals() -> dict[str, int]:
    words = {word: value + 1 for value, word in enumerate(_FIRST)}
    for ten, word in {20: "twenty", 30: "thirty"}.items():
        words |= {f"{word[:-1]}ieth": ten} | {
            f"{word}{_FIRST[unit - 1]}": ten + unit for unit in range(1, 10)
        }
    return words


WORDS = {
    "filler": (
        "uh um uhm er erm hmm hm well so like please maybe perhaps just really okay ok yes yeah yep sure thanks thank you "
        "sometime also still already right kind sort then fine great possibly ideally preferably there"
    ),
    "um": "at @",
    "am": "on",
    "in": "in during",
    "der": "the",
    "ab": "from starting",
    "since": "since",
    "auf": "to",
    "bis": "till til until thru through",
    "by": "by",
    "of": "of",
    "fuer": "for",
    "zwischen": "between",
    "und": "and",
    "oder": "or",
    "nach": "after past",
    "vor": "before",
    "gegen": "around about approximately approx roughly circa towards near",
    "nicht": "not don't can't cannot won't doesn't isn't aren't never dont cant couldn't shouldn't wouldn't impossible unavailable unable",
    "uhr": "o'clock oclock",
    "h": "h hrs ",
    "halb": "half",
    "viertel": "quarter",
    "punkt": "exactly sharp precisely",
    "binnen": "within",
    "fruehestens": "earliest",
    "spaetestens": "latest",
    "kw": "cw",
    "paar": "couple few",
    "rest": "rest",
    "spaeter": "later",
    "aber": "but",
    "nein": "no nope sorry wait actually correction oops",
    "lieber": "better rather",
    "als": "than",
    "weder": "neither",
    "statt": "instead",
    "ausser": "except excluding",
    "freitermin": "available free",
    "termin": "appointment appointments slot time opening visit",
    "konnte": "can works work suits is are would could i'm be possible do does have",
    "title": "mr mrs ms miss dr doctor mister",
    "name": "name called",
    "guten": "good happy nice lovely",
    "move": "move reschedule change moved postpone shift bring push put switch swap pull rebook",
    "attend": "come make get manage arrive",
    "hundred": "hundred",
    "thousand": "thousand",
    "ish": "ish",
    "ago": "ago",
    "thing": "people persons euros euro dollars percent kids children adults",
    "age": "old",
    "busy": "working busy away holiday vacation travelling traveling leaving flying",
    "duty": "school meeting class shift",
}

VALUED: dict[str, dict[object, str]] = {
    "EIN": {1: "a an"},
    "RELDAY": {0: "today", 1: "tomorrow tomorow tommorow tomorrows tmrw", -1: "yesterday"},
    "WEEKDAY": {
        0: "monday mondays mon",
        1: "tuesday tuesdays tue tues",
        2: "wednesday wednesdays wed weds",
        3: "thursday thursdays thu thur thurs",
        4: "friday fridays fri",
        5: "saturday saturdays sat",
        6: "sunday sundays sun",
    },
    "MONTH": {
        1: "january jan",
        2: "february feb",
        3: "march mar",
        4: "april apr",
        5: "may",
        6: "june jun",
        7: "july jul",
        8: "august aug",
        9: "september sep sept",
        10: "october oct",
        11: "november nov",
        12: "december dec",
    },
    "POD": {
        Part.EARLY: "morning",
        Part.NOON: "lunchtime lunch",
        Part.AFTERNOON: "afternoon",
        Part.EVENING: "evening",
        Part.NIGHT: "night",
    },
    "PODPL": {
        Part.EARLY: "mornings",
        Part.AFTERNOON: "afternoons",
        Part.EVENING: "evenings",
        Part.NIGHT: "nights",
    },
    "NOON": {True: "noon midday noontime"},
    "TONIGHT": {Part.EVENING: "tonight"},
    "EARLY": {True: "early", "earlier": "earlier"},
    "LATE": {True: "late"},
    "MIDNIGHT": {True: "midnight"},
    "MOD": {
        "this": "this",
        "coming": "coming upcoming",
        "next": "next following",
        "last": "last previous",
    },
    "PART": {"start": "beginning start", "middle": "middle mid", "end": "end"},
    "MINUTE": {"minute": "minute minutes min mins minutes' minute's"},
    "HOUR": {"hour": "hour hours hours' hour's"},
    "TAG": {"day": "day day's"},
    "TAGE": {"day": "days days'"},
    "WOCHE": {"week": "week week's"},
    "WOCHEN": {"week": "weeks weeks'"},
    "FORTNIGHT": {True: "fortnight fortnight's fortnights"},
    "MONAT": {"month": "month month's"},
    "MONATE": {"month": "months months'"},
    "YEARS": {"year": "year years year's years'"},
    "WEEKEND": {True: "weekend weekends"},
    "AMPM": {"am": "am a.m a.m.", "pm": "pm p.m p.m."},
    "FEAST": {
        "good_friday": "goodfriday",
        "easter": "easter",
        "whitsun": "whitsun pentecost",
        "halloween": "halloween",
        "christmas": "christmas xmas",
    },
}

SPLITTABLE = ("NUM", "WEEKDAY", "POD", "AMPM", "ish")
_GUESSABLE = "monday tuesday wednesday thursday friday saturday sunday tomorrow afternoon january february september october november december"


LEXICON = Lexicon(
    LexiconTables(
        words=WORDS,
        valued=VALUED,
        phrases=PHRASES,
        numbers=_cardinals(),
        ordinals=_ordinals(),
        joined=("week end", "after noon", "mid day", "to morrow"),
        splittable=SPLITTABLE,
        guessable=_GUESSABLE,
        never_guessed="",
        joins_hyphens=True,
        american_dates=True,
        short_months="jan feb mar apr jun jul aug sep sept oct nov dec",
    )
)
