"""What the agent hears, function by function."""

import json
import uuid
from typing import Any

import grpc
import pytest
from gateway_world import CALLER, KEY, NOW, RefusalError, World, found, option
from hasty import hasty

from chassis.errors import Kind
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.domain.signature import sign

WISH = {
    "dienstleistung": "Dauerwelle",
    "datum": "kommenden Mittwoch",
    "uhrzeit": "15 Uhr",
    "call_id": "call_001",
    "execution_message": "…",
}
AVAILABLE = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))


async def test_the_context_tells_the_day_and_the_hours(world: World) -> None:
    answer = await world.phone.function("get_context")
    assert (
        answer["message"]
        == "Sie sprechen mit Salon Beispiel. Heute ist Sonntag, 22. November, heute ist geschlossen."
    )
    assert (answer["now"], answer["caller_number_withheld"]) == ("2026-11-22T10:30+01:00", False)


async def test_a_free_wish_is_offered_with_an_option(world: World) -> None:
    world.availability.answer = AVAILABLE
    answer = await world.phone.function("check_availability_v17", WISH)
    assert (answer["status"], answer["message"]) == (
        "available",
        "Ja, Mittwoch, der 25. November, 15 Uhr bei Anna ist frei.",
    )
    offered = answer["options"][0]
    assert (offered["option_id"], offered["start"], offered["service"]) == (
        "o-abcd2345",
        "2026-11-25T15:00:00+01:00",
        "Dauerwelle",
    )
    assert set(offered) == {"option_id", "start", "end", "staff", "service", "spoken", "held_until"}
    assert uuid.UUID(answer["request_id"])
    assert answer["build"] == "test"


async def test_the_wish_reaches_availability_as_an_instant_with_its_owner(world: World) -> None:
    """TG-01: the owner is the call of the envelope, not the model's call_001."""
    world.availability.answer = AVAILABLE
    await world.phone.function("check_availability", WISH)
    asked = world.availability.searches[0]
    assert asked.start_time.ToJsonString() == "2026-11-25T14:00:00Z"
    assert (asked.call_id, asked.caller_number) == (world.phone.call["call_id"], CALLER)


async def test_alternatives_name_the_wish_that_is_not_free(world: World) -> None:
    world.availability.answer = found(
        availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, option(14), option(16, 30)
    )
    answer = await world.phone.function("check_availability", WISH)
    assert answer["status"] == "alternatives"
    assert answer["message"] == (
        "Mittwoch, der 25. November, 15 Uhr ist leider nicht frei, ich kann Ihnen Mittwoch, 25. November, 14 Uhr bei Anna oder"
        " Mittwoch, 25. November, 16 Uhr 30 bei Anna anbieten. Was passt Ihnen?"
    )


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (availability_pb2.SEARCH_OUTCOME_UNAVAILABLE, "unavailable"),
        (availability_pb2.SEARCH_OUTCOME_CLOSED, "closed"),
        (availability_pb2.SEARCH_OUTCOME_TOO_SOON, "too_soon"),
        (availability_pb2.SEARCH_OUTCOME_TOO_FAR, "too_far"),
        (availability_pb2.SEARCH_OUTCOME_PAST, "past"),
    ],
)
async def test_every_outcome_without_options_is_said(world: World, outcome: Any, status: str) -> None:
    world.availability.answer = found(outcome)
    answer = await world.phone.function("check_availability", WISH)
    assert (answer["status"], "options" in answer) == (status, False)


@pytest.mark.parametrize(
    "state", [availability_pb2.HOLD_STATE_UNAVAILABLE, availability_pb2.HOLD_STATE_NOT_KEPT]
)
async def test_what_is_not_held_is_not_promised(world: World, state: Any) -> None:
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    world.availability.answer.hold_state = state
    assert "nicht reservieren" in (await world.phone.function("check_availability", WISH))["message"]


async def test_what_could_not_be_looked_at_outside_is_no_plain_yes(world: World) -> None:
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    world.availability.answer.calendars_unchecked = True
    message = (await world.phone.function("check_availability", WISH))["message"]
    assert message.endswith("die anderen Kalender erreiche ich gerade nicht.")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({}, "need_service"),
        ({"service": "Massage"}, "need_service"),
        ({"service": "Dauerwelle"}, "need_date"),
        ({"service": "Dauerwelle", "date": "{{new_datum}}"}, "need_date"),
        ({"service": "Dauerwelle", "date": "kommenden Mittwoch"}, "need_time"),
        ({"service": "Dauerwelle", "date": "31. Februar", "time": "15 Uhr"}, "need_date"),
        ({"service": "Dauerwelle", "date": "gestern", "time": "15 Uhr"}, "past"),
        (
            {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr", "staff": "Zacharias"},
            "ambiguous",
        ),
    ],
)
async def test_what_is_missing_is_asked_for_and_nothing_is_looked_up(
    world: World, arguments: Any, status: str
) -> None:
    """D6, D7: no default day, no default time; SR-06: no other stylist in silence."""
    answer = await world.phone.function("check_availability", arguments)
    assert (answer["status"], world.availability.searches) == (status, [])


async def test_a_person_can_be_asked_for(world: World) -> None:
    """AV-16"""
    world.availability.answer = AVAILABLE
    answer = await world.phone.function("check_availability", {**WISH, "mitarbeiter": "bei Anna"})
    assert (answer["status"], world.availability.searches[0].person_id) == ("available", option(15).person_id)


async def test_a_window_is_searched_as_a_window(world: World) -> None:
    world.availability.answer = found(
        availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(9), option(10, option_id="o-zzzz2345")
    )
    answer = await world.phone.function("check_availability", {**WISH, "uhrzeit": "vormittags"})
    window = world.availability.searches[0].windows[0]
    assert (window.start_time.ToJsonString(), answer["status"]) == ("2026-11-25T07:00:00Z", "available")
    assert len(answer["options"]) == 2


async def test_an_option_becomes_an_appointment(world: World) -> None:
    answer = await world.phone.function(
        "start_booking", {"option_id": "o-abcd2345", "name": "Erika Mustermann"}
    )
    assert answer["status"] == "booked"
    assert answer["appointment_id"] == str(uuid.UUID(int=9))
    assert (
        answer["message"] == "Ihr Termin ist gebucht: Dauerwelle am Mittwoch, 25. November, 15 Uhr bei Anna."
    )


@pytest.mark.parametrize(("language", "said"), [("de", True), ("en", False)])
async def test_what_to_bring_is_said_after_the_booking_in_the_language_it_is_written_in(
    world: World, language: str, said: bool
) -> None:
    note = "Bitte bringen Sie Ihre Versichertenkarte mit."
    world.registry.business.services[0].booking_note = note
    answer = await world.phone.function(
        "start_booking", {"option_id": "o-abcd2345", "name": "Erika Mustermann", "language": language}
    )
    assert answer["status"] == "booked"
    assert answer["message"].endswith(note) is said
    assert answer["message"].count(note) == int(said)


async def test_the_same_wish_is_the_same_request_however_often_it_is_sent(world: World) -> None:
    """BK-22: Retell's retry and the model's twin carry one id; another option is another wish."""
    for option_id in ("o-abcd2345", "o-abcd2345", "o-zzzz2345"):
        await world.phone.function("start_booking", {"option_id": option_id, "name": "Erika Mustermann"})
    first, twin, other = (request.request_id for request in world.booking.requests)
    assert first == twin != other


@pytest.mark.parametrize(
    ("arguments", "status"), [({"name": "Kim"}, "need_option"), ({"option_id": "o-abcd2345"}, "need_name")]
)
async def test_a_booking_without_option_or_name_asks_for_it(
    world: World, arguments: Any, status: str
) -> None:
    """BK-12: a date and time that the model composes anew book nothing."""
    answer = await world.phone.function("start_booking", {**arguments, "datetime": "2026-11-25T15:00"})
    assert (answer["status"], world.booking.requests) == (status, [])


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (RefusalError(Kind.ABORTED, "SLOT_TAKEN"), "taken"),
        (RefusalError(Kind.NOT_FOUND, "OPTION_UNKNOWN"), "need_option"),
        (RefusalError(Kind.FAILED_PRECONDITION, "SLOT_NOT_BOOKABLE"), "taken"),
        (RefusalError(Kind.INVALID_ARGUMENT, "NAME_INVALID"), "need_name"),
        (RefusalError(Kind.UNAVAILABLE, "AVAILABILITY_UNAVAILABLE"), "error"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "pending"),
        (grpc.StatusCode.UNKNOWN, "pending"),
        (grpc.StatusCode.CANCELLED, "pending"),
    ],
)
async def test_a_booking_that_fails_claims_no_more_than_is_known(
    world: World, failure: Any, status: str
) -> None:
    """BK-29, TG-31: cut off is neither booked nor taken."""
    world.booking.failure = failure
    answer = await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
    assert answer["status"] == status
    assert "gebucht" not in answer["message"]


@pytest.mark.parametrize("reason", ["OPTION_UNKNOWN", "SLOT_TAKEN"])
async def test_a_name_that_was_given_is_not_asked_for_again_where_the_time_is_lost(
    world: World, reason: str
) -> None:
    """TG-32"""
    world.booking.failure = RefusalError(Kind.NOT_FOUND, reason)
    await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
    world.booking.failure = None
    answer = await world.phone.function("start_booking", {"option_id": "o-bbbb2345"})
    assert (answer["status"], world.booking.requests[-1].customer_name) == ("booked", "Kim")


@hasty
async def test_a_peer_that_hangs_is_answered_inside_the_budget(world: World) -> None:
    world.availability.is_hanging = True
    answer = await world.phone.function("check_availability", WISH)
    assert answer["status"] == "pending"


async def test_an_unknown_function_is_loud_and_no_success(world: World) -> None:
    """TG-04"""
    answer = await world.phone.function("confirm_everything_v3")
    assert (answer["status"], answer["error"]) == ("error", "unknown_function")


async def test_an_unknown_number_is_nobodys_business(world: World) -> None:
    """SE-06, TG-17"""
    world.phone.call["to_number"] = "+493023125999"
    answer = await world.phone.function("check_availability", WISH)
    assert (answer["status"], answer["error"], world.availability.searches) == ("error", "unknown_number", [])


@pytest.mark.parametrize("call", [None, {}, {"call_id": ""}, "x"])
async def test_arguments_at_the_root_are_answered_with_a_sentence(world: World, call: Any) -> None:
    world.phone.call = call
    answer = await world.phone.function("check_availability", WISH)
    assert (answer["status"], answer["error"]) == ("error", "envelope")


async def test_a_withheld_number_books_like_any_other(world: World) -> None:
    """TG-16, BK-04"""
    world.phone.call["from_number"] = "anonymous"
    answer = await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
    assert (answer["status"], world.booking.requests[0].caller_number) == ("booked", "")


class TestTheDoor:
    async def test_an_unsigned_request_is_refused_and_does_nothing(self, world: World) -> None:
        """SE-01"""
        body = json.dumps(
            {"name": "start_booking", "args": {"option_id": "o", "name": "Kim"}, "call": world.phone.call}
        ).encode()
        response = await world.phone.post_raw("/retell/functions/start_booking", body, header="")
        assert (response.status_code, world.booking.requests) == (401, [])

    async def test_a_recorded_request_is_refused_the_second_time(self, world: World) -> None:
        body = json.dumps({"name": "get_context", "args": {}, "call": world.phone.call}).encode()
        header = sign(body, key=KEY, now=NOW)
        first = await world.phone.post_raw("/retell/functions/get_context", body, header=header)
        again = await world.phone.post_raw("/retell/functions/get_context", body, header=header)
        assert (first.status_code, again.status_code) == (200, 401)

    async def test_a_body_that_is_no_json_is_refused(self, world: World) -> None:
        response = await world.phone.post_raw("/retell/functions/get_context", b"hello")
        assert response.status_code == 400

    async def test_an_endless_body_is_refused(self, world: World) -> None:
        response = await world.phone.post_raw("/retell/functions/get_context", b" " * (2 * 1024 * 1024 + 1))
        assert response.status_code == 413


class TestTheLedger:
    async def test_a_call_is_written_down_with_what_was_asked_and_answered(self, world: World) -> None:
        world.availability.answer = AVAILABLE
        answer = await world.phone.function("check_availability_v17", WISH)
        await world.phone.gateway.ledger.flush()
        (row,) = await world.pool.fetch("SELECT * FROM function_call JOIN call USING (call_id)")
        assert (str(row["request_id"]), row["name"], row["caller_number"]) == (
            answer["request_id"],
            "check_availability",
            CALLER,
        )
        assert json.loads(row["answer"])["message"] == answer["message"]

    async def test_hanging_up_ends_the_holds_and_the_call_once(self, world: World) -> None:
        for event in ("call_ended", "call_ended", "call_started"):
            assert (await world.phone.event(event)).status_code == 204
        await world.phone.gateway.ledger.flush()
        (row,) = await world.pool.fetch("SELECT count(*) AS calls, max(ended_at) AS ended FROM call")
        assert (row["calls"], row["ended"] is not None) == (1, True)
        assert set(world.availability.released) == {world.phone.call["call_id"]}

    async def test_an_event_that_is_not_retells_is_refused(self, world: World) -> None:
        response = await world.phone.post_raw("/retell/webhook", b"{}", header="v=1,d=0")
        assert response.status_code == 401
