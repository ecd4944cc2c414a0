"""The languages that callers are understood in, and which one a text is in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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
        "title",
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
            or (len(word) < 3 and entry[0] not in {"um", "title"})
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


# Words that only one of the two has, beside those of time: who says none of her own speaks the other language.
_GERMAN_WORDS = """ich wir sie mir mich bei beim zum zur ja nein und oder nicht kein keine ein eine einen einem der das dem den des
 ist sind habe haben hätte haette kann kann's könnte koennte möchte moechte will geht gern gerne bitte auch noch doch auf mit von vom
 für fuer nehmen machen wann wie danke hallo guten jetzt dann mal wieder lieber passt"""
_ENGLISH_WORDS = """i i'm i'd i'll it it's you we my me the a and or but with for of to at on not is are have can could would please yes
 thanks need want like this that which what when"""
# Words of both: "we" is a German Wochenende too, "er" a German he.
_OF_BOTH = """we will die war stop halt net da na elf sex fur er kind still tue mon sat wed sun fri start last sort not o a u uh uhm
 end one"""
_GERMANS = _ONLY_GERMAN | set(_GERMAN_WORDS.split())
_ENGLISHS = _ONLY_ENGLISH | set(_ENGLISH_WORDS.split())
_NEITHERS = (_GERMANS & _ENGLISHS) | set(_OF_BOTH.split())
_OWN = {"de": _GERMANS - _NEITHERS, "en": _ENGLISHS - _NEITHERS}
# "um" is hardly a filler beside one English word ("um ten").
_VOCABULARY = {
    "de": _GERMANS | GERMAN.lexicon.entries.keys(),
    "en": (_ENGLISHS | ENGLISH.lexicon.entries.keys()) - {"um"},
}
# So many words of the other language, and none of the call's own, are a sentence in that language.
_A_SENTENCE = 2


def language_of(words: Sequence[Shape], code: str | None) -> Language:
    """The language asked for by its code, or the one whose words the text has more of; German in doubt.

    A caller may change to the other language: then the text has words of that one, and none of the call's.
    """
    said = {shape.text for shape in words}
    if code is None:
        return ENGLISH if len(said & _ONLY_ENGLISH) > len(said & _ONLY_GERMAN) else GERMAN
    own = LANGUAGES.get(code[:2].lower(), GERMAN)
    other = ENGLISH if own is GERMAN else GERMAN
    return other if said.isdisjoint(_OWN[own.code]) and _speaks(other, words, said) else own


def _speaks(language: Language, words: Sequence[Shape], said: set[str]) -> bool:
    """Whether several words are of this language alone, or one, and it has all the others."""
    clear = len(said & _OWN[language.code])
    known = _VOCABULARY[language.code]
    return clear >= _A_SENTENCE or (
        clear > 0 and all(word.text in known for word in words if word.name == "word")
    )


def is_half_in_doubt(words: Sequence[Shape], code: str | None) -> bool:
    """ "half nine" in a German call, which is half past eight to who thinks in German: to be asked about."""
    return (
        code is not None
        and code[:2].lower() == GERMAN.code
        and any(
            half.text == "half" and ENGLISH.lexicon.entries.get(hour.text, ("",))[0] == "NUM"
            for half, hour in pairwise(word for word in words if word.text != "-")
        )
    )
