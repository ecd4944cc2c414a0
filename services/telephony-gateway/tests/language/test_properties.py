"""What holds for any text at any time: no crash, no past given as certain, bounded time, and a way back."""

from __future__ import annotations

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
    for minute in range(24 * 60):
        said = spoken_time(time(*divmod(minute, 60)), language=language)
        found = understand(said, reference=NOON, language=language)
        assert found.first.time == time(*divmod(minute, 60)), said
        assert found.outcome is Outcome.RESOLVED, said


QUARTERS = [time(*divmod(minute, 60)) for minute in range(0, 24 * 60, 15)]
# New years, month and year ends, feasts, the days of clock change and those around them.
_SPECIAL = (
    "2025-11-20 2025-11-26 2025-11-30 2025-12-01 2025-12-06 2025-12-24 2025-12-25 2025-12-26 2025-12-31 2026-01-01"
    " 2026-01-06 2026-01-31 2026-02-01 2026-02-28 2026-03-01 2026-03-28 2026-03-29 2026-03-30 2026-03-31 2026-04-03"
    " 2026-04-05 2026-04-06 2026-04-30 2026-05-01 2026-05-14 2026-06-30 2026-07-01 2026-10-24 2026-10-25 2026-10-26"
)
SPECIAL_DAYS = [date.fromisoformat(day) for day in _SPECIAL.split()]


def _is_understood_back(at: datetime, language: str) -> None:
    said = spoken_moment(at, language=language)
    found = understand(said, reference=NOON, language=language)
    assert (found.outcome, found.first.date, found.first.time) == (Outcome.RESOLVED, at.date(), at.time()), (
        said
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_quarter_hour_of_special_days_is_understood_back_as_it_is_said(language: str) -> None:
    """D13: the weekday that is spoken is the date's own."""
    for day in SPECIAL_DAYS:
        for clock in QUARTERS:
            _is_understood_back(datetime.combine(day, clock, tzinfo=BERLIN), language)


@given(
    day=st.dates(NOON.date() + timedelta(days=1), NOON.date() + timedelta(days=350)),
    clock=st.sampled_from(QUARTERS),
    language=st.sampled_from(["de", "en"]),
)
def test_any_quarter_hour_of_a_year_is_understood_back_as_it_is_said(
    day: date, clock: time, language: str
) -> None:
    _is_understood_back(datetime.combine(day, clock, tzinfo=BERLIN), language)


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
def test_hostile_input_has_a_lawful_outcome(text: str) -> None:
    found = understand(text, reference=NOON)
    assert found.outcome is not Outcome.RESOLVED or len(found.candidates) == 1


@given(
    words=st.lists(st.sampled_from(["zehn", "halb", "am", "xyz", "0", ":", ".", "\u202e", "٣", "é", "\x00"])),
    times=st.integers(1, 400),
)
def test_no_repetition_of_anything_raises(words: list[str], times: int) -> None:
    understand(" ".join(words) * times, reference=NOON)
    understand("".join(words) * times, reference=NOON)


@pytest.mark.parametrize(
    "text", ["", " ", "a" * 10_000, "1" * 400, "☃☃☃", "привет", "\x00\x1b[31m", "?!?", "9" * 5_000]
)
def test_what_is_no_speech_is_nothing(text: str) -> None:
    assert understand(text, reference=NOON).outcome is Outcome.NOTHING


def test_a_reference_without_a_zone_is_refused() -> None:
    """D14: nobody knows which day a naive instant is in."""
    with pytest.raises(ValueError, match="zone"):
        understand("morgen", reference=NOON.replace(tzinfo=None))
