"""Telephone numbers as dictated, to E.164."""

from __future__ import annotations

import phonenumbers

from telephony_gateway.language.contact.digits import (
    dictated,
    digits_of,
    is_between,
    is_times,
    may_be_otherwise,
    multiplied,
)
from telephony_gateway.language.contact.heard import NOTHING, Heard, heard
from telephony_gateway.language.normalise import shapes

# Fewer digits than this are a time, a price or a house number.
_FEWEST = 6
_PLUS = frozenset({"plus", "+"})
# A number that goes on with anything but these may have lost its end.
_AFTERWARDS = frozenset(
    {
        "bitte",
        "danke",
        "ja",
        "genau",
        "ist",
        "please",
        "thanks",
        "yes",
        "glaube",
        "das",
        "war's",
        "und",
        "",
        ",",
        ".",
        "!",
    }
)
_FROM_ELSEWHERE = ("0", "+")
_JOINING = frozenset({"und", "-"})


def spoken_number(text: str, *, region: str = "DE") -> Heard:
    """The number that was dictated; without a country code it is one of the region (DE, AT or CH).

    DOUBTFUL where no such number is given out, where it was corrected on the way, where a word between or behind the
    digits may have been one of them, where the zero in front is missing, or where the digits can be read in two ways.
    """
    words = multiplied([shape.text for shape in shapes(text)])
    runs = _runs(words)
    longest = max((_dialled(run) for run in runs), key=len, default="")
    parsed = _parsed(longest, region) if len(longest) >= _FEWEST else None
    if parsed is None:
        return NOTHING
    whole = len(runs) == 1 and longest.startswith(_FROM_ELSEWHERE) and not may_be_otherwise(words)
    sure = whole and phonenumbers.is_valid_number(parsed) and _ends_well(words)
    return heard(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), sure=sure)


def _ends_well(words: list[str]) -> bool:
    last = max(at for at, word in enumerate(words) if digits_of(_figures(word)[0]) is not None)
    return last + 1 == len(words) or words[last + 1] in _AFTERWARDS


def _runs(words: list[str]) -> list[list[str]]:
    """Stretches of digits; any word that is none of them ends one."""
    runs: list[list[str]] = [[]]
    for word in words:
        if word in _PLUS and not dictated(runs[-1]):
            runs[-1] = ["+"]
        elif digits_of(word) is not None or is_times(word):
            runs[-1].append(word)
        elif is_between(word) or not word.isalnum():
            # Dots and dashes that group figures, "und" before a ten and the dash of "forty-nine".
            runs[-1].append(word if word in _JOINING else "")
        else:
            runs.append([])
    return [run for run in runs if dictated(run)]


def _dialled(run: list[str]) -> str:
    digits = dictated([part for word in run for part in _figures(word)])
    return f"+{digits}" if run and run[0] == "+" else digits


def _figures(word: str) -> list[str]:
    """Figures that were written with dots between them, apart."""
    return word.replace(".", " ").split() if word[:1].isdigit() else [word]


def _parsed(dialled: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        return None
