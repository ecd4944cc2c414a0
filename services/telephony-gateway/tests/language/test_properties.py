"""What holds for any text at any time: no crash, no past given as certain, bounded time, and a way back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.language.lexicon_de import LEXICON as GERMAN
from telephony_gateway.language.lexicon_en import LEXICON as ENGLISH
from telephony_gateway.language.spoken import spoken_day, spoken_moment, spoken_time
from telephony_gateway.language.understand import has_passed, understand
from telephony_gateway.language.understanding import Outcome, Slot, Understanding

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2025, 11, 19, 12, 0, tzinfo=BERLIN)
INSTANTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2060, 1, 1)).map(  # noqa: DTZ001 - Hypothesis wants naive bounds
    lambda moment: moment.replace(tzinfo=BERLIN)
)
FIGURES_AND_MARKS = [str(n) for n in range(40)] + [",", "-", "?"]
WORDS = st.lists(st.sampled_from(sorted(GERMAN.entries) + FIGURES_AND_MARKS), max_size=9) | st.lists(
    st.sampled_from(sorted(ENGLISH.entries) + FIGURES_AND_MARKS), max_size=9
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
    for minute in range(24 * 60):
        said = spoken_time(time(*divmod(minute, 60)), language=language)
        found = understand(said, reference=NOON, language=language)
        assert found.first.time == time(*divmod(minute, 60)), said
        assert found.outcome is Outcome.RESOLVED, said


QUARTERS_OF_A_YEAR = 366 * 96


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_quarter_hour_of_a_year_is_understood_back_as_it_is_said(language: str) -> None:
    """D13: the weekday that is spoken is the date's own. The nights in which the clocks change are among them: the hour
    that comes twice is said like the first of the two."""
    first = (NOON + timedelta(days=1)).astimezone(UTC)
    for quarter in range(QUARTERS_OF_A_YEAR):
        at = (first + timedelta(minutes=15 * quarter)).astimezone(BERLIN)
        said = spoken_moment(at, language=language, today=NOON.date())
        found = understand(said, reference=NOON, language=language)
        assert found.outcome is Outcome.RESOLVED, said
        assert found.date is not None, said
        assert found.time is not None, said
        assert datetime.combine(found.date, found.time, tzinfo=BERLIN) == at.replace(fold=0), said


@given(days=st.integers(1, 350), quarter=st.integers(0, 95), reference=INSTANTS, in_sentence=st.booleans())
def test_a_moment_is_understood_back_whenever_it_is_said(
    days: int, quarter: int, reference: datetime, in_sentence: bool
) -> None:
    day, clock = reference.date() + timedelta(days=days), time(*divmod(quarter * 15, 60))
    at = datetime.combine(day, clock, tzinfo=BERLIN)
    said = spoken_moment(at, in_sentence=in_sentence, today=reference.date())
    found = understand(said, reference=reference)
    assert (found.outcome, found.date, found.time) == (Outcome.RESOLVED, day, clock), said


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


LONG += [
    "\u202eMontag\u202c um \u200fzehn\u200e " * 60,
    "M\u0301o\u0302n\u0303t\u0304a\u0306g\u0307 " * 150,
    "\u0301" * 10_000,
    "Montag\x00um\x00zehn\x00" * 100,
    "٣:٣٠ " * 300,
    "zwanzigunddreißig" * 100,
    "qwertzuiopasdfghjklyx " * 90,
    "fretagnachmittag " * 110,
]
# Longer than any utterance takes, by far, and shorter than anybody notices.
AN_INPUT_S = 0.25


TRIES = 3
"""What is slow is slow each time; a collection of this process's garbage comes once."""


def _in_time(text: str) -> Understanding:
    taken = []
    for _ in range(TRIES):
        begun = process_time()
        found = understand(text, reference=NOON)
        taken.append(process_time() - begun)
        if taken[-1] < AN_INPUT_S:
            return found
    raise AssertionError(f"{taken} s of processor time")


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_hostile_input_has_a_lawful_outcome_in_time(text: str) -> None:
    found = _in_time(text)
    assert found.outcome is not Outcome.RESOLVED or len(found.candidates) == 1


@given(
    parts=st.lists(
        st.sampled_from(sorted(GERMAN.entries)) | st.text(max_size=12) | st.integers(0, 10**12).map(str),
        max_size=12,
    ),
    times=st.integers(1, 200),
)
def test_whatever_is_repeated_is_answered_in_time(parts: list[str], times: int) -> None:
    _in_time(" ".join(parts * times)[:10_000])


@given(
    words=st.lists(st.sampled_from(["zehn", "halb", "am", "xyz", "0", ":", ".", "\u202e", "٣", "é", "\x00"])),
    times=st.integers(1, 400),
)
def test_no_repetition_of_anything_raises(words: list[str], times: int) -> None:
    understand(" ".join(words) * times, reference=NOON)
    understand("".join(words) * times, reference=NOON)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a" * 10_000,
        "1" * 400,
        "☃☃☃",
        "привет",
        "\u202e\u202c",
        "\u0301\u0302",
        "\x00\x1b[31m",
        "?!?",
        "9" * 5_000,
    ],
)
def test_what_is_no_speech_is_nothing(text: str) -> None:
    assert understand(text, reference=NOON).outcome is Outcome.NOTHING


def test_a_reference_without_a_zone_is_refused() -> None:
    """D14: nobody knows which day a naive instant is in."""
    with pytest.raises(ValueError, match="zone"):
        understand("morgen", reference=NOON.replace(tzinfo=None))
