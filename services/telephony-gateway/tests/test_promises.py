"""A message is promised where booking says that one is sent, and nowhere else."""

import uuid
from typing import Any

import pytest
from gateway_world import World, appointment
from hasty import hasty

from rufbuch.booking.v1 import message_pb2

CHOSEN = {"option_id": "o-abcd2345", "name": "Erika Mustermann"}
FIRST = str(uuid.UUID(int=101))
SMS, EMAIL = message_pb2.MESSAGE_CHANNEL_SMS, message_pb2.MESSAGE_CHANNEL_EMAIL


async def test_a_booking_promises_what_booking_sends(world: World) -> None:
    world.booking.writes_by = SMS
    answer = await world.phone.function("start_booking", CHOSEN)
    assert answer["message"].endswith("Sie bekommen eine Bestätigung per SMS.")
    assert answer["confirmation"] == "sms"


async def test_where_nothing_is_sent_nothing_is_promised(world: World) -> None:
    answer = await world.phone.function("start_booking", CHOSEN)
    assert answer["status"] == "booked"
    assert "Bestätigung" not in answer["message"]
    assert "confirmation" not in answer


@hasty
async def test_a_booking_that_is_pending_promises_nothing(world: World) -> None:
    world.booking.writes_by = SMS
    world.booking.is_hanging = True
    answer = await world.phone.function("start_booking", CHOSEN)
    assert answer["status"] == "pending"
    assert "SMS" not in answer["message"]


async def test_in_english(world: World) -> None:
    world.booking.writes_by = EMAIL
    answer = await world.phone.function("start_booking", CHOSEN | {"language": "en"})
    assert answer["message"].endswith("You will get a confirmation by e-mail.")


async def test_cancelling_and_moving_promise_as_well(world: World) -> None:
    world.booking.writes_by = EMAIL
    world.booking.add(appointment(15, appointment_id=FIRST))
    cancelled = await world.phone.function("cancel_appointment", {"datum": "Mittwoch"})
    assert cancelled["message"].endswith("Sie bekommen eine Bestätigung per E-Mail.")
    assert cancelled["confirmation"] == "email"


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ({"customer_email": "Erika.Mustermann@example.org"}, "erika.mustermann@example.org"),
        ({"email": "erika Punkt mustermann Klammeraffe example Punkt org"}, "erika.mustermann@example.org"),
        # Two words side by side, an umlaut, an ending that was left out: it may be somebody else's.
        ({"customer_email": "erika mustermann at example Punkt org"}, ""),
        ({"customer_email": "jürgen at example Punkt org"}, ""),
        ({"customer_email": "erika at Gmail"}, ""),
        ({"customer_email": "keine"}, ""),
        ({"customer_email": "x" * 70 + "@example.org"}, ""),
        ({}, ""),
    ],
)
async def test_an_address_is_passed_on_only_as_it_was_surely_heard(
    world: World, said: dict[str, Any], given: str
) -> None:
    answer = await world.phone.function("start_booking", CHOSEN | said)
    assert answer["status"] == "booked"
    assert world.booking.requests[0].customer_email == given
    assert not world.booking.requests[0].customer_email_confirmed
