"""A person may overbook knowingly; the phone never does."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc
import pytest

from booking.instants import timestamp
from booking.testing.calendar import ScriptedCalendar
from booking.testing.calls import OVERLAPS, book, refused, told
from booking.testing.samples import BRANCH, NOW, NUMBER, PERSON, SERVICE, START, TENANT, a_request
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub


@pytest.fixture
def availability() -> ScriptedCalendar:
    """One person's calendar, with START on offer."""
    calendar = ScriptedCalendar()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    calendar.offer(START)
    return calendar


def overbooking(start: datetime = START, **changed: str) -> service_pb2.OverbookAppointmentRequest:
    wanted = {
        "tenant_id": TENANT, "branch_id": BRANCH, "service_id": str(SERVICE), "person_id": str(PERSON),
        "customer_name": "Max Beispiel", "phone_number": "+493023125009", "operator": "Kim",
        "reason": "kommt eigens aus Köln", "request_id": "overbook-1",
    }  # fmt: skip
    return service_pb2.OverbookAppointmentRequest(start_time=timestamp(start), **(wanted | changed))


async def test_it_stands_beside_the_other_and_says_who_wanted_it_and_why(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool
) -> None:
    first = await book(booking, option_id=availability.offer(START))

    made = (await booking.OverbookAppointment(overbooking())).appointment

    assert made.start_time == first.start_time
    assert made.occupied == first.occupied
    assert (made.overbooked_by, made.overbooking_reason) == ("Kim", "kommt eigens aus Köln")
    assert (first.overbooked_by, first.overbooking_reason) == ("", "")
    assert made.customer.phone_number == "+493023125009"
    assert await pool.fetchval(OVERLAPS) == 1


async def test_it_is_shown_where_appointments_are_read_and_told(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    await book(booking, option_id=availability.offer(START))
    made = (await booking.OverbookAppointment(overbooking())).appointment

    got = await booking.GetAppointment(
        service_pb2.GetAppointmentRequest(tenant_id=TENANT, appointment_id=made.appointment_id)
    )
    listed = await booking.ListAppointments(service_pb2.ListAppointmentsRequest(tenant_id=TENANT))
    events = await told(booking, 2)

    assert got.appointment == made
    assert made in list(listed.appointments)
    assert events[1].appointment_booked.appointment == made


async def test_the_phone_still_cannot_have_what_is_taken(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    """Overbooking one appointment opens the time for nobody else."""
    await book(booking, option_id=availability.offer(START))
    await booking.OverbookAppointment(overbooking())

    fault = await refused(
        booking.BookAppointment(a_request(option_id=availability.offer(START), call_id="call_0002", request_id="2"))
    )  # fmt: skip

    assert fault.reason == "SLOT_TAKEN"


def test_nothing_that_a_call_sends_can_ask_for_it() -> None:
    """Requests of the phone have a call; the one that overbooks has none, and no other request speaks of it."""
    messages = service_pb2.DESCRIPTOR.message_types_by_name
    of_calls = [
        one for name, one in messages.items() if name.endswith("Request") and "call_id" in one.fields_by_name
    ]
    assert of_calls
    assert not [field for one in of_calls for field in one.fields_by_name if "overbook" in field]
    wanted = set(messages["OverbookAppointmentRequest"].fields_by_name)
    assert {"operator", "reason"} <= wanted
    assert not {"call_id", "caller_number", "actor"} & wanted  # fmt: skip


async def test_cancelling_one_of_them_leaves_the_other(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool
) -> None:
    first = await book(booking, option_id=availability.offer(START))
    made = (await booking.OverbookAppointment(overbooking())).appointment
    actor = service_pb2.Actor(operator="Kim")

    await booking.CancelAppointment(
        service_pb2.CancelAppointmentRequest(
            tenant_id=TENANT, appointment_id=first.appointment_id, actor=actor
        )
    )

    assert await pool.fetchval("SELECT count(*) FROM occupancy") == 1
    left = await booking.ListAppointments(
        service_pb2.ListAppointmentsRequest(tenant_id=TENANT, state=appointment_pb2.APPOINTMENT_STATE_BOOKED)
    )
    assert [one.appointment_id for one in left.appointments] == [made.appointment_id]


async def test_what_was_overbooked_can_be_moved_to_a_time_of_its_own(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool
) -> None:
    await book(booking, option_id=availability.offer(START))
    made = (await booking.OverbookAppointment(overbooking())).appointment
    move = service_pb2.RescheduleAppointmentRequest(
        tenant_id=TENANT, branch_id=BRANCH, appointment_id=made.appointment_id,
        option_id=availability.offer(START + timedelta(days=1)), request_id="move",
        actor=service_pb2.Actor(call_id="call_0009", operator="Kim"),
    )  # fmt: skip

    moved = await booking.RescheduleAppointment(move)

    assert not moved.appointment.overbooking_reason
    assert moved.appointment.booked_for == "Max Beispiel"
    assert await pool.fetchval(OVERLAPS) == 0


async def test_the_same_request_again_gets_the_same_answer_and_another_one_an_error(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    first = await booking.OverbookAppointment(overbooking())
    again = await booking.OverbookAppointment(overbooking())
    other = await refused(booking.OverbookAppointment(overbooking(START + timedelta(hours=1))))

    assert again.repeated_answer
    assert again.appointment == first.appointment
    assert other.reason == "REQUEST_ID_REUSED"
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 1


async def test_two_without_a_number_are_two_customers(booking: "BookingServiceAsyncStub") -> None:
    """BK-10, BK-15: nobody is merged for having no number."""
    one = await booking.OverbookAppointment(overbooking(phone_number=""))
    two = await booking.OverbookAppointment(
        overbooking(phone_number="", request_id="2", customer_name="Eva B")
    )

    assert one.appointment.customer.customer_id != two.appointment.customer.customer_id
    assert two.appointment.customer.name == "Eva B"


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"operator": ""}, "REQUEST_INVALID", "operator"),
        ({"reason": ""}, "REQUEST_INVALID", "reason"),
        ({"reason": "  "}, "REQUEST_INVALID", "reason"),
        ({"reason": "x" * 2001}, "REQUEST_INVALID", "reason"),
        ({"customer_name": ""}, "NAME_INVALID", None),
        ({"person_id": "Anna"}, "REQUEST_INVALID", "person_id"),
        ({"start": NOW - timedelta(minutes=30)}, "SLOT_NOT_BOOKABLE", None),
        ({"start": START + timedelta(seconds=30)}, "REQUEST_INVALID", "start_time"),
    ],
)
async def test_without_somebody_who_says_why_nothing_is_overbooked(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, changed: dict[str, Any], reason: str, field: str
) -> None:
    fault = await refused(booking.OverbookAppointment(overbooking(**changed)))

    assert (fault.reason, fault.metadata.get("field")) == (reason, field)
    assert fault.code in {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION}
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 0


async def test_whoever_is_forgotten_is_forgotten_with_the_words_about_her(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, clock: Any
) -> None:
    made = (await booking.OverbookAppointment(overbooking())).appointment
    clock.set(START + timedelta(days=1))

    await booking.EraseCustomer(
        service_pb2.EraseCustomerRequest(
            tenant_id=TENANT, customer_id=made.customer.customer_id, operator="Kim"
        )
    )

    everything = await pool.fetch(
        "SELECT to_jsonb(a)::text FROM appointment a UNION ALL SELECT payload::text FROM event"
        " UNION ALL SELECT to_jsonb(c)::text FROM appointment_change c"
    )
    assert not [row for row in everything if "Köln" in row[0] or "Max" in row[0]]


async def test_a_number_is_known_again_whoever_booked(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    caller = await book(booking, option_id=availability.offer(START))

    made = await booking.OverbookAppointment(overbooking(phone_number=NUMBER))

    assert made.appointment.customer == caller.customer
    assert made.appointment.booked_for == "Max Beispiel"
    assert uuid.UUID(made.appointment.appointment_id)
    assert made.appointment.create_time.ToDatetime(UTC) == NOW
