"""The languages that callers are understood in, and which one a text is in."""

from __future__ import annotations

from collections.abc import Sequence

from telephony_gateway.language.language import Language
from telephony_gateway.language.lexicon import Entry, Lexicon
from telephony_gateway.language.normalise import Shape
from telephony_gateway.language.rules_de import GERMAN
from telephony_gateway.language.rules_en import ENGLISH

LANGUAGES = {language.code: language for language in (GERMAN, ENGLISH)}
# Words that a caller mixes in from the other language are worth there what they are worth here, if both tables have
# that kind; other words of time are only known to be some.
_SHARED = frozenset(
    {
        "WEEKDAY",
        "MONTH",
        "RELDAY",
        "NUM",
        "ORD",
        "POD",
        "WEEKEND",
        "MOD",
        "FEAST",
        "WOCHE",
        "WOCHEN",
        "uhr",
        "um",
    }
)
_OF_TIME = frozenset(
    {"halb", "viertel", "dreiviertel", "ab", "bis", "zwischen", "nach", "vor", "gegen", "fruehestens"}
    | {"spaetestens", "TONIGHT", "AMPM", "MIDNIGHT", "MORGEN"}
)
# Words that mean something else there too.
_AMBIGUOUS = "may second one mon tue tues wed weds thu thur thurs fri sat sun till half elf sex mai morge die fall spring march to last"
_NOT_BORROWED = frozenset(_AMBIGUOUS.split())


def _borrowed(lexicon: Lexicon, other: Lexicon) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for word, entry in other.entries.items():
        if (
            word in lexicon.entries
            or word in _NOT_BORROWED
            or word in lexicon.abbreviations
            or (len(word) < 3 and entry[0] != "um")
            or word in other.short_months
        ):
            continue
        if entry[0] in _SHARED:
            found[word] = entry
        elif entry[0] in _OF_TIME:
            found[word] = ("UNSURE", word)
    return found


GERMAN.lexicon.borrowed = _borrowed(GERMAN.lexicon, ENGLISH.lexicon)
ENGLISH.lexicon.borrowed = _borrowed(ENGLISH.lexicon, GERMAN.lexicon)
_ONLY_GERMAN = GERMAN.lexicon.entries.keys() - ENGLISH.lexicon.entries.keys()
_ONLY_ENGLISH = (
    ENGLISH.lexicon.entries.keys() - GERMAN.lexicon.entries.keys() - GERMAN.lexicon.abbreviations.keys()
)


def language_of(words: Sequence[Shape], code: str | None) -> Language:
    """The language asked for by its code, or the one whose words the text has more of; German in doubt."""
    if code is not None:
        return LANGUAGES.get(code[:2].lower(), GERMAN)
    said = {shape.text for shape in words}
    return ENGLISH if len(said & _ONLY_ENGLISH) > len(said & _ONLY_GERMAN) else GERMAN
