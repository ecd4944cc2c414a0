"""What was said, as words: folded to plain letters, with what joins them, and which of them name nothing."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_LETTERS = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss",
        # Letters that no accent can be taken from.
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h",
    }
)  # fmt: skip
_TOKEN = re.compile(r"[a-z0-9]+|[^a-z0-9]+")
_POLITE = """bei beim zu zum zur der die das dem den frau herr herrn ein eine einen bitte fuer fuern gern gerne und plus and with the mit
 for please an at to dr doktor doctor prof professor"""
_SAID_AROUND = """ich wir es ist ja doch also noch auch mal einmal nur einfach lieber liebsten am wieder immer moechte wuerde will haette
 koennte kann brauche nehme mein meine meinen meiner lassen machen haben geht i i'd a my would like want need have get some just of
 me it is einem einer eines ne nen so dann danach heute morgen von vom in im auf jemand jemanden"""
# They say that somebody wants something, and not what.
_GENERIC = """termin termine behandlung behandlungen besuch leistung service sitzung appointment visit treatment session haar haare
 haaren minuten min rezept"""
POLITE = frozenset(_POLITE.split())
NAMING_NOTHING = POLITE | frozenset(_SAID_AROUND.split()) | frozenset(_GENERIC.split())
_JOINING = frozenset({"und", "oder", "plus", "sowie", "u", "bzw", "mit", "and", "or", "with"})
# What the ear takes for a noun: "schneiden" wants the cut that "Haarschnitt" names.
_NOUNS = {"schneiden": "schnitt", "geschnitten": "schnitt", "schneid": "schnitt"}


class Word(NamedTuple):
    """A word, and what stands before it: nothing but space, a hyphen, or something that joins or parts (",")."""

    text: str
    before: str = ""


def spoken(text: str) -> tuple[Word, ...]:
    """The words of a text in order."""
    found: list[Word] = []
    before = ""
    for token in _TOKEN.findall(_folded(text)):
        if token[0].isalnum():
            found.append(Word(token, before))
            before = ""
        else:
            before = "," if re.search(r"[,;.!?+&/]", token) else "-" if "-" in token else ""
            before += " " if " " in token else ""
    return tuple(found)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    return "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))


def plain(words: Iterable[Word]) -> str:
    """The words with one space between them."""
    return " ".join(word.text for word in words)


def without_politeness(words: Iterable[Word]) -> tuple[Word, ...]:
    """The words but for "Frau", "bei" and their like; all of them where nothing else was said."""
    words = tuple(words)
    return tuple(word for word in words if word.text not in POLITE) or words


def without_frame(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words from the first that may name something to the last, with all that stands between them."""
    known = [at for at, word in enumerate(words) if word.text not in NAMING_NOTHING]
    return tuple(words[known[0] : known[-1] + 1]) if known else ()


def naming(words: Iterable[Word]) -> tuple[Word, ...]:
    """The words that may name something, verbs as the nouns that they want."""
    return tuple(
        word._replace(text=_NOUNS.get(word.text, word.text))
        for word in words
        if word.text not in NAMING_NOTHING and not word.text.isdecimal()
    )


def is_verb(word: Word) -> bool:
    """ "schneiden": a wish of its own, whatever stands beside it."""
    return word.text in _NOUNS


def is_joined(at: int, words: tuple[Word, ...]) -> bool:
    """Whether "und" or its like stands beside it, or half a compound ends there ("Damen- und Herrenhaarschnitt")."""
    beside = [words[near] for near in (at - 1, at + 1) if 0 <= near < len(words)]
    after = words[at + 1].before if at + 1 < len(words) else ""
    return any(word.text in _JOINING for word in beside) or "," in (words[at].before + after)
