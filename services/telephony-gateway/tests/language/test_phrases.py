"""What callers say is worth what the phrase files say, kind by kind."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from telephony_gateway.language.filter import answer
from telephony_gateway.language.understand import understand
from telephony_gateway.language.understanding import Candidate, Outcome, Understanding


class Spoken(Protocol):
    """A fixture phrase, see conftest."""

    text: str
    reference: str
    timezone: str
    expected: str

    def line(self) -> dict[str, str]: ...


def _value(candidate: Candidate) -> str:
    days = _iso(candidate.date) + (f"..{_iso(candidate.date_end)}" if candidate.date_end else "")
    clock = _hm(candidate.time)
    if candidate.time_from or candidate.time_to:
        clock = f"{_hm(candidate.time_from)}-{_hm(candidate.time_to)}"
    return " ".join(part for part in (days, clock) if part)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _hm(clock: time | None) -> str:
    return f"{clock:%H:%M}" if clock else ""


def _matches(found: Understanding, expected: str) -> bool:
    """Whether one of the readings that are all right is the one found."""
    return any(_is(found, reading.strip()) for reading in expected.split("||"))


def _is(found: Understanding, expected: str) -> bool:
    values = [_value(candidate) for candidate in found.candidates]
    if expected == "!ok":
        return found.outcome is not Outcome.RESOLVED
    if expected == "?*":
        return found.outcome is Outcome.AMBIGUOUS
    if expected.startswith("?"):
        wanted = [value.strip() for value in expected[1:].split("|")]
        return found.outcome is Outcome.AMBIGUOUS and values[: len(wanted)] == wanted
    if expected.startswith("past"):
        return found.outcome is Outcome.PAST and expected.removeprefix("past").strip() in {"", values[0]}
    if expected in {"none", "invalid"}:
        return found.outcome is {"none": Outcome.NOTHING, "invalid": Outcome.IMPOSSIBLE}[expected]
    return found.outcome is Outcome.RESOLVED and values == [expected]


def _understood(spoken: Spoken) -> Understanding:
    reference = datetime.fromisoformat(spoken.reference).replace(tzinfo=ZoneInfo(spoken.timezone))
    return understand(spoken.text, reference=reference)


def test_phrases_of_every_kind_are_worth_what_the_files_say(kind: str, phrases: list[Spoken]) -> None:
    """D2 to D17: every form that went wrong in the field is in these files."""
    wrong = [
        f"{spoken.reference} {spoken.text!r}: {spoken.expected!r}, not {_understood(spoken)}"
        for spoken in phrases
        if not _matches(_understood(spoken), spoken.expected)
    ]
    assert not wrong, f"{kind}: {len(wrong)} of {len(phrases)}\n" + "\n".join(wrong)


def test_the_phrase_files_cover_each_kind_in_many_wordings(all_phrases: list[Spoken]) -> None:
    assert len(all_phrases) >= 1000


def test_letter_case_and_spelled_umlauts_do_not_matter(all_phrases: list[Spoken]) -> None:
    """D15: "Übermorgen" with a capital."""
    spelled = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
    for spoken in all_phrases:
        for text in (spoken.text.upper(), spoken.text.lower(), spoken.text.translate(spelled)):
            assert answer(spoken.line() | {"text": text}) == answer(spoken.line()), text


def test_fillers_in_front_and_behind_change_nothing(all_phrases: list[Spoken]) -> None:
    for spoken in all_phrases:
        if spoken.expected == "none" or len(spoken.text) < 8:
            continue
        framed = {"text": f"ähm also {spoken.text}, ja bitte", "lang": "de"}
        if answer(spoken.line() | {"lang": "de"}) == answer(spoken.line()):
            assert answer(spoken.line() | framed) == answer(spoken.line()), spoken.text


def test_the_filter_says_dates_and_times_in_its_own_form() -> None:
    line = {
        "text": "Freitag zwischen zwei und vier",
        "reference": "2025-11-19T10:15:00",
        "timezone": "Europe/Berlin",
    }
    assert answer(line) == {
        "status": "ok",
        "date": "2025-11-21",
        "date_end": None,
        "time": None,
        "time_from": "14:00",
        "time_to": "16:00",
    }
