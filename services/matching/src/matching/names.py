"""What the caller calls it → which of ours it is. A doubt is a question, never a guess (SR-02, TG-23)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matching.denial import without_denied
from matching.leftovers import is_accessory, is_another_name, points_at
from matching.scores import NONE, WORTH_ASKING, Score, joined, score
from matching.spelling import spelled
from matching.words import (
    NAMING_NOTHING,
    Word,
    naming,
    plain,
    spoken,
    without_frame,
    without_politeness,
)

MARGIN = 0.1
"""Names this near to the best one may have been meant just as well."""
_LONGEST_SAID = 200
_SHORTEST_HINT = 5
# Ids are repeated letter by letter or not at all.
_AN_ID = re.compile("[0-9a-f]{8}( [0-9a-f]{4}){3} [0-9a-f]{12}")

Ours = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class Match:
    """Exactly one of ours was meant."""

    key: str


@dataclass(frozen=True)
class Candidates:
    """One of these may have been meant, the likeliest first; none at all where ``keys`` is empty."""

    keys: tuple[str, ...]


def match(said: str, ours: Iterable[tuple[str, Sequence[str]]]) -> Match | Candidates:
    """Find what was said among (key, names). Case, spaces and words like "Frau" or "bei" make no difference.

    One name that fits clearly better than all others is a match; several that fit about as well, or one that fits
    only roughly, are candidates to ask about. What was ruled out ("nicht Ben") is never a match.
    """
    words = spoken(said[:_LONGEST_SAID])
    named = [(key, [plain(spoken(name)) for name in names]) for key, names in ours]
    whole = _whole(words, named)
    if whole is not None:
        return Match(whole)
    own = {word for _, names in named for name in names for word in name.split()}
    kept, denied = without_denied(words, lambda some: bool(_keys(_meant(some, named))), own)
    found = _meant(kept, named)
    if not denied:
        return found
    ruled_out = _keys(_meant(denied, named))
    if isinstance(found, Match):
        return Candidates((found.key,)) if found.key in ruled_out else found
    return Candidates(tuple(key for key in found.keys if key not in ruled_out))


def _keys(found: Match | Candidates) -> tuple[str, ...]:
    return (found.key,) if isinstance(found, Match) else found.keys


def _whole(words: tuple[Word, ...], named: Ours) -> str | None:
    """The one whose whole name was said: "Krankengymnastik" beside "Krankengymnastik am Gerät" answers the question. Of "Waschen
    und Schneiden, bitte" only the "bitte" is polite."""
    said = {joined(wanted) for wanted in _readings(words) | {plain(without_frame(words))}} - {""}
    exact = [key for key, names in named if any(joined(name) in said for name in names)]
    if not exact:
        said = {spelled(wanted) for wanted in said}
        exact = [key for key, names in named if any(spelled(joined(name)) in said for name in names)]
    return exact[0] if len(exact) == 1 else None


def _readings(words: tuple[Word, ...]) -> set[str]:
    """ "Herrn" may be a polite word or half of "Herrenhaarschnitt": all readings count."""
    return {plain(words), plain(without_politeness(words)), plain(naming(words))} - {""}


def _meant(words: tuple[Word, ...], named: Ours) -> Match | Candidates:
    rated = _rated(words, named)
    near = _near(rated)
    whole = _whole(words, named) if near else None
    if whole is not None:
        return Match(whole)
    winner = _winner(near, rated)
    if winner is None:
        return Candidates(near if len(naming(words)) < 2 else _with_hints(near, words, named))
    beside = tuple(dict.fromkeys(key for key in points_at(words, winner, dict(named)) if key != winner))
    names = dict(named)[winner]
    if beside or is_accessory(words, names) or is_another_name(words, names):
        return Candidates((winner, *beside))
    return Match(winner)


def _rated(words: tuple[Word, ...], named: Ours) -> dict[str, Score]:
    if all(word.text in NAMING_NOTHING for word in words):
        return {}
    readings = _readings(words)
    return {
        key: max(
            (score(wanted, name) for wanted in readings for name in names if not _AN_ID.fullmatch(name)),
            default=NONE,
        )
        for key, names in named
    }


def _near(rated: dict[str, Score]) -> tuple[str, ...]:
    best = max(rated.values(), default=NONE)
    near = [key for key, found in rated.items() if found.fit >= max(WORTH_ASKING, best.fit - MARGIN)]
    return tuple(sorted(near, key=lambda key: -rated[key].fit))


def _winner(near: tuple[str, ...], rated: dict[str, Score]) -> str | None:
    """The only one that comes near, or the only one that has every word: "Jan" is no Jana."""
    by_words = [key for key in near if rated[key].by_words]
    if len(by_words) == 1 and not any(rated[key].ends for key in near if key != by_words[0]):
        return by_words[0]
    return near[0] if len(near) == 1 and rated[near[0]].certain else None


def _with_hints(near: tuple[str, ...], words: tuple[Word, ...], named: Ours) -> tuple[str, ...]:
    """Beside those that come near, what single words hint at: "Haarschnitt und Farbe"."""
    hinted = [
        key
        for text in dict.fromkeys(word.text for word in naming(words))
        if len(text) >= _SHORTEST_HINT
        for key in _near(_rated((Word(text),), named))
    ]
    return tuple(dict.fromkeys([*near, *hinted]))
