"""What holds for any text at any time: no crash, no past given as certain, bounded time, and a way back."""

from __future__ import annotations

import time as stopwatch
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.language.lexicon_de import LEXICON
from telephony_gateway.language.spoken import spoken_day, spoken_moment, spoken_time
from telephony_gateway.language.understand import has_passed, understand
from telephony_gateway.language.understanding import Outcome, Slot

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2025, 11, 19, 12, 0, tzinfo=BERLIN)
INSTANTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2060, 1, 1)).map(  # noqa: DTZ001 - Hypothesis wants naive bounds
    lambda moment: moment.replace(tzinfo=BERLIN)
)
WORDS = st.lists(
    st.sampled_from(sorted(LEXICON.entries) + [str(n) for n in range(40)] + [",", "-", "?"]), max_size=9
)


@given(text=st.text(max_size=200), reference=INSTANTS)
def test_no_text_raises(text: str, reference: datetime) -> None:
    """D11, D12: whatever arrives, an outcome comes back."""
    understand(text, reference=reference)


@given(words=WORDS, reference=INSTANTS)
def test_any_heap_of_known_words_has_a_lawful_outcome(words: list[str], reference: datetime) -> None:
    """D8: nothing that has passed is ever certain, and every certain outcome has exactly one reading."""
    found = understand(" ".join(words), reference=reference)
    if found.outcome is Outcome.RESOLVED:
        assert len(found.candidates) == 1
        assert not found.doubts
        assert not has_passed(found.first, reference)
    if found.outcome is Outcome.AMBIGUOUS:
        assert found.doubts
    if found.outcome in {Outcome.RESOLVED, Outcome.AMBIGUOUS}:
        assert found.missing != {Slot.DATE, Slot.TIME}


@given(words=WORDS)
def test_a_range_never_ends_before_it_begins(words: list[str]) -> None:
    for candidate in understand(" ".join(words), reference=NOON).candidates:
        if candidate.date and candidate.date_end:
            assert candidate.date < candidate.date_end


@given(words=WORDS, reference=INSTANTS)
def test_the_same_words_mean_the_same_again(words: list[str], reference: datetime) -> None:
    text = " ".join(words)
    assert understand(text, reference=reference) == understand(text, reference=reference)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_minute_is_understood_back_as_it_is_said(language: str) -> None:
    """D16: "15 Uhr 30" is neither 15:00 nor 5:30."""
    for minute in range(8 * 60, 24 * 60):
        said = spoken_time(time(*divmod(minute, 60)), language=language)
        found = understand(said, reference=NOON, language=language)
        assert found.first.time == time(*divmod(minute, 60)), said
        assert found.outcome is Outcome.RESOLVED, said


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_quarter_hour_of_a_year_is_understood_back_as_it_is_said(language: str) -> None:
    """D13: the weekday that is spoken is the date's own."""
    for days in range(1, 351):
        for hour, minute in ((8, 0), (9, 15), (12, 30), (15, 45), (19, 0)):
            at = datetime.combine(NOON.date() + timedelta(days=days), time(hour, minute), tzinfo=BERLIN)
            said = spoken_moment(at, language=language)
            found = understand(said, reference=NOON, language=language)
            assert (found.outcome, found.first.date, found.first.time) == (
                Outcome.RESOLVED,
                at.date(),
                at.time(),
            ), said


@given(days=st.integers(1, 350), reference=INSTANTS, in_sentence=st.booleans())
def test_a_day_is_understood_back_whenever_it_is_said(
    days: int, reference: datetime, in_sentence: bool
) -> None:
    day = reference.date() + timedelta(days=days)
    if (day.month, day.day) == (2, 29):
        return
    found = understand(spoken_day(day, in_sentence=in_sentence), reference=reference)
    assert (found.outcome, found.first.date) == (Outcome.RESOLVED, day)


@given(day=st.dates(date(2026, 1, 1), date(2040, 12, 31)))
def test_a_written_date_is_that_date(day: date) -> None:
    for said in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}"):
        assert understand(said, reference=NOON).first.date == day


LONG = [
    "",
    "a" * 10_000,
    "zehn " * 390,
    "1" * 400,
    "Montag " * 280,
    "um " * 660,
    "☃" * 2_000,
    "халло " * 300,
    "\x00\x07\u200b",
]
LONG += [
    "halbdrei" * 250,
    "und zwanzig " * 160,
    "nicht Montag " * 150,
    "oder morgen " * 160,
    "von bis " * 240,
    "😀" * 10_000,
    "a b " * 490,
]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_hostile_input_ends_soon(text: str) -> None:
    began = stopwatch.perf_counter()
    understand(text, reference=NOON)
    assert stopwatch.perf_counter() - began < 0.25


@pytest.mark.parametrize(
    "text", ["", " ", "a" * 10_000, "1" * 400, "☃☃☃", "привет", "\x00\x1b[31m", "?!?", "9" * 5_000]
)
def test_what_is_no_speech_is_nothing(text: str) -> None:
    assert understand(text, reference=NOON).outcome is Outcome.NOTHING


def test_a_reference_without_a_zone_is_refused() -> None:
    """D14: nobody knows which day a naive instant is in."""
    with pytest.raises(ValueError, match="zone"):
        understand("morgen", reference=NOON.replace(tzinfo=None))
