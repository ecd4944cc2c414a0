"""How well a name fits what was said, and whether that would do if no other came near."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from matching.phonetics import cologne
from matching.spelling import has_the_vowels, spelled
from matching.words import NAMING_NOTHING, POLITE

WORTH_ASKING = 0.75
"""From this score (0 to 1) on a name may have been meant."""
SURE = 0.92
"""From this likeness on a misheard word is the word: one letter in twelve, or one that nobody hears."""
_SPELLED_OTHERWISE = 0.97
_LONGEST_WINDOW = 5
_SHORTEST_PART = 4
_LONG = 6
_PLURAL = 12
# Words that sound the same differ in so many letters, not in a whole word.
_SLIPS = 2
# Further apart than this no two spellings of one word are.
_NEAR = 0.5
_DOUBLED = re.compile(r"(.)\1")


@dataclass(frozen=True, order=True)
class Score:
    """How well a name fits (0 to 1), and whether that would do if no other came near."""

    fit: float
    certain: bool = False
    by_words: bool = False
    """Every word of what was said is one of the name's, or the other way round."""
    ends: bool = False
    """What was said ends a compound of the name: "Therapie" may be short for it."""
    whole: bool = False
    """It is the name, from its first to its last letter, as it may be spelled."""


NONE = Score(0.0)
EXACT = Score(1.0, certain=True, by_words=True, whole=True)


def score(wanted: str, name: str) -> Score:
    """How well this name fits."""
    if not wanted or not name:
        return NONE
    if joined(wanted) == joined(name):
        return EXACT
    if all(word in POLITE for word in wanted.split()):
        return NONE
    if spelled(joined(wanted)) == spelled(joined(name)):
        return Score(0.98, certain=True, by_words=True, whole=True)
    by_words = _by_words(wanted, name)
    found = max(by_words, _by_likeness(wanted, name), _by_parts(wanted, name))
    return replace(found, certain=True, by_words=True) if by_words.by_words else found


def _by_words(wanted: str, name: str) -> Score:
    """All words of one stand in the other: "Anna" for "Anna Beispiel", "Herrenschnitt und waschen"."""
    said, called = set(map(spelled, wanted.split())), [spelled(word) for word in name.split()]
    if said <= {*called, *(one + other for one, other in pairwise(called))}:
        # "Rezept" is not yet "Krankengymnastik auf Rezept".
        if said <= {spelled(word) for word in _added(name)}:
            return Score(0.8)
        return Score(0.9, certain=True, by_words=True)
    if set(called) <= said:
        return Score(0.8 + 0.1 * len(joined(name)) / len(joined(wanted)), certain=True, by_words=True)
    return NONE


def _added(name: str) -> list[str]:
    """The words of a name that come after "mit", "auf" and their like."""
    words = name.split()
    first = next((at for at, word in enumerate(words) if at and word in NAMING_NOTHING), len(words))
    return words[first:]


def _by_likeness(wanted: str, name: str) -> Score:
    """Some words of what was said, written together, sound or look like the name ("Herren Haar schnit")."""
    called = joined(name)
    rated = [(likeness(window, called), window) for window in windows(wanted)]
    nearest, window = max(rated, default=(0.0, ""))
    return Score(0.98 * nearest, certain=nearest >= SURE and _is_the_same(window, called))


def _is_the_same(one: str, other: str) -> bool:
    """In a short word a letter more or less is heard, unless it is only doubled; in any, another vowel is."""
    if spelled(one) == spelled(other) or _is_plural(one, other):
        return True
    of_one_length = len(other) >= _LONG or len(_DOUBLED.sub(r"\1", one)) == len(_DOUBLED.sub(r"\1", other))
    return of_one_length and has_the_vowels(one, other)


def _is_plural(one: str, other: str) -> bool:
    """ "Herrenhaarschnitte"; a shorter word may be another name with the same letters."""
    return len(other) >= _PLURAL and one.startswith(other) and one[len(other) :] in {"e", "n", "en", "s"}


def _by_parts(wanted: str, name: str) -> Score:
    """The words that were said are like some of the name's, or begins or ends a compound ("Herren", "Schnitt")."""
    said = joined(wanted)
    part = len(said) >= _SHORTEST_PART and said in joined(name)
    ends = len(said) >= _LONG and any(word != said and word.endswith(said) for word in name.split())
    likeliest = [max(likeness(word, other) for other in name.split()) for word in wanted.split()]
    return Score(max(0.8 if part else 0.0, 0.9 * sum(likeliest) / len(likeliest)), ends=ends)


@lru_cache(maxsize=256)
def windows(wanted: str) -> tuple[str, ...]:
    """Some words in a row, written together."""
    words = wanted.split()
    found = (
        "".join(words[first:last])
        for first in range(len(words))
        for last in range(first + 1, min(len(words), first + _LONGEST_WINDOW) + 1)
    )
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def likeness(one: str, other: str) -> float:
    """By letters (changed, missing, swapped), and nearer still where both sound the same."""
    by_letters = OSA.normalized_similarity(one, other)
    if by_letters == 1 or by_letters < _NEAR:
        return by_letters
    if spelled(one) == spelled(other):
        return _SPELLED_OTHERWISE
    sounds_alike = by_letters >= WORTH_ASKING and OSA.distance(one, other) <= _SLIPS
    return (by_letters + 2) / 3 if sounds_alike and cologne(one) == cologne(other) else by_letters


def joined(name: str) -> str:
    """Without spaces: speech recognition splits compounds as it likes ("Herren Haar schnitt")."""
    return name.replace(" ", "")
