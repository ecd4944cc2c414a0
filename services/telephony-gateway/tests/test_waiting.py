"""Whoever waits, and calls back, hears what came free; nobody is told that it is taken."""

import uuid
from datetime import timedelta

import pytest
from gateway_world import ANNA, BRANCH, CALLER, NOW, PERM, TENANT, World, appointment, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1.care_pb2 import WaitlistEntry, WaitlistOffer

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch"}
ALTERNATIVES = availability_pb2.SEARCH_OUTCOME_ALTERNATIVES
AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE


def came_free(hour: int, *, number: str = CALLER, until: timedelta = timedelta(minutes=30)) -> WaitlistEntry:
    """A perm with Anna on Wednesday, 25 November, held for whoever waits with a number."""
    free = option(hour, option_id="o-wait7b3f0a91c2")
    offer = WaitlistOffer(
        option_id=free.option_id, person_id=ANNA, start_time=free.start_time, end_time=free.end_time
    )
    offer.expire_time.FromDatetime(NOW + until)
    return WaitlistEntry(
        tenant_id=TENANT, branch_id=BRANCH, service_id=PERM, phone_number=number, offer=offer
    )


async def test_what_came_free_is_said_first_and_a_yes_books_it(world: World) -> None:
    world.booking.held = [came_free(15)]
    context = await world.phone.function("get_context")
    booked = await world.phone.function("start_booking", {"name": "Kim Beispiel"})

    assert context["message"] == (
        "Sie sprechen mit Salon Beispiel. Dauerwelle ist für Sie frei geworden und reserviert, "
        "Mittwoch, 25. November, 15 Uhr bei Anna: passt Ihnen das?"
    )
    (offered,) = context["options"]
    assert offered["held_until"]
    assert booked["status"] == "booked"
    assert [request.option_id for request in world.booking.requests] == [offered["option_id"]]


async def test_it_is_said_in_english_too(world: World) -> None:
    world.booking.held = [came_free(15)]
    context = await world.phone.function("get_context", {"language": "en"})

    assert context["message"].startswith("You are speaking with Salon Beispiel. Dauerwelle has come free")


@pytest.mark.parametrize(
    "held", [came_free(15, number="+493023125043"), came_free(15, until=timedelta(minutes=-1))]
)
async def test_what_is_held_for_others_or_no_longer_is_not_said(world: World, held: WaitlistEntry) -> None:
    world.booking.held = [held]
    context = await world.phone.function("get_context")

    assert (context["message"].endswith("geschlossen."), "options" in context) == (True, False)


async def test_a_withheld_number_waits_for_nothing(world: World) -> None:
    world.booking.held = [came_free(15, number="")]
    world.phone.call["from_number"] = "anonymous"
    context = await world.phone.function("get_context")

    assert "options" not in context


async def test_nobody_is_told_taken_of_what_is_held_for_her(world: World) -> None:
    """The one sentence: availability sees a hold, and it is the caller's own."""
    world.booking.held = [came_free(15)]
    world.availability.answer = found(ALTERNATIVES, option(16))
    answer = await world.phone.function("check_availability", {**WISH, "time": "15 Uhr"})

    assert answer["status"] == "available"
    assert [one["option_id"] for one in answer["options"]] == ["o-wait7b3f0a91c2"]


async def test_what_is_held_for_her_is_not_said_to_be_unheld(world: World) -> None:
    """Holds fail for what the search finds; her own time has been held all along, and its calendars were looked at."""
    world.booking.held = [came_free(15)]
    world.availability.answer = found(ALTERNATIVES, option(16))
    world.availability.answer.hold_state = availability_pb2.HOLD_STATE_UNAVAILABLE
    world.availability.answer.calendars_unchecked = True
    answer = await world.phone.function("check_availability", {**WISH, "time": "15 Uhr"})

    assert answer["message"] == "Ja, Mittwoch, der 25. November, 15 Uhr bei Anna ist frei."


async def test_for_another_caller_it_is_taken(world: World) -> None:
    world.booking.held = [came_free(15, number="+493023125043")]
    world.availability.answer = found(ALTERNATIVES, option(16))
    answer = await world.phone.function("check_availability", {**WISH, "time": "15 Uhr"})

    assert (answer["status"], len(answer["options"])) == ("alternatives", 1)


async def test_it_stands_first_among_what_is_free_on_the_day(world: World) -> None:
    world.booking.held = [came_free(15)]
    world.availability.answer = found(AVAILABLE, option(10), option(11, option_id="o-bbbb2345"))
    answer = await world.phone.function("check_availability", {**WISH, "time": "egal"})

    starts = [one["start"][11:16] for one in answer["options"]]
    assert (answer["status"], starts) == ("available", ["15:00", "10:00", "11:00"])


async def test_another_day_is_answered_without_it(world: World) -> None:
    world.booking.held = [came_free(15)]
    world.availability.answer = found(AVAILABLE, option(16))
    answer = await world.phone.function("check_availability", {**WISH, "time": "16 Uhr"})

    assert [one["start"][11:16] for one in answer["options"]] == ["16:00"]


async def test_what_is_held_for_something_else_is_not_among_what_is_free(world: World) -> None:
    """AV-12, AV-16: no service, person or day is offered that was not asked for."""
    service, person, day = came_free(15), came_free(15), came_free(15)
    service.service_id = person.offer.person_id = str(uuid.UUID(int=99))
    day.offer.start_time.seconds += 24 * 60 * 60
    world.booking.held = [service, person, day]
    world.availability.answer = found(AVAILABLE, option(10))
    answer = await world.phone.function("check_availability", {**WISH, "time": "egal", "staff": "Anna"})

    assert [one["option_id"] for one in answer["options"]] == [option(10).option_id]


async def test_an_appointment_is_moved_to_what_came_free(world: World) -> None:
    world.booking.held = [came_free(15)]
    world.booking.add(appointment(10, day=27, appointment_id=str(uuid.UUID(int=7))))
    world.availability.answer = found(ALTERNATIVES, option(16))
    offered = await world.phone.function(
        "reschedule_appointment", {"new_date": "kommenden Mittwoch", "new_time": "15 Uhr"}
    )
    moved = await world.phone.function(
        "reschedule_appointment", {"option_id": offered["options"][0]["option_id"]}
    )

    assert (offered["status"], moved["status"]) == ("offered", "rescheduled")
    assert [request.option_id for request in world.booking.moves] == ["o-wait7b3f0a91c2"]


async def test_without_booking_the_search_is_answered_alone(world: World) -> None:
    world.booking.is_away = True
    world.availability.answer = found(AVAILABLE, option(16))
    answer = await world.phone.function("check_availability", {**WISH, "time": "16 Uhr"})

    assert answer["status"] == "available"
