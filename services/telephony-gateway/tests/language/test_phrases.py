"""What callers say is worth what the phrase files say, kind by kind."""

from __future__ import annotations

from telephony_gateway.language.filter import answer
from telephony_gateway.language.languages import language_of
from telephony_gateway.language.normalise import shapes
from telephony_gateway.language.testing.phrases import Spoken


def test_phrases_of_every_kind_are_worth_what_the_files_say(kind: str, phrases: list[Spoken]) -> None:
    """D2 to D17: every form that went wrong in the field is in these files."""
    wrong = [
        f"{spoken.reference} {spoken.text!r}: {spoken.expected!r}, not {spoken.understood()}"
        for spoken in phrases
        if not spoken.is_right(spoken.understood())
    ]
    assert not wrong, f"{kind}: {len(wrong)} of {len(phrases)}\n" + "\n".join(wrong)


def test_the_phrase_files_cover_each_kind_in_many_wordings(all_phrases: list[Spoken]) -> None:
    assert len(all_phrases) >= 3000


def test_letter_case_and_spelled_umlauts_do_not_matter(all_phrases: list[Spoken]) -> None:
    """D15: "Übermorgen" with a capital."""
    spelled = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
    for spoken in all_phrases:
        for text in (spoken.text.upper(), spoken.text.lower(), spoken.text.translate(spelled)):
            assert answer(spoken.line() | {"text": text}) == answer(spoken.line()), text


def test_fillers_in_front_and_behind_change_nothing(all_phrases: list[Spoken]) -> None:
    for spoken in all_phrases:
        is_german = language_of(shapes(spoken.text), "de").code == "de"
        if spoken.expected == "none" or len(spoken.text) < 8 or not is_german:
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
