"""Slips of recognition: a word that is a letter off is read or doubted, and an ordinary word is left alone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import cologne
from telephony_gateway.language.lexicon import within_slips
from telephony_gateway.language.lexicon_de import LEXICON
from telephony_gateway.language.lookalikes_de import LOOKALIKES
from telephony_gateway.language.understand import understand
from telephony_gateway.language.understanding import Outcome

MORNING = datetime(2025, 11, 19, 10, 15, tzinfo=ZoneInfo("Europe/Berlin"))
WORDS = ["dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "übermorgen", "nachmittag"]
LETTERS = "aeinrstlhd"


@pytest.mark.parametrize(
    ("word", "code"),
    [("mueller", "657"), ("luedenscheidt", "52682"), ("breschnew", "17863"), ("wikipedia", "3412"), ("heinrich", "0674")],
)  # fmt: skip
def test_codes_are_those_of_the_published_examples(word: str, code: str) -> None:
    assert cologne(word) == code


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [("mitwoch", "mittwoch", 1), ("fretiag", "freitag", 1), ("dreizig", "dreissig", 2), ("elf", "elf", 0), ("", "ab", 2)],
)  # fmt: skip
def test_slips_are_letters_changed_missing_added_or_swapped(left: str, right: str, slips: int) -> None:
    assert within_slips(left, right, slips)
    assert within_slips(right, left, slips)
    assert not slips or not within_slips(left, right, slips - 1)


@given(
    word=st.sampled_from(WORDS), at=st.integers(1, 9), letter=st.sampled_from(LETTERS), kind=st.integers(0, 2)
)
def test_a_letter_off_never_loses_the_day_in_silence(word: str, at: int, letter: str, kind: int) -> None:
    """What the caller hears is true: half of a wish is never given as the whole."""
    at = min(at, len(word) - 1)
    slipped = word[:at] + ("" if kind == 0 else letter) + word[at + (kind != 2) :]
    if slipped in LOOKALIKES.split() or slipped in LEXICON.entries:
        return
    right = understand(f"{word} um zehn", reference=MORNING)
    found = understand(f"{slipped} um zehn", reference=MORNING)
    assert found.candidates == right.candidates or found.outcome is not Outcome.RESOLVED, slipped


@pytest.mark.parametrize("word", LOOKALIKES.split())
def test_ordinary_words_are_left_alone_beside_words_of_time(word: str) -> None:
    plainly = understand("am Dienstag um zehn", reference=MORNING)
    assert understand(f"ich will {word}, am Dienstag um zehn", reference=MORNING) == plainly


@pytest.mark.parametrize(
    "word", ["abgeben", "Freital", "Martin", "Montage", "fertig", "Johanna", "viel", "hatte", "Kommando"]
)
def test_names_and_verbs_are_no_days(word: str) -> None:
    assert understand(f"ich komme mit {word}", reference=MORNING).outcome is Outcome.NOTHING
