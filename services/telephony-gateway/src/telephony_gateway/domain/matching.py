"""What the caller calls it → which of ours it is. A doubt is a question, never a guess (SR-02, TG-23)."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

CLOSE = 0.82
"""From this likeness (0 to 1) on a misheard word is worth asking about."""
_POLITE = re.compile(
    r"\b(bei|beim|zu|zum|zur|der|die|das|dem|den|frau|herrn?|ein|eine|einen|bitte|with|the|mit)\b"
)


@dataclass(frozen=True)
class Match:
    """Exactly one of ours was meant."""

    key: str


@dataclass(frozen=True)
class Candidates:
    """One of these may have been meant; none at all where ``keys`` is empty."""

    keys: tuple[str, ...]


def match(said: str, ours: Iterable[tuple[str, Sequence[str]]]) -> Match | Candidates:
    """Find what was said among (key, names). Names that are equal but for case, spaces and "Frau" or "bei" match."""
    wanted = _plain(said)
    names = [(key, [_plain(name) for name in many]) for key, many in ours]
    exact = _keys(names, lambda name: _joined(name) == _joined(wanted))
    if len(exact) == 1:
        return Match(exact[0])
    part = exact or _keys(names, lambda name: _contains(name, wanted) or _contains(wanted, name))
    if len(part) == 1:
        return Match(part[0])
    return Candidates(part or _keys(names, lambda name: _likeness(name, wanted) >= CLOSE))


def _keys(names: list[tuple[str, list[str]]], fits: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(key for key, many in names if any(fits(name) for name in many))


def _contains(whole: str, part: str) -> bool:
    """Whether all words of ``part`` stand in ``whole``, as words: "herren" is no part of "herrenhaarschnitt"."""
    return bool(part) and set(part.split()) <= set(whole.split())


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _joined(one), _joined(other)).ratio()


def _joined(name: str) -> str:
    """Without spaces: speech recognition splits compounds as it likes ("Herren Haar schnitt")."""
    return name.replace(" ", "")


def _plain(text: str) -> str:
    folded = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", " ", bare)
    return " ".join(_POLITE.sub(" ", words).split()) or " ".join(words.split())
