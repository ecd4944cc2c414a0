"""The German lexicon, put together: which words split, which are guessed at, which never."""

from __future__ import annotations

from telephony_gateway.language.lexicon import HIGHEST, UNSURE_GROUP, Lexicon, LexiconTables
from telephony_gateway.language.lookalikes_de import LOOKALIKES
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
    "dienst tag",
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
    "zwischen",
    "TAGE",
)
# Words long and rare enough that a slip of one letter is surely a slip. Short ones are not guessed at: "weiter" is
# no "zweiter", "Dieter" no "dieser".
_GUESSABLE = (
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag montags dienstags mittwochs donnerstags freitags "
    "mitwoch januar februar september oktober november dezember übermorgen vormittag vormittags nachmittag nachmittags "
    "wochenende wochenenden nächste nächsten nächster nächstes übernächste übernächsten übernächster kommenden kommende "
    "dreiviertel heiligabend ostermontag ostersonntag pfingstmontag pfingsten karfreitag weihnachten silvester "
    "valentinstag himmelfahrt fronleichnam rosenmontag aschermittwoch gründonnerstag faschingsdienstag stefanitag kalenderwoche"
)
_GUESSABLE_LENGTH = {"cardinals": 8, "ordinals": 9}
_TIMELY = (
    "NUM ORD WEEKDAY MONTH RELDAY POD FEAST WOCHE WOCHEN TAGE MONAT MONATE MOD halb viertel dreiviertel WEEKEND MORGEN PART"
    " spaetestens fruehestens"
)
NEVER_GUESSED = (
    "martin hatte hatten hätte hätten merken marken machst machste junior juniors jammer comment kommando mittig halbtags siebener sechzehner sechzehntel vormacht vormärz voran montan ankommende ankommenden aufhört mündig sündig freudig fertig "
    "inzwischen dazwischen vorab montage samstage sonntage sonntagen freitage freitagen freytag freital montagen dienste "
    "diensten mittage abende nachher vorher vorbei nachbar umgehend abgeben nächten nachts nichts jaguar "
    "novum septum vormund vorhut vorkommende vorkommenden nachfolgende nachfolgenden nachfolgender vorzeitig vorzeitigen "
    "frühzeitig frühzeitigen wochenstunden vormonat vorwoche vorletzte vorletzten vorletzter umbau abbau"
)


def _guessable() -> str:
    """The listed words, and the number words that are long enough."""
    numbers = [word for word in cardinals() if len(word) >= _GUESSABLE_LENGTH["cardinals"]]
    numbers += [word for word in ordinals() if len(word) >= _GUESSABLE_LENGTH["ordinals"]]
    return f"{_GUESSABLE} {' '.join(numbers)}"


def _plain_words(numbers: dict[str, int]) -> list[str]:
    """Those of days and times, without the short ones and the forms of the south, which too many words sound like."""
    return [
        word
        for word, value in numbers.items()
        if value <= HIGHEST and len(word) >= 4 and not word.endswith(("ne", "me", "es", "em"))
    ]


def _listed(kind: str, least: int) -> list[str]:
    """The words of a kind that are at least so long."""
    return [word for words in VALUED[kind].values() for word in words.split() if len(word) >= least]


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
            guessable=_guessable(),
            never_guessed=NEVER_GUESSED,
            timely=_TIMELY,
            lookalikes=LOOKALIKES,
            sounding={
                "numbers": " ".join(_plain_words(cardinals())),
                "ordinals": " ".join(_plain_words(ordinals())),
                "months": " ".join(_listed("MONTH", 3)),
                "parts": " ".join(_listed("POD", 4)),
                "names": " ".join(word for word in _GUESSABLE.split() if word not in _listed("MOD", 0))
                + " mittag mittags",
                "fractions": "halb viertel dreiviertel",
                "bounds": "anfang ende mitte spätestens frühestens übermorgen heute morgen",
                # Too many words sound like these: one of them is a doubt and no guess.
                UNSURE_GROUP: "heute morgen nächste nächsten nächster kommende kommenden übernächste",
                "units": "tage tagen woche wochen stunde stunden minuten monate monaten",
            },
            short_months="jan jän feb mrz mär apr jun jul aug sep sept okt oct nov dez dec",
            abbreviations=ABBREVIATIONS,
        )
    )


LEXICON = _lexicon()
