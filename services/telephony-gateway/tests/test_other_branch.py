"""An appointment in another branch than was called: its own clock, its own people, and where it is."""

import uuid

import pytest
from gateway_world import CALLER, World, appointment

from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.staff.v1 import business_pb2

HERE, THERE, SOUTH, LEA = (str(uuid.UUID(int=number)) for number in (101, 102, 103, 104))
IN_THE_SOUTH = "Dauerwelle am Mittwoch, 25. November, 14 Uhr bei Lea in der Filiale Salon Süd"


@pytest.fixture
def there(world: World) -> appointment_pb2.Appointment:
    """At 15:00 in Berlin, which is 14:00 where it takes place."""
    business = world.registry.business
    business.branches.append(
        business_pb2.Branch(branch_id=SOUTH, name="Salon Süd", time_zone="Europe/Lisbon", horizon_days=180)
    )
    business.people.add(person_id=LEA, name="Lea", branch_ids=[SOUTH])
    made = appointment(15, appointment_id=THERE)
    made.branch_id, made.person_id = SOUTH, LEA
    world.booking.add(appointment(9, day=27, appointment_id=HERE), made)
    return made


async def test_it_is_on_the_clock_of_its_branch_which_is_said(
    world: World, there: appointment_pb2.Appointment
) -> None:
    """An hour that is right in Berlin is an hour too late in Lisbon."""
    answer = await world.phone.function("get_appointments")
    assert answer["message"] == (
        f"Sie haben diese Termine: {IN_THE_SOUTH} und Dauerwelle am Freitag, 27. November, 9 Uhr bei Anna."
    )
    first, second = answer["appointments"]
    assert (first["start"], first["staff"], first["branch"]) == (
        "2026-11-25T14:00:00+00:00", "Lea", "Salon Süd",
    )  # fmt: skip
    assert first["spoken"] == "Mittwoch, 25. November, 14 Uhr"
    assert "branch" not in second


@pytest.mark.parametrize(("said", "status"), [("14 Uhr", "cancelled"), ("15 Uhr", "choose")])
async def test_it_is_described_by_its_own_clock(
    world: World, there: appointment_pb2.Appointment, said: str, status: str
) -> None:
    answer = await world.phone.function("cancel_appointment", {"datum": "Mittwoch", "uhrzeit": said})
    assert answer["status"] == status
    if status == "cancelled":
        assert answer["message"] == f"Ihr Termin ist abgesagt: {IN_THE_SOUTH}."


async def test_whoever_calls_is_greeted_with_it(world: World, there: appointment_pb2.Appointment) -> None:
    world.booking.customers[CALLER] = booking_pb2.FindCustomerResponse(
        customer=there.customer, next_appointment=there
    )
    inbound = await world.phone.inbound()
    assert inbound["dynamic_variables"]["next_appointment"] == IN_THE_SOUTH


async def test_it_is_said_in_english_too(world: World, there: appointment_pb2.Appointment) -> None:
    answer = await world.phone.function("get_appointments", {"language": "en", "date": "Wednesday"})
    assert answer["message"] == (
        "You have one appointment: Dauerwelle on Wednesday, 25 November, 14:00 with Lea at our branch Salon Süd."
    )
