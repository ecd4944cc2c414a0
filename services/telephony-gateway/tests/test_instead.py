"""A time that is lost between the offer and the booking: said as it is, with others that are held already."""

from typing import Any

import pytest
from gateway_world import ANNA, PERM, RefusalError, World, appointment, found, option

from chassis.errors import Kind
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2

AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE
ALTERNATIVES = availability_pb2.SEARCH_OUTCOME_ALTERNATIVES
WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
TAKEN = RefusalError(Kind.ABORTED, "SLOT_TAKEN")
NAME = {"customer_name": "Erika Mustermann"}


async def offered(world: World, **wish: str) -> None:
    world.availability.answer = found(AVAILABLE, option(15))
    await world.phone.function("check_availability", {**WISH, **wish})
    world.availability.answer = found(
        ALTERNATIVES, option(14, option_id="o-aaaa2345"), option(17, option_id="o-bbbb2345")
    )


async def test_a_time_that_was_taken_is_answered_with_others_that_are_held(world: World) -> None:
    """BK-01, AV-28: one answer says that it is gone and what there is instead."""
    await offered(world)
    world.booking.failure = TAKEN

    answer = await world.phone.function("start_booking", {"option_id": "o-abcd2345", **NAME})

    assert answer["status"] == "taken"
    assert answer["message"] == (
        "Diese Zeit ist leider gerade vergeben worden, ich kann Ihnen Mittwoch, 25. November, 14 Uhr bei Anna oder Mittwoch,"
        " 25. November, 17 Uhr bei Anna anbieten. Was passt Ihnen?"
    )
    assert [one["option_id"] for one in answer["options"]] == ["o-aaaa2345", "o-bbbb2345"]
    assert all(one["held_until"] for one in answer["options"])
    searched = world.availability.searches[-1]
    assert (searched.call_id, searched.service_id) == (world.phone.call["call_id"], PERM)
    assert searched.start_time.ToJsonString() == "2026-11-25T14:00:00Z"


async def test_the_first_of_them_is_meant_by_the_first(world: World) -> None:
    await offered(world)
    world.booking.failure = TAKEN
    await world.phone.function("start_booking", {"option_id": "o-abcd2345", **NAME})
    world.booking.failure = None

    answer = await world.phone.function("start_booking", {"option_id": "die erste"})

    assert answer["status"] == "booked"
    assert world.booking.requests[-1].option_id == "o-aaaa2345"


async def test_what_availability_has_not_seen_yet_is_not_offered_again(world: World) -> None:
    """The database knew first: the same start with the same person is no alternative to itself."""
    await offered(world)
    world.availability.answer = found(AVAILABLE, option(15, option_id="o-again345"))
    world.booking.failure = TAKEN

    await world.phone.function("start_booking", {"option_id": "o-abcd2345", **NAME})

    again, without = world.availability.searches[-2:]
    assert not again.excluded_start_times
    assert [start.ToJsonString() for start in without.excluded_start_times] == ["2026-11-25T14:00:00Z"]


async def test_whoever_was_asked_for_is_asked_for_again(world: World) -> None:
    """SR-06"""
    await offered(world, staff="Anna")
    world.booking.failure = TAKEN

    await world.phone.function("start_booking", {"option_id": "o-abcd2345", **NAME})

    assert world.availability.searches[-1].person_id == ANNA


@pytest.mark.parametrize(
    ("away", "answer"),
    [
        (True, found(ALTERNATIVES)),
        (False, found(availability_pb2.SEARCH_OUTCOME_UNAVAILABLE)),
        (False, RefusalError(Kind.RESOURCE_EXHAUSTED, "TOO_MANY_HOLDS")),
    ],
    ids=["away", "nothing", "too many"],
)
async def test_without_anything_to_offer_the_loss_is_said_alone(
    world: World, away: bool, answer: Any
) -> None:
    await offered(world)
    world.availability.answer, world.availability.is_away = answer, away
    world.booking.failure = TAKEN

    said = await world.phone.function("start_booking", {"option_id": "o-abcd2345", **NAME})

    assert (said["status"], "options" in said) == ("taken", False)
    assert (
        said["message"]
        == "Diese Zeit ist leider gerade vergeben worden. Soll ich nach einer anderen schauen?"
    )


async def test_a_search_that_hangs_does_not_turn_taken_into_pending(world: World) -> None:
    """What is known is said: the time is lost, whatever the calendar does."""
    await offered(world)
    world.booking.failure, world.availability.is_hanging = TAKEN, True

    said = await world.phone.function("start_booking", {"option_id": "o-abcd2345", **NAME})

    assert (said["status"], "options" in said) == ("taken", False)


async def test_a_start_that_slipped_into_the_notice_is_not_called_taken(world: World) -> None:
    await offered(world)
    world.booking.failure = RefusalError(Kind.FAILED_PRECONDITION, "SLOT_NOT_BOOKABLE")

    said = await world.phone.function("start_booking", {"option_id": "o-abcd2345", **NAME})

    assert said["message"].startswith("Dieses Angebot gilt nicht mehr, ich kann Ihnen Mittwoch")
    assert len(said["options"]) == 2


async def test_a_move_that_lost_its_time_keeps_the_old_one_and_is_offered_others(world: World) -> None:
    """BK-19"""
    world.booking.add(appointment(11, appointment_id="00000000-0000-0000-0000-000000000077"))
    world.availability.answer = found(AVAILABLE, option(15))
    wish = {"new_date": "kommenden Mittwoch", "new_time": "15 Uhr"}
    await world.phone.function("reschedule_appointment", wish)
    world.availability.answer = found(ALTERNATIVES, option(16, option_id="o-aaaa2345"))
    world.booking.failure = TAKEN

    said = await world.phone.function("reschedule_appointment", {"option_id": "o-abcd2345"})

    assert said["status"] == "taken"
    assert said["message"] == (
        "Diese Zeit ist leider gerade vergeben worden, Ihr bisheriger Termin bleibt, und ich kann ihn auf Mittwoch,"
        " 25. November, 16 Uhr verschieben. Passt Ihnen das?"
    )
    searched = world.availability.searches[-1]
    assert searched.moved_appointment_id == "00000000-0000-0000-0000-000000000077"
    world.booking.failure = None
    moved = await world.phone.function("reschedule_appointment", {"option_id": "ja, die erste"})
    assert (moved["status"], world.booking.moves[-1].option_id) == ("rescheduled", "o-aaaa2345")


@pytest.mark.parametrize("state", ["CANCELLED", "RESCHEDULED", "NO_SHOW"])
async def test_an_option_that_was_booked_and_called_off_is_not_said_to_be_booked(
    world: World, state: str
) -> None:
    """BK-26: the first answer again would be a lie by now; the time is offered anew."""
    await offered(world)
    gone = appointment(15, appointment_id="00000000-0000-0000-0000-000000000009")
    gone.state = appointment_pb2.AppointmentState.Value(f"APPOINTMENT_STATE_{state}")

    world.booking.answers = gone

    said = await world.phone.function("start_booking", {"option_id": "o-abcd2345", **NAME})

    assert (said["status"], "gebucht" in said["message"]) == ("taken", False)
    assert len(said["options"]) == 2


async def test_a_wish_that_was_answered_under_another_name_says_which(world: World) -> None:
    """A twin with a misheard name books nothing new; the caller hears under which name it stands."""
    await offered(world)
    made = appointment(15, appointment_id="00000000-0000-0000-0000-000000000009")
    made.booked_for = "Erika Mustermann"
    world.booking.answers = made

    other = await world.phone.function(
        "start_booking", {"option_id": "o-abcd2345", "customer_name": "Erich Muster"}
    )
    same = await world.phone.function(
        "start_booking", {"option_id": "o-abcd2345", "customer_name": "erika mustermann"}
    )

    assert other["message"].endswith("bei Anna. Gebucht ist auf den Namen Erika Mustermann.")
    assert other["customer_name"] == "Erika Mustermann"
    assert same["message"].endswith("bei Anna.")
