"""An appointment is moved whole, once, or not at all."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import grpc
import pytest

from booking.errors import AvailabilityUnavailableError, SlotTakenError
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import OVERLAPS, book, refused, told
from booking.testing.samples import BRANCH, NUMBER, PERSON, START, TENANT, an_option
from chassis.grpc_client import fault_of
from chassis.testing import SettableClock
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

LATER = START + timedelta(days=1)
RESCHEDULED = appointment_pb2.APPOINTMENT_STATE_RESCHEDULED
BOOKED = appointment_pb2.APPOINTMENT_STATE_BOOKED


def move(made: appointment_pb2.Appointment, option_id: str = "o-later000", **changed: str) -> Any:
    request = service_pb2.RescheduleAppointmentRequest(
        tenant_id=TENANT,
        branch_id=BRANCH,
        appointment_id=made.appointment_id,
        option_id=option_id,
        actor=service_pb2.Actor(call_id="call_0002", caller_number=NUMBER),
        request_id="move-1",
    )
    for field, value in changed.items():
        setattr(request, field, value)
    return request


def cancel(made: appointment_pb2.Appointment) -> Any:
    actor = service_pb2.Actor(call_id="call_0002", caller_number=NUMBER)
    return service_pb2.CancelAppointmentRequest(
        tenant_id=TENANT, appointment_id=made.appointment_id, actor=actor
    )


async def get(booking: "BookingServiceAsyncStub", appointment_id: str) -> appointment_pb2.Appointment:
    request = service_pb2.GetAppointmentRequest(tenant_id=TENANT, appointment_id=appointment_id)
    return (await booking.GetAppointment(request)).appointment


@pytest.fixture(autouse=True)
def offered(availability: ScriptedAvailability) -> None:
    """A second time."""
    availability.options["o-later000"] = an_option(LATER)


async def test_both_ends_of_a_move_know_of_each_other(booking: "BookingServiceAsyncStub") -> None:
    """BK-17: exactly what was named is moved; BK-12: to exactly the option that was named."""
    made = await book(booking)

    answer = await booking.RescheduleAppointment(move(made))

    assert answer.appointment.start_time.ToDatetime() == LATER.replace(tzinfo=None)
    assert (answer.appointment.state, answer.previous.state) == (BOOKED, RESCHEDULED)
    assert answer.appointment.rescheduled_from_id == answer.previous.appointment_id == made.appointment_id
    assert answer.previous.rescheduled_to_id == answer.appointment.appointment_id
    assert (answer.previous.moves, answer.appointment.moves) == (0, 1)
    assert answer.appointment.customer == made.customer
    assert not answer.previous.occupied
    assert await get(booking, made.appointment_id) == answer.previous
    assert await get(booking, answer.appointment.appointment_id) == answer.appointment


@pytest.mark.parametrize(
    "changed", [{"service_id": uuid4()}, {"service_ids": (uuid4(), uuid4())}, {"branch_id": uuid4()}]
)
async def test_nothing_becomes_another_service_or_goes_to_another_branch_by_being_moved(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, changed: dict[str, Any]
) -> None:
    """BK-17"""
    made = await book(booking)
    availability.options["o-later000"] = replace(an_option(LATER), **changed)

    assert (await refused(booking.RescheduleAppointment(move(made)))).reason == "OPTION_UNKNOWN"

    assert (await get(booking, made.appointment_id)).state == BOOKED


async def test_the_event_tells_both_ends(booking: "BookingServiceAsyncStub") -> None:
    answer = await booking.RescheduleAppointment(move(await book(booking)))

    events = await told(booking, 2)

    assert events[1].appointment_rescheduled.previous == answer.previous
    assert events[1].appointment_rescheduled.appointment == answer.appointment


@pytest.mark.parametrize("minutes", [-15, 15, 60, 90])
async def test_its_own_time_is_no_obstacle(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool, minutes: int
) -> None:
    made = await book(booking)
    availability.options["o-later000"] = an_option(START + timedelta(minutes=minutes))

    answer = await booking.RescheduleAppointment(move(made))

    assert answer.appointment.state == BOOKED
    assert await pool.fetchval("SELECT count(*) FROM occupancy") == 2


async def test_a_time_that_is_taken_leaves_the_old_one_standing(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    """BK-19."""
    made = await book(booking)
    availability.options["o-others00"] = an_option(LATER)
    await book(booking, option_id="o-others00", call_id="call_0003", request_id="3", caller_number="")

    fault = await refused(booking.RescheduleAppointment(move(made)))

    assert (fault.code, fault.reason) == (grpc.StatusCode.ABORTED, "SLOT_TAKEN")
    assert await get(booking, made.appointment_id) == made
    assert await pool.fetchval("SELECT count(*) FROM event") == 2


@pytest.mark.parametrize("refusal", [SlotTakenError("taken"), AvailabilityUnavailableError("gone")])
async def test_a_time_that_cannot_be_claimed_leaves_the_old_one_standing(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, refusal: Any
) -> None:
    """BK-19."""
    made = await book(booking)
    availability.refusal = refusal

    fault = await refused(booking.RescheduleAppointment(move(made)))

    assert fault.reason == refusal.reason
    assert await get(booking, made.appointment_id) == made


async def test_twenty_twins_at_once_make_one_move_and_get_equal_answers(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    """BK-22, TG-31."""
    made = await book(booking)
    availability.together = asyncio.Barrier(20)

    answers = await asyncio.gather(*(booking.RescheduleAppointment(move(made)) for _ in range(20)))

    assert len({answer.appointment.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert len({answer.previous.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert sorted(answer.repeated_answer for answer in answers) == [False] + [True] * 19
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 2
    assert await pool.fetchval("SELECT count(*) FROM event") == 2


async def test_twenty_ids_for_one_move_at_once_make_one_move(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    made = await book(booking)
    availability.together = asyncio.Barrier(20)

    answers = await asyncio.gather(
        *(booking.RescheduleAppointment(move(made, request_id=f"move-{number}")) for number in range(20))
    )

    assert len({answer.appointment.appointment_id for answer in answers}) == 1
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 2


async def test_a_finished_move_is_answered_also_when_availability_is_gone(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """BK-29."""
    made = await book(booking)
    first = await booking.RescheduleAppointment(move(made))
    availability.refusal = AvailabilityUnavailableError("gone")

    again = await booking.RescheduleAppointment(move(made))

    assert again.repeated_answer
    assert (again.appointment, again.previous) == (first.appointment, first.previous)


async def test_a_request_id_of_a_booking_is_not_lent_to_a_move(booking: "BookingServiceAsyncStub") -> None:
    made = await book(booking, request_id="one")

    fault = await refused(booking.RescheduleAppointment(move(made, request_id="one")))

    assert (fault.code, fault.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")


@pytest.mark.parametrize("_", range(5))
async def test_of_a_cancellation_and_a_move_at_once_one_wins(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, _: int
) -> None:
    """BK-16."""
    made = await book(booking)

    cancelled, moved = await asyncio.gather(
        booking.CancelAppointment(cancel(made)),
        booking.RescheduleAppointment(move(made)),
        return_exceptions=True,
    )

    (lost,) = [one for one in (cancelled, moved) if isinstance(one, grpc.aio.AioRpcError)]
    assert fault_of(lost).reason == "ILLEGAL_MOVE"
    states = {row["state"] for row in await pool.fetch("SELECT state FROM appointment")}
    assert states == ({"rescheduled", "booked"} if lost is cancelled else {"cancelled"})
    assert await pool.fetchval("SELECT count(*) FROM event") == 2
    assert await pool.fetchval("SELECT count(*) FROM occupancy") == (2 if lost is cancelled else 0)


async def test_two_who_move_one_appointment_to_two_times_leave_one(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    """BK-16."""
    made = await book(booking)
    availability.options["o-third000"] = an_option(START + timedelta(days=2))
    availability.together = asyncio.Barrier(2)

    outcomes = await asyncio.gather(
        booking.RescheduleAppointment(move(made)),
        booking.RescheduleAppointment(move(made, "o-third000", request_id="move-2")),
        return_exceptions=True,
    )

    faults = [fault_of(one).reason for one in outcomes if isinstance(one, grpc.aio.AioRpcError)]
    assert faults == ["ILLEGAL_MOVE"]
    assert await pool.fetchval("SELECT count(*) FROM appointment WHERE state = 'booked'") == 1


async def test_neighbours_who_swap_their_times_do_not_lock_each_other_up(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    """BK-22: each wants a time that another gives back; at most one at a time can get it, nobody hangs."""
    people = [type(PERSON)(int=number + 1) for number in range(4)]
    made = []
    for number, person in enumerate(people):
        availability.options[f"o-{number:08}"] = an_option(person_id=person)
        made.append(
            await book(booking, option_id=f"o-{number:08}", request_id=str(number), call_id=f"call_{number}")
        )
        availability.options[f"o-next{number:04}"] = an_option(person_id=people[(number + 1) % 4])
    availability.together = asyncio.Barrier(4)

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(
            *(
                booking.RescheduleAppointment(move(one, f"o-next{number:04}", request_id=f"move-{number}"))
                for number, one in enumerate(made)
            ),
            return_exceptions=True,
        )

    faults = [fault_of(one).reason for one in outcomes if isinstance(one, grpc.aio.AioRpcError)]
    assert set(faults) <= {"SLOT_TAKEN"}
    assert await pool.fetchval("SELECT count(*) FROM appointment WHERE state = 'booked'") == 4
    assert await pool.fetchval(OVERLAPS) == 0


async def test_a_stranger_moves_nothing(booking: "BookingServiceAsyncStub") -> None:
    request = move(await book(booking))
    request.actor.caller_number = "+493023125009"

    fault = await refused(booking.RescheduleAppointment(request))

    assert (fault.code, fault.reason) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_THE_CUSTOMER")


@pytest.mark.parametrize(("now", "reason"), [(START, "ILLEGAL_MOVE"), (LATER, "ILLEGAL_MOVE")])
async def test_what_has_begun_is_not_moved(
    booking: "BookingServiceAsyncStub", clock: SettableClock, availability: ScriptedAvailability,
    now: datetime, reason: str,
) -> None:  # fmt: skip
    made = await book(booking)
    availability.claims.clear()
    clock.set(now)

    fault = await refused(booking.RescheduleAppointment(move(made)))

    assert fault.reason == reason
    assert not availability.claims


async def test_nothing_is_moved_into_the_past(
    booking: "BookingServiceAsyncStub", clock: SettableClock, availability: ScriptedAvailability
) -> None:
    """BK-27."""
    availability.options["o-aaaaaaaa"] = an_option(LATER)
    availability.options["o-later000"] = an_option(START)
    made = await book(booking)
    clock.set(START)

    fault = await refused(booking.RescheduleAppointment(move(made)))

    assert fault.reason == "SLOT_NOT_BOOKABLE"
    assert await get(booking, made.appointment_id) == made


async def test_an_old_etag_moves_nothing(booking: "BookingServiceAsyncStub") -> None:
    """BK-16."""
    fault = await refused(booking.RescheduleAppointment(move(await book(booking), etag="7")))

    assert fault.reason == "ETAG_MISMATCH"


async def test_a_move_within_a_move_counts_on(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    first = (await booking.RescheduleAppointment(move(await book(booking)))).appointment
    availability.options["o-third000"] = an_option(START)

    second = await booking.RescheduleAppointment(move(first, "o-third000", request_id="move-2"))

    assert (second.appointment.moves, second.previous.moves) == (2, 1)


async def test_an_option_that_the_call_has_booked_already_is_no_new_time(
    booking: "BookingServiceAsyncStub",
) -> None:
    made = await book(booking, call_id="call_0001")
    await book(booking, option_id="o-later000", call_id="call_0002", request_id="2")

    fault = await refused(booking.RescheduleAppointment(move(made)))

    assert fault.reason == "SLOT_TAKEN"
    assert await get(booking, made.appointment_id) == made
