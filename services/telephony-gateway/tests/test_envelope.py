"""Who is calling whom."""

from typing import Any

import pytest

from telephony_gateway.domain.arguments import Arguments, read
from telephony_gateway.domain.envelope import (
    Caller,
    EnvelopeError,
    e164,
    function_name,
    read_arguments,
    read_caller,
)

CALL = {"call_id": "call_0123456789abcdef", "to_number": "+493023125100", "from_number": "+493023125042"}


def test_identity_comes_from_the_envelope() -> None:
    """TG-01: what the model filled in as call_id is not even looked at."""
    body = {"args": {"call_id": "call_001"}, "call": CALL}
    assert read_caller(body) == Caller("call_0123456789abcdef", "+493023125100", "+493023125042")


@pytest.mark.parametrize(
    "number", ["anonymous", "unknown", "withheld", "restricted", "00000000", "", None, 7, "+", "+49"]
)
def test_a_withheld_number_is_a_state_of_its_own(number: Any) -> None:
    """TG-16"""
    assert read_caller({"call": {**CALL, "from_number": number}}).caller_number == ""


def test_an_outbound_call_is_the_same_call_the_other_way_round() -> None:
    call = {**CALL, "direction": "outbound", "from_number": "+493023125100", "to_number": "+493023125042"}
    assert read_caller({"call": call}) == Caller("call_0123456789abcdef", "+493023125100", "+493023125042")


@pytest.mark.parametrize(
    "body",
    [{}, {"call": None}, {"call": "x"}, {"call": {}}, {"call": {"call_id": ""}}, {"call": {"call_id": 1}}],
)
def test_a_body_without_a_call_is_not_answered_for_anybody(body: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError):
        read_caller(body)


def test_arguments_that_are_no_object_are_refused() -> None:
    with pytest.raises(EnvelopeError):
        read_arguments({"args": ["date"]})


@pytest.mark.parametrize("name", ["start_booking", "start_booking_v17", "start_booking_v4"])
def test_the_version_is_no_part_of_a_functions_name(name: str) -> None:
    """TG-04"""
    assert function_name(name) == "start_booking"


def test_a_number_of_any_length_is_read() -> None:
    assert e164("+49 30 23125-100" + " " * 40) == "+493023125100"
    assert e164("+49" + "1" * 1000) == ""


def test_numbers_are_written_one_way() -> None:
    """TG-17"""
    assert e164("+49 30 23125-100") == "+493023125100"


def test_every_synonym_is_one_argument() -> None:
    """TG-26"""
    said = read(
        {
            "datum": "morgen",
            "uhrzeit": "15 Uhr",
            "dienstleistung": "Dauerwelle",
            "mitarbeiter": "Anna",
            "kundename": "Kim",
        }
    )
    assert said == Arguments(
        date="morgen", time="15 Uhr", customer_name="Kim", service="Dauerwelle", staff="Anna"
    )


def test_date_and_time_in_one_argument_are_read_as_a_date_that_has_a_time() -> None:
    assert read({"datetime": "2026-11-27T18:16"}).date == "2026-11-27T18:16"


@pytest.mark.parametrize(
    ("said", "day", "time"),
    [
        ({"datetime": "2026-11-27T18:16", "date": "2026-11-27"}, "2026-11-27", "2026-11-27T18:16"),
        ({"datetime": "2026-11-27T18:16", "date": "morgen", "time": "15 Uhr"}, "morgen", "15 Uhr"),
        ({"datetime": "2026-11-27T18:16", "time": "15 Uhr"}, "2026-11-27T18:16", "15 Uhr"),
    ],
)
def test_the_time_beside_a_day_that_is_said_twice_is_not_lost(
    said: dict[str, str], day: str, time: str
) -> None:
    assert (read(said).date, read(said).time) == (day, time)


@pytest.mark.parametrize(("value", "text"), [(15, "15"), (15.0, "15"), (-2.0, "-2"), (15.5, "15.5")])
def test_a_number_is_what_it_is_however_json_writes_it(value: float, text: str) -> None:
    assert read({"time": value}).time == text


def test_a_number_beyond_all_bounds_is_no_trouble() -> None:
    for value in (float("nan"), float("inf"), 1e308):
        assert len(read({"time": value}).time) <= 300


def test_of_several_names_for_one_argument_the_first_that_says_something_counts() -> None:
    assert read({"datum": "morgen", "date": "heute"}).date == "heute"
    assert read({"datum": "morgen", "date": " ", "date_string": "heute"}).date == "morgen"


@pytest.mark.parametrize(
    "value", ["{{new_datum}}", "None", "undefined", "  ", "Unbekannt", None, [], {}, True]
)
def test_what_nobody_said_is_nothing(value: Any) -> None:
    """TG-25: an unset variable is not a date."""
    assert read({"date": value}).date == ""


def test_long_texts_and_control_characters_are_tamed() -> None:
    said = read({"name": "Kim\x00\n" + "a" * 10_000})
    assert said.customer_name.startswith("Kim a")
    assert len(said.customer_name) <= 300
