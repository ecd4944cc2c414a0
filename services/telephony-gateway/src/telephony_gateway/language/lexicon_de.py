"""The German lexicon, put together: which words split, which are guessed at, which never."""

from __future__ import annotations

from telephony_gateway.language.lexicon import Lexicon, LexiconTables
from telephony_gateway.language.numbers_de import cardinals, ordinals, years
from telephony_gateway.language.phrases_de import PHRASES
from telephony_gateway.language.words_de import ABBREVIATIONS, VALUED, WORDS

JOINED = (
    "über morgen",
    "vor mittag",
    "nach mittag",
    "vor mittags",
    "nach mittags",
    "wochen ende",
    "sonn abend",
    "über nächste",
    "über nächsten",
    "halb jahr",
    "sonn tag",
    "fünf zehn uhr",
)

SPLITTABLE = (
    "NUM",
    "uhr",
    "halb",
    "viertel",
    "dreiviertel",
    "vor",
    "nach",
    "WEEKDAY",
    "POD",
    "MORGEN",
    "RELDAY",
    "MOD",
    "WOCHE",
    "WOCHEN",
    "MONTH",
    "MONAT",
    "FEAST",
    "um",
    "ab",
    "HOUR",
    "und",
    "ORD",
    "termin",
    "MINUTE",
    "gegen",
    "EARLY",
    "bis",
    "CLOSING",
    "WEEKEND",
    "ADVENT",
    "haelfte",
)
GUESSABLE = (
    "WEEKDAY",
    "MONTH",
    "RELDAY",
    "POD",
    "MOD",
    "FEAST",
    "NUM",
    "ORD",
    "dreiviertel",
    "WEEKEND",
    "uhr",
    "zwischen",
    "viertel",
)
NEVER_GUESSED = (
    "inzwischen dazwischen vorab montage dienste diensten samstage freitage mittage abende nachher vorher vorbei nachbar "
    "umgehend abgeben ernsten fernsehen sommer sonnig nachtrag mittwochabende vordere machten mittels sonntagen "
    "freitagen montagen ostens morgan norden worden sorgen borgen besorgen organ morden augustin augusta marta martina nachten "
    "monatlich vormerken vergangenheit halber unten dreien zweien weihnachtlich haben umbau abbau"
)


def _lexicon() -> Lexicon:
    return Lexicon(
        LexiconTables(
            words=WORDS,
            valued=VALUED,
            phrases=PHRASES,
            numbers=cardinals() | years(),
            ordinals=ordinals(),
            joined=JOINED,
            splittable=SPLITTABLE,
            guessable=GUESSABLE,
            never_guessed=NEVER_GUESSED,
            abbreviations=ABBREVIATIONS,
        )
    )


LEXICON = _lexicon()
