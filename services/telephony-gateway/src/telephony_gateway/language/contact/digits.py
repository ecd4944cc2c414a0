"""Digits as they are dictated: one by one, in twos, doubled, in German or English."""

from __future__ import annotations

from collections.abc import Sequence

from telephony_gateway.language.normalise import plain
from telephony_gateway.language.numbers_de import cardinals

_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORDS = {
    **{plain(word): str(value) for word, value in cardinals().items() if value < 100},
    **{word: str(digit) for digit, word in enumerate(_ENGLISH)},
    "oh": "0",
    "o": "0",
    "eine": "1",
    "ein": "1",
}
_TIMES = {"doppel": 2, "doppelt": 2, "double": 2, "triple": 3, "zweimal": 2, "dreimal": 3, "viermal": 4}
_BETWEEN = frozenset(
    {"die", "der", "das", "und", "mal", "ähm", "aehm", "aeh", "also", "dann", "minus", "strich", "the"}
)
_TENS = frozenset(str(ten) for ten in range(20, 100, 10))


def is_between(word: str) -> bool:
    """Whether a word may stand between digits and says nothing."""
    return word in _BETWEEN


def digits_of(word: str) -> str | None:
    """The digits that one word stands for ("null" is 0, "dreiundzwanzig" 23); None for any other word."""
    return word if word.isascii() and word.isdigit() else _WORDS.get(word) or _above_hundred(word)


def _above_hundred(word: str) -> str | None:
    """ "null hunderteinundfünfzig" is 0151."""
    hundred, _, rest = word.partition("hundert")
    below = _WORDS.get(rest, "") if hundred in {"", "ein"} else ""
    return f"1{int(below):02}" if below else None


def dictated(words: Sequence[str]) -> str:
    """All digits of the words, with doublings ("doppel drei", "zweimal die null") and "vier und zwanzig" put together."""
    out: list[str] = []
    times, joins = 1, False
    for word in words:
        digits = digits_of(word)
        if digits is None:
            joins = word == "und"
            times = _TIMES.get(word, times)
        elif joins and digits in _TENS and out and len(out[-1]) == 1 and out[-1] != "0":
            out[-1] = str(int(digits) + int(out[-1]))
            joins = False
        else:
            out.append(digits * times)
            times, joins = 1, False
    return "".join(out)


def is_times(word: str) -> bool:
    """Whether a word doubles the digit after it."""
    return word in _TIMES
