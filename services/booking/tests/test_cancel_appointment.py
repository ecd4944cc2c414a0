"""What is called off is free at once, and stays called off."""

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc
import pytest

from booking.testing.calls import book, refused, told
from booking.testing.samples import NOW, NUMBER, START, TENANT
from chassis.testing import SettableClock
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

STRANGER = {"call_id": "call_0009", "caller_number": "+493023125009"}


def cancel(made: appointment_pb2.Appointment, etag: str = "", **actor: str) -> Any:
    who = actor or {"call_id": "call_0002", "caller_number": NUMBER}
    return service_pb2.CancelAppointmentRequest(
        tenant_id=TENANT,
        appointment_id=made.appointment_id,
        actor=service_pb2.Actor(**who),
        reason="keine Zeit",
        etag=etag,
    )


async def test_the_time_is_free_at_once(booking: "BookingServiceAsyncStub", pool: asyncpg.Pool) -> None:
    made = await book(booking)

    answer = await booking.CancelAppointment(cancel(made))
    again = await book(booking, call_id="call_0003", request_id="request-3")

    assert answer.appointment.state == appointment_pb2.APPOINTMENT_STATE_CANCELLED
    assert not answer.appointment.occupied
    assert answer.appointment.etag != made.etag
    assert again.start_time == made.start_time
    assert await pool.fetchval("SELECT count(*) FROM occupancy") == len(again.occupied)


async def test_the_history_tells_who_when_why_and_what(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, clock: SettableClock
) -> None:
    made = await book(booking)
    clock.advance(timedelta(hours=1))

    await booking.CancelAppointment(cancel(made))

    (row,) = await pool.fetch("SELECT * FROM appointment_change")
    assert (row["call_id"], row["operator"], row["reason"]) == ("call_0002", None, "keine Zeit")
    assert (row["state_before"], row["state_after"], row["version"]) == ("booked", "cancelled", 2)
    assert row["changed_at"] == NOW + timedelta(hours=1)
    assert json.loads(row["before"])["occupied"]
    assert json.loads(row["after"])["occupied"] == []
    assert "customer" not in json.loads(row["before"])


async def test_cancelling_again_gives_the_same_answer_and_changes_nothing(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """BK-29: also with the etag of before."""
    made = await book(booking)

    first = await booking.CancelAppointment(cancel(made, etag=made.etag))
    second = await booking.CancelAppointment(cancel(made, etag=made.etag))

    assert first == second
    assert await pool.fetchval("SELECT count(*) FROM appointment_change") == 1


async def test_twenty_who_cancel_at_once_get_one_answer_and_make_one_event(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    made = await book(booking)

    answers = await asyncio.gather(*(booking.CancelAppointment(cancel(made)) for _ in range(20)))

    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert await pool.fetchval("SELECT count(*) FROM event") == 2
    assert await pool.fetchval("SELECT count(*) FROM appointment_change") == 1


@pytest.mark.parametrize(
    "actor",
    [
        {"call_id": "call_0002", "caller_number": NUMBER},
        {"call_id": "call_0001"},
        {"call_id": "call_0001", "caller_number": "+493023125009"},
        {"operator": "Kim"},
    ],
)
async def test_the_number_the_call_or_an_operator_may(
    booking: "BookingServiceAsyncStub", actor: dict[str, str]
) -> None:
    """BK-25: no name is asked for."""
    made = await book(booking)

    answer = await booking.CancelAppointment(cancel(made, **actor))

    assert answer.appointment.state == appointment_pb2.APPOINTMENT_STATE_CANCELLED


@pytest.mark.parametrize("actor", [STRANGER, {"call_id": "call_0009"}])
async def test_a_stranger_may_not_also_not_one_who_withholds_the_number(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, actor: dict[str, str]
) -> None:
    """BK-28: whose an appointment is comes from this call, never from the latest one."""
    made = await book(booking)

    fault = await refused(booking.CancelAppointment(cancel(made, **actor)))

    assert (fault.code, fault.reason) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_THE_CUSTOMER")
    assert await pool.fetchval("SELECT count(*) FROM appointment_change") == 0


async def test_two_who_withhold_their_numbers_are_strangers_to_each_other(
    booking: "BookingServiceAsyncStub",
) -> None:
    """BK-20, BK-28."""
    made = await book(booking, caller_number="")

    fault = await refused(booking.CancelAppointment(cancel(made, call_id="call_0002")))
    answer = await booking.CancelAppointment(cancel(made, call_id="call_0001"))

    assert fault.reason == "NOT_THE_CUSTOMER"
    assert answer.appointment.state == appointment_pb2.APPOINTMENT_STATE_CANCELLED


async def test_what_has_changed_since_it_was_read_is_not_cancelled(
    booking: "BookingServiceAsyncStub",
) -> None:
    """BK-16."""
    made = await book(booking)

    fault = await refused(booking.CancelAppointment(cancel(made, etag="7")))

    assert (fault.code, fault.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")


async def test_what_has_begun_is_not_cancelled(
    booking: "BookingServiceAsyncStub", clock: SettableClock
) -> None:
    made = await book(booking)
    clock.set(START)

    fault = await refused(booking.CancelAppointment(cancel(made)))

    assert (fault.code, fault.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_MOVE")
    assert fault.metadata == {"state": "booked"}


async def test_an_appointment_of_another_business_is_unknown(booking: "BookingServiceAsyncStub") -> None:
    """SE-09."""
    request = cancel(await book(booking), operator="Kim")
    request.tenant_id = "99999999-9999-4999-8999-999999999999"

    assert (await refused(booking.CancelAppointment(request))).reason == "APPOINTMENT_UNKNOWN"


@pytest.mark.parametrize(
    ("field", "value"),
    [("tenant_id", "x"), ("appointment_id", ""), ("reason", "x" * 10_000), ("reason", "\0")],
)
async def test_what_is_malformed_is_refused(
    booking: "BookingServiceAsyncStub", field: str, value: str
) -> None:
    request = cancel(await book(booking))
    setattr(request, field, value)

    fault = await refused(booking.CancelAppointment(request))

    assert (fault.reason, fault.metadata) == ("REQUEST_INVALID", {"field": field})


async def test_nobody_cancels_nothing(booking: "BookingServiceAsyncStub") -> None:
    fault = await refused(booking.CancelAppointment(cancel(await book(booking), caller_number=NUMBER)))

    assert (fault.reason, fault.metadata) == ("REQUEST_INVALID", {"field": "actor"})


async def test_the_event_holds_the_whole_appointment_as_it_is_now(
    booking: "BookingServiceAsyncStub",
) -> None:
    answer = await booking.CancelAppointment(cancel(await book(booking)))

    events = await told(booking, 2)

    assert events[1].appointment_cancelled.appointment == answer.appointment
    got = await booking.GetAppointment(
        service_pb2.GetAppointmentRequest(tenant_id=TENANT, appointment_id=answer.appointment.appointment_id)
    )
    assert got.appointment == answer.appointment


@pytest.mark.parametrize("rpc", ["CompleteAppointment", "MarkNoShow"])
async def test_how_it_ended_is_noted_by_an_operator_once_it_has_begun(
    booking: "BookingServiceAsyncStub", clock: SettableClock, rpc: str
) -> None:
    made = await book(booking)
    request_type = getattr(service_pb2, f"{rpc}Request")
    ids = {"tenant_id": TENANT, "appointment_id": made.appointment_id}
    by_hand = request_type(**ids, actor=service_pb2.Actor(operator="Kim"))
    by_phone = request_type(**ids, actor=service_pb2.Actor(call_id="call_0001", caller_number=NUMBER))

    early = await refused(getattr(booking, rpc)(by_hand))
    phone = await refused(getattr(booking, rpc)(by_phone))
    clock.set(START)
    answer = await getattr(booking, rpc)(by_hand)
    again = await refused(getattr(booking, rpc)(by_hand))

    assert (early.reason, phone.reason, again.reason) == ("ILLEGAL_MOVE", "REQUEST_INVALID", "ILLEGAL_MOVE")
    assert again.metadata["state"] in {"completed", "no_show"}
    assert answer.appointment.etag == "2"
