"""Callers who change to the other language than the call's, and those who only mix a word of it in."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from telephony_gateway.language import Outcome, resolve_wish, understand
from telephony_gateway.language.testing.phrases import Spoken

WEDNESDAY = datetime(2026, 9, 16, 11, 20, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "reschedule for next Tuesday at ten", "2026-09-22 10:00"),
        ("de", "the second of January at ten", "2027-01-02 10:00"),
        ("de", "May third at 2", "2027-05-03 14:00"),
        ("de", "I need an appointment for Thursday, not Friday", "2026-09-17"),
        ("de", "tomorrow at half past three", "2026-09-17 15:30"),
        ("de", "a week tomorrow", "2026-09-24"),
        ("de", "I can't on Thursday", "none"),
        ("de", "not on Monday", "none"),
        ("de", "last Friday", "past"),
        ("de", "mid-October", "2026-10-11..2026-10-20"),
        ("en", "nicht am Montag", "none"),
        ("en", "morgen um halb drei", "2026-09-17 14:30"),
        ("en", "übermorgen um viertel nach drei", "2026-09-18 15:15"),
        ("en", "in vierzehn Tagen", "2026-09-30"),
        ("en", "am dritten Oktober", "2026-10-03"),
    ],
)
def test_a_sentence_in_the_other_language_is_read_in_it(language: str, text: str, expected: str) -> None:
    found = understand(text, reference=WEDNESDAY, language=language)
    assert Spoken("", text, "", "", expected).is_right(found), found


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Friday um drei", "2026-09-18 15:00"),
        ("de", "nehmen wir den Slot on Friday", "2026-09-18"),
        ("de", "kann ich Monday kommen at drei", "2026-09-21 15:00"),
        ("de", "Happy Birthday, morgen um zehn", "2026-09-17 10:00"),
        ("de", "okay perfect, Freitag um halb neun", "2026-09-18 08:30"),
        ("de", "bei Mr. Sunday morgen um zehn", "2026-09-17 10:00"),
        ("de", "Anna May, am Freitag", "2026-09-18"),
        ("de", "um ten", "10:00"),
        ("de", "Meeting am Montag", "2026-09-21"),
        ("en", "can I come Freitag at ten", "2026-09-18 10:00"),
        ("en", "next week Dienstag", "2026-09-22"),
        ("en", "with Frau Montag on Friday", "2026-09-18"),
    ],
)
def test_a_word_of_the_other_language_changes_no_sentence(language: str, text: str, expected: str) -> None:
    found = understand(text, reference=WEDNESDAY, language=language)
    assert Spoken("", text, "", "", expected).is_right(found), found


@pytest.mark.parametrize("text", ["half nine on Monday", "Monday at half-nine"])
def test_half_an_hour_said_in_english_in_a_german_call_is_asked_about(text: str) -> None:
    """Who thinks in German means half past eight."""
    assert understand(text, reference=WEDNESDAY, language="de").outcome is Outcome.AMBIGUOUS
    assert understand(text, reference=WEDNESDAY, language="en").first.time is not None


def test_both_arguments_may_be_in_the_other_language() -> None:
    found = resolve_wish("the first", "ten", reference=WEDNESDAY, language="de")
    assert (found.outcome, found.date) == (Outcome.RESOLVED, datetime(2026, 10, 1).date())  # noqa: DTZ001


def test_no_phrase_of_one_language_is_taken_for_the_other(all_phrases: list[Spoken]) -> None:
    """Told the language that its words are of, every phrase is worth what it is worth without being told."""
    for spoken in all_phrases:
        reference = datetime.fromisoformat(spoken.reference).replace(tzinfo=ZoneInfo(spoken.timezone))
        untold = understand(spoken.text, reference=reference)
        told = [understand(spoken.text, reference=reference, language=code) for code in ("de", "en")]
        assert untold in told, spoken.text
