"""Whether a hyphen joins what an English speaker says in one go ("ten-thirty", "mid-October"), or means "to"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from telephony_gateway.language.lexicon import Entry
from telephony_gateway.language.normalise import Shape

_TENS = range(20, 100, 10)


def joins(at: int, shapes: Sequence[Shape], entries: Mapping[str, Entry]) -> bool:
    """ "nine-fifteen" is a time and "twenty-five" a number, "nine-eleven" and "Monday-Friday" are ranges."""
    if at == 0 or at + 1 >= len(shapes) or shapes[at - 1].name != "word" or shapes[at + 1].name != "word":
        return False
    (kind, first), (other, second) = (
        entries.get(shapes[beside].text, ("", 0)) for beside in (at - 1, at + 1)
    )
    return _is_one_number(first, second) if kind == other == "NUM" else kind != other or not kind


def _is_one_number(first: int, second: int) -> bool:
    if first == 0:
        # "oh-nine-thirty"
        return True
    return (first in _TENS and 1 <= second <= 9) or (second >= 15 and second % 5 == 0) or second == 0
