"""Which appointment a cancellation means where one was called off before."""

import uuid

from gateway_world import World, appointment

from rufbuch.booking.v1 import appointment_pb2

FIRST, SECOND = (str(uuid.UUID(int=number)) for number in (101, 102))


async def test_asking_again_means_the_one_that_was_called_off_whichever_comes_first(world: World) -> None:
    """TG-31, BK-17: the one that is left is another one, and nobody wanted it to go."""
    world.booking.add(appointment(15, appointment_id=FIRST), appointment(9, day=27, appointment_id=SECOND))
    await world.phone.function("cancel_appointment", {"datum": "Freitag"})
    again = await world.phone.function("cancel_appointment")
    assert (again["status"], again["appointment_id"]) == ("cancelled", SECOND)
    assert {one.appointment_id for one in world.booking.cancels} == {SECOND}


async def test_whoever_says_a_time_means_that_one_also_after_another_was_called_off(world: World) -> None:
    """BK-17"""
    world.booking.add(appointment(15, appointment_id=FIRST), appointment(9, day=27, appointment_id=SECOND))
    await world.phone.function("cancel_appointment", {"datum": "Freitag"})
    other = await world.phone.function("cancel_appointment", {"uhrzeit": "15 Uhr"})
    assert (other["status"], other["appointment_id"]) == ("cancelled", FIRST)


async def test_of_those_that_are_gone_the_one_that_is_meant_is_said_to_be(world: World) -> None:
    """TG-31: called off in another call, it is no appointment that nobody knows of."""
    gone = appointment(15, appointment_id=FIRST), appointment(9, day=27, appointment_id=SECOND)
    for one in gone:
        one.state = appointment_pb2.APPOINTMENT_STATE_CANCELLED
    world.booking.add(*gone)
    answer = await world.phone.function("cancel_appointment", {"datum": "Freitag"})
    assert (answer["status"], answer["appointment_id"]) == ("cancelled", SECOND)
    assert "27. November" in answer["message"]
