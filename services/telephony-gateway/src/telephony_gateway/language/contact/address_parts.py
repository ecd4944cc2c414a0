"""The parts of a dictated e-mail address: signs, letters, figures and words, each as sure as it was said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from telephony_gateway.language.contact.digits import digits_of, multiplied, times_of
from telephony_gateway.language.contact.letters import NAMES
from telephony_gateway.language.normalise import plain

ADDRESS = re.compile(
    r"(?P<local>[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?)@(?P<domain>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})"
)
_SIGNS = {
    "punkt": ".", "dot": ".", "point": ".", "period": ".", "at": "@", "ät": "@", "aet": "@", "ett": "@",
    "klammeraffe": "@", "atzeichen": "@", "ätzeichen": "@", "affenschwanz": "@", "kringel": "@", "unterstrich": "_", "underscore": "_", "minus": "-",
    "bindestrich": "-", "strich": "-", "hyphen": "-", "dash": "-", "plus": "+", ".": ".", "@": "@", "_": "_", "-": "-",
    "+": "+", "–": "-",
}  # fmt: skip
_IN_TWO_WORDS = {
    ("klammer", "affe"): "klammeraffe", ("under", "score"): "underscore", ("unter", "strich"): "unterstrich",
    ("at", "sign"): "at", ("at", "zeichen"): "at", ("ät", "zeichen"): "at", ("e", "mail"): "email",
    ("e", "mailadresse"): "emailadresse",
}  # fmt: skip
_HESITATING = frozenset({"äh", "ähm", "ehm", "öhm", "hm"})
_LIKE = frozenset({"wie", "as", "like"})
_WORD = re.compile(r"[a-zäöüß0-9]+(?:'[a-z]+)?|[@._+–-]")
_HYPHENED = re.compile(r"(\be|mail|\bat|\bät)-(?=mail|adresse|zeichen)")
_ARTICLES = frozenset({"die", "das", "the"})
_AROUND = ",.;:!?<>()[]\"'"


class PartKind(Enum):
    """WRITTEN: it came as it is written, nothing in it is a word for a sign."""

    SIGN = auto()
    LETTER = auto()
    FIGURES = auto()
    WORD = auto()
    WRITTEN = auto()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an address, or a word around it."""

    text: str
    kind: PartKind
    doubtful: bool = False
    in_words: bool = False
    """Figures, as words: "drei"."""

    @property
    def is_word(self) -> bool:
        """Whether it is one of several letters."""
        return self.kind is PartKind.WRITTEN or (self.kind is PartKind.WORD and len(self.text) > 1)


def parts_of(text: str) -> list[Part]:
    """The parts in order; hesitations are none."""
    parts: list[Part] = []
    words: list[str] = []
    for chunk in text.casefold().split():
        # A dash between spaces may be a pause.
        word = "–" if chunk == "-" else chunk.strip(_AROUND).removeprefix("mailto:") or chunk
        written = ADDRESS.fullmatch(word)
        if written is None:
            words += _WORD.findall(word if "@" in word else _HYPHENED.sub(r"\1", word))
            continue
        parts += [*_parts(words), Part(written["local"], PartKind.WRITTEN), Part("@", PartKind.SIGN)]
        parts.append(Part(written["domain"], PartKind.WRITTEN))
        words = []
    return parts + _parts(words)


def _parts(words: Sequence[str]) -> list[Part]:
    words = multiplied(_as_one([_figures(word) for word in words if word not in _HESITATING]))
    parts: list[Part] = []
    at = 0
    while at < len(words):
        at = _take(parts, words, at)
    return parts


def _figures(word: str) -> str:
    """ "fünf" in the spelling in which numbers are known; any other word keeps its umlauts."""
    return plain(word) if digits_of(plain(word)) else word


def _as_one(words: Sequence[str]) -> list[str]:
    out: list[str] = []
    for word in words:
        pair = _IN_TWO_WORDS.get((out[-1], word)) if out else None
        out[-1:] = [pair] if pair else [*out[-1:], word]
    return out


def _take(parts: list[Part], words: Sequence[str], at: int) -> int:
    """Adds the part that begins at a place; where the next one does."""
    word = words[at]
    after = at + 1
    while times_of(word) > 1 and after < len(words) and words[after] in {"-", *_ARTICLES}:
        after += 1
    following = _part(words[after]) if after < len(words) else None
    if times_of(word) > 1 and following and following.kind in {PartKind.LETTER, PartKind.FIGURES}:
        unsure = following.doubtful or (word.endswith("x") and after == at + 1)
        parts.append(replace(following, text=following.text * times_of(word), doubtful=unsure))
        return after + 1
    if word in _LIKE and parts and parts[-1].kind is PartKind.LETTER:
        after = at + 2 if words[at + 1 : at + 2] == ["in"] else at + 1
        if plain("".join(words[after : after + 1])).startswith(parts[-1].text):
            # "a wie anton" is dictated more often than meant.
            parts[-1] = replace(parts[-1], doubtful=True)
            return after + 1
    parts.append(_part(word))
    return at + 1


def _part(word: str) -> Part:
    sign = _SIGNS.get(word)
    if sign:
        return Part(sign, PartKind.SIGN, doubtful=word == "–")
    if word in {"o", "oh"}:
        return Part("o", PartKind.LETTER, doubtful=word == "oh")
    if word in {"ein", "eine"}:
        return Part(word, PartKind.WORD, doubtful=True)
    digits = digits_of(word)
    if digits is not None:
        # "ten", "eleven": more often than figures of an address a part of another word.
        unsure = len(digits) > 1 and _is_english(word)
        return Part(digits, PartKind.FIGURES, doubtful=unsure, in_words=digits != word)
    return Part(word, PartKind.LETTER if len(word) == 1 else PartKind.WORD)


def _is_english(word: str) -> bool:
    return word.endswith(("teen", "ty")) or word in {"ten", "eleven", "twelve"}


def spelled(segment: Sequence[Part]) -> tuple[str, bool]:
    """What stands between two signs, and whether it is sure: letters by their names ("em u es") are letters, perhaps."""
    named = [part.kind is PartKind.WORD and part.text in NAMES for part in segment]
    letters = [part.kind is PartKind.LETTER or name for part, name in zip(segment, named, strict=True)]
    if len(segment) > 1 and all(letters):
        text = "".join(
            NAMES[part.text] if name else part.text for part, name in zip(segment, named, strict=True)
        )
    else:
        text = "".join(part.text for part in segment)
    return text, not any(named) and not any(part.doubtful for part in segment)
