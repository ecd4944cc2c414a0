"""What costs something, or takes more along than was named, is told and asked before it is done: once, and only a caller agrees."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from gateway_world import PERM, World, appointment, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2

A = str(uuid.UUID(int=31))
AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE
BEFORE_ANYBODY_ANSWERS, AFTER_THE_ANSWER = timedelta(seconds=1), timedelta(seconds=5)
ITEM = "Dauerwelle am Mittwoch, 25. November, 15 Uhr bei Anna"
CANCEL_COSTS = f"{ITEM} abzusagen kostet 15 Euro 50. Soll ich den Termin trotzdem absagen?"
MOVE_COSTS = "Ihren Termin zu verschieben kostet 15 Euro 50. Soll ich ihn trotzdem verschieben?"
TO = {"new_date": "Donnerstag", "new_time": "egal"}


@pytest.fixture(autouse=True)
def a_fee(world: World) -> None:
    world.booking.fee_minor = 1550
    world.booking.add(appointment(15, appointment_id=A))
    two = option(10, day=26), option(11, day=26, option_id="o-bbbb2222")
    world.availability.answer = found(AVAILABLE, *two)


def stands(world: World) -> bool:
    return world.booking.appointments[A].state == appointment_pb2.APPOINTMENT_STATE_BOOKED


async def cancel(world: World, **said: Any) -> dict[str, Any]:
    return await world.phone.function("cancel_appointment", said)


async def move(world: World, **said: Any) -> dict[str, Any]:
    return await world.phone.function("reschedule_appointment", said)


async def test_what_calling_off_costs_is_asked_about_first(world: World) -> None:
    """She heard of it when it was done."""
    asked = await cancel(world)
    assert (asked["status"], asked["message"], asked["fee_minor"]) == ("choose", CANCEL_COSTS, 1550)
    assert stands(world)
    done = await cancel(world, confirmed="ja")
    assert (done["status"], stands(world)) == ("cancelled", False)
    assert done["message"].endswith("Dafür fallen 15 Euro 50 an.")


@pytest.mark.parametrize(
    "said",
    [
        {"confirmed": "ja, bitte absagen"},
        {"bestaetigt": "true"},
        {"appointment_id": "ja"},
        {"option_id": "ja gern"},
    ],
)
async def test_a_yes_in_whatever_argument_does_it(world: World, said: dict[str, str]) -> None:
    await cancel(world)
    assert (await cancel(world, **said))["status"] == "cancelled"


async def test_an_agent_that_knows_no_yes_does_it_by_asking_again(world: World) -> None:
    """One that was exported before there was one must not be asked for ever."""
    await cancel(world, datum="Mittwoch")
    world.phone.clock.advance(AFTER_THE_ANSWER)
    assert (await cancel(world, datum="Mittwoch"))["status"] == "cancelled"


@pytest.mark.parametrize("said", [{}, {"confirmed": "ja"}])
async def test_what_comes_twice_is_no_yes(world: World, said: dict[str, str]) -> None:
    """BK-22: models send the same again within a second, a yes that they made up as well."""
    for _ in range(3):
        answer = await cancel(world, **said)
        assert (answer["message"], stands(world)) == (CANCEL_COSTS, True)
        world.phone.clock.advance(BEFORE_ANYBODY_ANSWERS)


@pytest.mark.parametrize("said", ["nein", "nein danke", "lieber nicht"])
async def test_a_no_leaves_it_as_it_is(world: World, said: str) -> None:
    await cancel(world)
    world.phone.clock.advance(AFTER_THE_ANSWER)
    assert (await cancel(world, confirmed=said))["status"] == "choose"
    assert stands(world)


async def test_a_fee_that_has_risen_is_asked_about_anew(world: World) -> None:
    await cancel(world)
    world.booking.fee_minor = 2000
    answer = await cancel(world, confirmed="ja")
    assert (answer["status"], "kostet 20 Euro." in answer["message"], stands(world)) == ("choose", True, True)
    world.phone.clock.advance(AFTER_THE_ANSWER)
    assert (await cancel(world, confirmed="ja"))["status"] == "cancelled"


async def test_what_costs_nothing_is_not_asked_about(world: World) -> None:
    world.booking.fee_minor = 0
    assert (await cancel(world))["status"] == "cancelled"


@pytest.mark.parametrize("said", [{"option_id": "den zweiten"}, {"option_id": "ja"}, {"confirmed": "ja"}])
async def test_what_moving_costs_is_asked_about_once(world: World, said: dict[str, str]) -> None:
    await move(world, **TO)
    asked = await move(world, option_id="den zweiten")
    assert (asked["status"], asked["message"], stands(world)) == ("offered", MOVE_COSTS, True)
    world.phone.clock.advance(AFTER_THE_ANSWER)
    done = await move(world, **said)
    assert (done["status"], [one.option_id for one in world.booking.moves]) == ("rescheduled", ["o-bbbb2222"])


async def test_whoever_has_agreed_to_the_fee_may_still_take_the_other_time(world: World) -> None:
    await move(world, **TO)
    await move(world, option_id="den zweiten")
    world.phone.clock.advance(AFTER_THE_ANSWER)
    done = await move(world, option_id="den ersten", confirmed="ja")
    assert (done["status"], [one.option_id for one in world.booking.moves]) == ("rescheduled", ["o-abcd2345"])


async def test_what_moving_costs_is_said_with_the_offer(world: World) -> None:
    """Whoever takes it then has agreed; one question is enough."""
    world.booking.move_terms = booking_pb2.MoveTerms(fee_minor=1550, fee_currency="EUR")
    offered = await move(world, **TO)
    assert offered["message"].endswith("verschieben. Dafür fallen 15 Euro 50 an. Was passt Ihnen?")
    assert offered["fee_minor"] == 1550
    assert (await move(world, option_id="den zweiten"))["status"] == "rescheduled"


async def test_a_fee_that_has_risen_since_the_offer_is_asked_about(world: World) -> None:
    world.booking.move_terms = booking_pb2.MoveTerms(fee_minor=1000, fee_currency="EUR")
    await move(world, **TO)
    assert (await move(world, option_id="den zweiten"))["message"] == MOVE_COSTS
    assert (await move(world, confirmed="ja"))["status"] == "rescheduled"


async def test_what_may_not_be_moved_is_not_offered_to_be(world: World) -> None:
    """ "Ich kann Ihren Termin auf Donnerstag verschieben", she heard, and after her yes that it was too late for that."""
    world.booking.move_terms = booking_pb2.MoveTerms(rule="move_cutoff_minutes", limit="1440")
    answer = await move(world, **TO)
    assert (answer["status"], answer["rule"]) == ("denied", "move_cutoff_minutes")
    assert answer["message"].startswith("Verschieben kann ich am Telefon nur bis 24 Stunden vor dem Termin.")
    assert world.availability.searches == []


async def test_what_was_said_of_calling_off_is_no_yes_to_moving(world: World) -> None:
    await cancel(world)
    await move(world, **TO)
    world.phone.clock.advance(AFTER_THE_ANSWER)
    assert (await move(world, option_id="den ersten"))["message"] == MOVE_COSTS


async def test_a_part_of_a_visit_takes_the_rest_along_only_if_that_is_wanted(world: World) -> None:
    """ "Das Färben absagen" called the cut off as well."""
    world.booking.fee_minor = 0
    made = world.booking.appointments[A]
    made.service_name, other = "Dauerwelle, Färben", str(uuid.UUID(int=32))
    made.service_ids.extend([PERM, other])
    asked = await cancel(world, service="Dauerwelle")
    assert (asked["status"], stands(world)) == ("choose", True)
    assert asked["message"] == (
        "Dauerwelle, Färben am Mittwoch, 25. November, 15 Uhr bei Anna ist ein einziger Termin. "
        "Soll ich ihn ganz absagen?"
    )
    assert (await cancel(world, service="Dauerwelle", confirmed="ja"))["status"] == "cancelled"


async def test_a_part_of_a_visit_that_costs_something_is_no_endless_question(world: World) -> None:
    made = world.booking.appointments[A]
    made.service_ids.extend([PERM, str(uuid.UUID(int=32))])
    statuses = []
    for _ in range(3):
        statuses.append((await cancel(world, service="Dauerwelle", confirmed="ja"))["status"])
        world.phone.clock.advance(AFTER_THE_ANSWER)
    assert statuses == ["choose", "choose", "cancelled"]
