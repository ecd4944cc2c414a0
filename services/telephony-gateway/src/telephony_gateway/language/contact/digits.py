"""Digits as they are dictated: one by one, in groups, doubled, run together, in German or English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from telephony_gateway.language.normalise import plain
from telephony_gateway.language.numbers_de import cardinals

_GERMAN = ("null", "eins", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht", "neun", "zwo")
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ENGLISH_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_ENGLISH_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH_GROUPS = {word: str(value) for value, word in enumerate(_ENGLISH_TEENS, 10)} | {
    word: str(value * 10) for value, word in enumerate(_ENGLISH_TENS, 2)
}
_WORDS = {
    **{plain(word): str(value) for word, value in cardinals().items() if value < 100},
    **{word: str(digit) for digit, word in enumerate(_ENGLISH)},
    **_ENGLISH_GROUPS,
    "oh": "0",
    "o": "0",
    "eine": "1",
    "ein": "1",
}
_MEANT_OTHERWISE = frozenset({"o", "oh", "ein", "eine"})
"""A letter, an article: a digit only where digits are expected, and never in the middle of a word."""
_DOUBLING = "doppel"
_TIMES = {_DOUBLING: 2, "doppelt": 2, "double": 2, "triple": 3, "einmal": 1, "zwomal": 2} | {
    f"{word}mal": times for times, word in enumerate(_GERMAN[:10]) if times > 1
}
_TIMES |= {f"{times}x": times for times in range(2, 10)}
_MULTIPLYING = frozenset({"mal", "x", "times"})
_ARTICLES = frozenset({"die", "der", "das", "the", "eine"})
_BETWEEN = _ARTICLES | frozenset(
    {"und", "mal", "ähm", "aehm", "aeh", "ehm", "hm", "also", "dann", "minus", "strich", "schraegstrich", "bindestrich",
     "leerzeichen", "pause", "slash", "dash", "hyphen", "space", "ja", "genau", "okay", "ok"}
)  # fmt: skip
_TENS = frozenset(str(ten) for ten in range(20, 100, 10))
_HUNDREDS = frozenset(str(hundred) for hundred in range(100, 1000, 100))


def is_between(word: str) -> bool:
    """Whether a word may stand between digits and says nothing."""
    return word in _BETWEEN


def is_times(word: str) -> bool:
    """Whether a word doubles the digit after it."""
    return word in _TIMES


def times_of(word: str) -> int:
    """How often the digit or letter after it is meant; 1 after any other word."""
    return _TIMES.get(word, 1)


def digits_of(word: str) -> str | None:
    """The digits that one word stands for ("null" is 0, "dreiundzwanzig" 23, "nulldrei" 03); None for any other word."""
    if word.isascii() and word.isdigit():
        return word
    return _WORDS.get(word) or _in_hundreds(word) or _run_together(word)


def _in_hundreds(word: str) -> str | None:
    """ "null hunderteinundfünfzig" is 0151, "zweihundertfünf" 205; "hundert" alone may belong to the word before it."""
    hundred, found, rest = word.partition("hundert")
    times = "1" if hundred in {"", "ein"} else _WORDS.get(hundred, "")
    if not found or len(times) != 1 or times == "0":
        return None
    if not rest:
        return f"{times}00" if hundred else None
    below = _WORDS.get(rest) or _WORDS.get(rest.removeprefix("und"))
    return f"{times}{int(below):02}" if below else None


def _run_together(word: str) -> str | None:
    """ "nulldreinull", "Doppelnull"."""
    for first in (_DOUBLING, *_GERMAN):
        rest = word.removeprefix(first)
        if rest == word or not rest or rest in _MEANT_OTHERWISE or rest.isdigit():
            continue
        following = digits_of(rest)
        if following and first == _DOUBLING:
            return following * 2
        if following:
            return f"{_WORDS[first]}{following}"
    return None


def dictated(words: Sequence[str]) -> str:
    """All digits of the words, with doublings ("doppel drei", "drei mal die null") and "vier und zwanzig" put together."""
    out: list[str] = []
    times, joint, before = 1, "", ""
    for word in multiplied(words):
        digits = digits_of(word)
        if digits is None:
            joint = word
            times = _TIMES.get(word, times)
            continue
        if _makes_one(out[-1:], before, joint, digits, word):
            out[-1] = str(int(digits) + int(out[-1]))
        else:
            out.append(digits * times)
        times, joint, before = 1, "", word
    return "".join(out)


def _makes_one(last: Sequence[str], before: str, joint: str, digits: str, word: str) -> bool:
    """ "vier und zwanzig", "forty-nine"."""
    if joint == "und":
        return digits in _TENS and bool(last) and len(last[0]) == 1 and last[0] != "0"
    return joint == "-" and before in _ENGLISH_TENS and word in _ENGLISH[1:]


def multiplied(words: Sequence[str]) -> list[str]:
    """The words with "drei mal" as one, where a digit comes after it."""
    return list(_multiplied(words))


def _multiplied(words: Sequence[str]) -> Iterator[str]:
    skip = False
    for at, word in enumerate(words):
        if skip:
            skip = False
        elif _multiplies(words, at):
            yield f"{digits_of(word)}x"
            skip = True
        else:
            yield word


def _multiplies(words: Sequence[str], at: int) -> bool:
    times, by = digits_of(words[at]), words[at + 1] if at + 1 < len(words) else ""
    if times is None or f"{times}x" not in _TIMES or by not in _MULTIPLYING:
        return False
    following = [word for word in words[at + 2 : at + 4] if word and word not in _ARTICLES]
    return bool(following) and digits_of(following[0]) is not None


def may_be_otherwise(words: Sequence[str]) -> bool:
    """Whether the digits can be read in two ways: "drei mal eins", "zweihundert fünf", "thirty two"."""
    for word, after in pairwise(words):
        digits, following = digits_of(word), digits_of(after)
        if word.endswith("x") and word in _TIMES and following:
            return True
        if digits is None or following is None or word.isdigit() or after.isdigit():
            continue
        if digits in _HUNDREDS and len(following) < len(digits):
            return True
        if word in _ENGLISH_TENS and after in _ENGLISH[1:]:
            return True
    return False
