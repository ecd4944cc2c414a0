"""Letters by their names and by the words of the spelling tables: German old and new, Austrian, Swiss, and the radio's."""

from __future__ import annotations

from enum import Enum, auto

from telephony_gateway.language.normalise import plain

# People are called so: one after the other they may be a name as well as letters.
_GIVEN = """
anton berta dora emil friedrich gustav heinrich ida julius kaufmann ludwig martha otto paula richard samuel theodor
ulrich viktor wilhelm siegfried konrad siegmund anna daniel jakob kaiser leopold marie niklaus peter rosa sophie xaver
karl maria norbert charlotte charlie india juliett juliet mike oscar oskar romeo sierra victor
"""
_NOBODYS = """
cäsar caesar nordpol quelle xanthippe zacharias zeppelin quasi yverdon zürich salzburg
aachen berlin chemnitz düsseldorf essen frankfurt goslar hamburg ingelheim jena köln leipzig münchen nürnberg offenbach
potsdam quickborn rostock salzwedel tübingen unna völklingen wuppertal xanten zwickau
dortmund dresden hannover
alfa alpha bravo delta echo foxtrot golf hotel kilo lima november papa quebec tango uniform whiskey whisky yankee zulu
"""
_NAMES = {
    "be": "b", "bee": "b", "ce": "c", "zeh": "c", "ceh": "c", "cee": "c", "de": "d", "deh": "d", "dee": "d", "eh": "e",
    "ef": "f", "eff": "f", "ge": "g", "geh": "g", "ha": "h", "aitch": "h", "jot": "j", "jott": "j", "jay": "j",
    "ka": "k", "kah": "k", "kay": "k", "el": "l", "ell": "l", "em": "m", "emm": "m", "en": "n", "enn": "n", "pe": "p",
    "peh": "p", "pee": "p", "ku": "q", "kuh": "q", "er": "r", "err": "r", "es": "s", "ess": "s", "te": "t", "teh": "t",
    "tee": "t", "vau": "v", "fau": "v", "we": "w", "weh": "w", "ix": "x", "ix-": "x", "ypsilon": "y", "üpsilon": "y",
    "zett": "z", "zet": "z", "zed": "z", "zee": "z", "eszett": "ß",
}  # fmt: skip
_SEVERAL = {
    "schule": "sch", "scharfes": "ß", "scharfem": "ß", "ärger": "ä", "ökonom": "ö", "österreich": "ö", "übermut": "ü",
    "übel": "ü",
}  # fmt: skip
NAMES = {plain(word): letter for word, letter in _NAMES.items()}
_PEOPLE = {plain(word): word[0] for word in _GIVEN.split()} | {"charlotte": "ch"}
_THINGS = {plain(word): word[0] for word in _NOBODYS.split()} | {
    plain(word): letter for word, letter in _SEVERAL.items()
}
LETTERS = _THINGS | _PEOPLE | NAMES
UMLAUTS = {"a": "ä", "o": "ö", "u": "ü"}
_WRITTEN = {"ae": "ä", "oe": "ö", "ue": "ü", "ss": "ß"}


class Kind(Enum):
    """By what a letter was said: itself, its name ("Emm"), somebody's name ("Martha"), or another word ("München")."""

    ITSELF = auto()
    NAME = auto()
    PERSON = auto()
    THING = auto()


def letter_of(word: str) -> str | None:
    """The letter (or "sch", "ch") that a word stands for; None for any other word."""
    if len(word) == 1 and word.isalpha():
        return word
    return _WRITTEN.get(word) or LETTERS.get(word)


def kind_of(word: str) -> Kind:
    """How a word that stands for a letter does so."""
    if len(word) == 1 or word in _WRITTEN:
        return Kind.ITSELF
    if word in NAMES:
        return Kind.NAME
    return Kind.PERSON if word in _PEOPLE else Kind.THING
