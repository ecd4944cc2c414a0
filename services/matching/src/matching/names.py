"""What the caller calls it → which of ours it is. A doubt is a question, never a guess (SR-02, TG-23)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from matching.phonetics import cologne

WORTH_ASKING = 0.75
"""From this score (0 to 1) on a name may have been meant."""
MARGIN = 0.1
"""Names this near to the best one may have been meant just as well."""
SURE = 0.92
"""From this likeness on a misheard word is the word: one letter in twelve, or one that nobody hears."""
_LONGEST_WINDOW = 5
_LONGEST_SAID = 200
_SHORTEST_PART = 4
_LONG = 6
_DOUBLED = re.compile(r"(.)\1")
_POLITE = re.compile(
    r"\b(bei|beim|zu|zum|zur|der|die|das|dem|den|frau|herrn?|ein|eine|einen|bitte|fuer|fuern|gern|gerne|und|plus|and|with|the|mit"
    r"|for|please|an|at|to)\b"
)
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Match:
    """Exactly one of ours was meant."""

    key: str


@dataclass(frozen=True)
class Candidates:
    """One of these may have been meant, the likeliest first; none at all where ``keys`` is empty."""

    keys: tuple[str, ...]


@dataclass(frozen=True, order=True)
class _Score:
    """How well a name fits (0 to 1), and whether that would do if no other came near."""

    fit: float
    certain: bool = False


_NONE = _Score(0.0)
_EXACT = _Score(1.0, certain=True)


def match(said: str, ours: Iterable[tuple[str, Sequence[str]]]) -> Match | Candidates:
    """Find what was said among (key, names). Case, spaces and words like "Frau" or "bei" make no difference.

    One name that fits clearly better than all others is a match; several that fit about as well, or one that fits
    only roughly, are candidates to ask about.
    """
    words = _words(said[:_LONGEST_SAID])
    # "Herrn" may be a polite word or half of "Herrenhaarschnitt": both readings count.
    readings = {words, _without_politeness(words)}
    rated = {
        key: max((_score(wanted, _words(name)) for wanted in readings for name in names), default=_NONE)
        for key, names in ours
    }
    best = max(rated.values(), default=_NONE)
    near = [key for key, score in rated.items() if score.fit >= max(WORTH_ASKING, best.fit - MARGIN)]
    near.sort(key=lambda key: -rated[key].fit)
    exact = [key for key in near if rated[key] == _EXACT]
    if len(exact) == 1:
        # "Krankengymnastik" beside "Krankengymnastik am Gerät": who answers the question with it has answered.
        return Match(exact[0])
    if len(near) == 1 and best.certain:
        return Match(near[0])
    return Candidates(tuple(near))


def _score(wanted: str, name: str) -> _Score:
    if not wanted or not name:
        return _NONE
    if _joined(wanted) == _joined(name):
        return _EXACT
    if all(_POLITE.fullmatch(word) for word in wanted.split()):
        return _NONE
    return max(_by_words(wanted, name), _by_likeness(wanted, name), _by_parts(wanted, name))


def _by_words(wanted: str, name: str) -> _Score:
    """All words of one stand in the other: "Anna" for "Anna Beispiel", "Herrenschnitt und waschen"."""
    said, called = set(wanted.split()), set(name.split())
    if said <= called:
        return _Score(0.9, certain=True)
    if called <= said:
        return _Score(0.8 + 0.1 * len(_joined(name)) / len(_joined(wanted)), certain=True)
    return _NONE


def _by_likeness(wanted: str, name: str) -> _Score:
    """Some words of what was said, written together, sound or look like the name ("Herren Haar schnit")."""
    called = _joined(name)
    rated = [(_likeness(window, called), window) for window in _windows(wanted)]
    likeness, nearest = max(rated, default=(0.0, ""))
    return _Score(0.98 * likeness, certain=likeness >= SURE and _of_one_length(nearest, called))


def _of_one_length(one: str, other: str) -> bool:
    """In a short word a letter more or less is heard, unless it is only doubled: Hanna is not Anna."""
    return len(other) >= _LONG or len(_DOUBLED.sub(r"\1", one)) == len(_DOUBLED.sub(r"\1", other))


def _by_parts(wanted: str, name: str) -> _Score:
    """The words that were said are like some of the name's, or begins or ends a compound ("Herren", "Schnitt")."""
    said = _joined(wanted)
    part = len(said) >= _SHORTEST_PART and said in _joined(name)
    likeliest = [max(_likeness(word, other) for other in name.split()) for word in wanted.split()]
    return _Score(max(0.8 if part else 0.0, 0.9 * sum(likeliest) / len(likeliest)))


def _windows(wanted: str) -> Iterator[str]:
    words = wanted.split()
    for first in range(len(words)):
        for last in range(first + 1, min(len(words), first + _LONGEST_WINDOW) + 1):
            yield "".join(words[first:last])


def _likeness(one: str, other: str) -> float:
    """By letters (changed, missing, swapped), and nearer still where both sound the same."""
    by_letters = OSA.normalized_similarity(one, other)
    sounds_alike = by_letters >= WORTH_ASKING and cologne(one) == cologne(other)
    return (by_letters + 2) / 3 if sounds_alike else by_letters


def _joined(name: str) -> str:
    """Without spaces: speech recognition splits compounds as it likes ("Herren Haar schnitt")."""
    return name.replace(" ", "")


def _words(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def _without_politeness(words: str) -> str:
    return " ".join(_POLITE.sub(" ", words).split()) or words
