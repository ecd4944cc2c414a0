"""Text as it arrives into plain words and figures: one spelling of umlauts, no control characters, shapes of digits."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# Nobody says more than this in one turn; longer input is no utterance.
LONGEST = 2000

_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "–": "-", "—": "-", "−": "-", "‐": "-", "’": "'", "´": "'"}
)

# One alternative a shape; figures are read as a whole here so that no rule ever cuts a number in two.
_SHAPES = re.compile(
    r"(?P<instant>\d{4}-\d{1,2}-\d{1,2}(?:t|\s)\d{1,2}:\d{2})(?::\d{2}(?:[.,]\d+)?)?(?:z|[+-]\d{2}:?\d{2})?(?![\d:])"
    r"|(?P<iso>\d{4}[-/]\d{1,2}[-/]\d{1,2})(?!\d)"
    r"|(?P<dmy>\d{1,2}\s?\.\s?\d{1,2}\s?\.(?:\s?\d{4}|\d{2})(?![\d:.])|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?!\d)|\d{1,2}-\d{1,2}-\d{4}(?!\d))"
    r"|(?P<dm>\d{1,2}\.\s?\d{1,2}\.(?!\d)|\d{1,2}/\d{1,2}(?![\d./:h]))"
    r"|(?P<hm>\d{1,2}:\d{2}(?!\d)(?::\d{2}(?!\d))?|\d{1,2}\s?h\s?\d{2}(?!\d))"
    r"|(?P<dot>\d{1,2}\.\d{1,2}(?!\d))"
    r"|(?P<ordinal>\d{1,2}(?:\.(?=-)|\.+(?!\d)|(?:sten|ster|ste|ten|ter|tes|te|st|nd|rd|th)(?![a-z])))"
    r"|(?P<number>\d+)"
    r"|(?P<word>[ap]\.m\b\.?|[a-z][a-z']*)"
    r"|(?P<mark>[-/,;:?!.()&+@%€$])"
)


class Shape(NamedTuple):
    """One word, figure or mark: which shape it has and its text."""

    name: str
    text: str


def plain(text: str) -> str:
    """Lower case, one spelling for umlauts, nothing but characters that words are made of."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    if folded.isascii():
        return folded
    # What is left of accents ("café") goes; letters of other scripts stay and match nothing.
    return "".join(mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark))


def shapes(text: str) -> list[Shape]:
    """The words, figures and marks of the text in order; nothing for text that is too long to be an utterance."""
    if len(text) > LONGEST:
        return []
    return [
        Shape(match.lastgroup or "", match.group(match.lastgroup or 0))
        for match in _SHAPES.finditer(plain(text))
    ]
