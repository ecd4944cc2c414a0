"""A day, and behind it "um …" or "at …", in arguments of their own: each is read once, and not anew with every other one.

Only where neither can change the other: plain words and figures, each half one phrase as a whole, and an hour right behind
"um". Whatever is less plain is read in one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from telephony_gateway.language.clock import Clock
from telephony_gateway.language.grammar import Item
from telephony_gateway.language.language import Language
from telephony_gateway.language.languages import is_half_in_doubt, language_of
from telephony_gateway.language.lexicon import Lexicon
from telephony_gateway.language.normalise import Shape, shapes

_AT = frozenset({"um", "at"})
_HOURS = frozenset({"NUM", "halb", "viertel", "dreiviertel"})


class _Half(NamedTuple):
    words: list[Shape]
    language: Language
    phrase: Item


def in_halves(day: str, clock: str, code: str | None, zone: str) -> list[Item] | None:
    """The phrases of both, as reading them in one would find them; None where that has to be done."""
    first, second = _half(day, code, zone), _half(clock, code, zone)
    if first is None or second is None or not _is_day(first) or not _is_clock(second):
        return None
    words = first.words + second.words
    if is_half_in_doubt(words, code):
        return None
    language = language_of(words, code)
    if first.language is not language or second.language is not language:
        return None
    return [_copied(first.phrase, 0), _copied(second.phrase, len(first.words))]


@lru_cache(maxsize=2048)
def _half(text: str, code: str | None, zone: str) -> _Half | None:
    words = shapes(text)
    language = language_of(words, code)
    if not words or not all(_is_plain(word, language.lexicon) for word in words):
        return None
    phrases = language.phrases(words, zone)
    if len(phrases) != 1 or phrases[0].pause or phrases[0].broken:
        return None
    is_whole = (phrases[0].start, phrases[0].end) == (0, len(words))
    return _Half(words, language, phrases[0]) if is_whole else None


def _is_plain(word: Shape, lexicon: Lexicon) -> bool:
    """A listed word, or a figure: no slip, no abbreviation, nothing that hangs on what stands beside it."""
    if word.name != "word":
        return word.name != "mark"
    is_short = word.text in lexicon.abbreviations or word.text in lexicon.short_months
    return word.text in lexicon.entries and not is_short


def _is_day(half: _Half) -> bool:
    return half.phrase.kind == "DAY" and half.words[-1].text not in _AT


def _is_clock(half: _Half) -> bool:
    at, *hour = half.words[:2]
    if half.phrase.kind != "CLOCK" or not isinstance(half.phrase.value, Clock) or at.text not in _AT:
        return False
    entry = half.language.lexicon.entries.get(hour[0].text, ("",)) if hour else ("",)
    return bool(hour) and (hour[0].name != "word" or entry[0] in _HOURS)


def _copied(phrase: Item, behind: int) -> Item:
    """Whoever listens may change it."""
    return Item(phrase.kind, phrase.value, phrase.start + behind, phrase.end + behind, rule=phrase.rule)
