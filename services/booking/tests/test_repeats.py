"""Who asks again hears what was booked, also from a replica that knows nothing of it, whatever availability says by then."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest

from booking.assembly import booking_service
from booking.clients.availability import HARMLESS_TO_REPEAT
from booking.errors import (
    AvailabilityUnavailableError,
    OptionUnknownError,
    SlotNotBookableError,
    SlotTakenError,
)
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import refused
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import START, TENANT, a_request, an_option
from booking.usecases.book_appointment import PATIENCE_S
from chassis.testing import SettableClock, serving
from rufbuch.booking.v1 import appointment_pb2, service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

ANOTHER = "o-bbbbbbbb"
AT_ONCE_S = 4.0
"""Sooner than anybody here gives up on a claim that hangs, which is after nearly five seconds."""


@pytest.fixture
async def other(
    pool: asyncpg.Pool, clock: SettableClock, availability: ScriptedAvailability, registry: ScriptedRegistry
) -> AsyncIterator["BookingServiceAsyncStub"]:
    """Another replica, which has booked something else: it claims before it looks."""
    availability.options["o-warm"] = an_option(START + timedelta(days=30))
    availability.options[ANOTHER] = an_option(START + timedelta(days=1))
    async with serving(availability.servicer(), registry.servicer(), retried=HARMLESS_TO_REPEAT) as peers:
        service = booking_service(pool, peers, peers, clock=clock, calendar_domain="kunden.example.org")
        async with serving(service) as channel:
            stub = service_pb2_grpc.BookingServiceStub(channel)
            await stub.BookAppointment(a_request(option_id="o-warm", request_id="warm", call_id="call_warm"))
            availability.claims.clear()
            availability.asked.clear()
            yield stub


@dataclass(frozen=True)
class State:
    """What has become of availability since the first attempt."""

    name: str
    comes_to_it: Callable[[ScriptedAvailability], None]


def refusing(error: Exception) -> Callable[[ScriptedAvailability], None]:
    return lambda availability: setattr(availability, "refusal", error)


STATES = [
    State("grants it again", lambda _: None),
    State("has it taken", refusing(SlotTakenError("taken"))),
    State("let it go", refusing(OptionUnknownError("unknown"))),
    State("closed", refusing(SlotNotBookableError("closed", outcome="CLOSED"))),
    State("is away", refusing(AvailabilityUnavailableError("away"))),
    State("hangs", lambda availability: setattr(availability, "silent", True)),
]
whatever_becomes_of_it = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)


async def appointments(pool: asyncpg.Pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM appointment WHERE call_id <> 'call_warm'"))


@whatever_becomes_of_it
@pytest.mark.parametrize("request_id", ["request-1", "another-id-of-the-same-wish"])
async def test_what_was_booked_is_told_again_by_a_replica_that_did_not_book_it(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", pool: asyncpg.Pool,
    availability: ScriptedAvailability, state: State, request_id: str,
) -> None:  # fmt: skip
    """BK-29, TG-31."""
    first = await booking.BookAppointment(a_request())
    state.comes_to_it(availability)
    began = time.monotonic()

    for _ in range(2):
        again = await other.BookAppointment(a_request(request_id=request_id, customer_name="Anne Beispil"))
        assert again.repeated_answer
        assert again.appointment == first.appointment

    assert time.monotonic() - began < AT_ONCE_S
    assert await appointments(pool) == 1


@whatever_becomes_of_it
async def test_what_was_called_off_since_is_told_as_it_is_and_not_booked_anew(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", pool: asyncpg.Pool,
    availability: ScriptedAvailability, state: State,
) -> None:  # fmt: skip
    """The claim has ended with its appointment (DECISIONS 47); the answer says that it stands no more (DECISIONS 29)."""
    first = await booking.BookAppointment(a_request())
    await booking.CancelAppointment(
        service_pb2.CancelAppointmentRequest(
            tenant_id=TENANT,
            appointment_id=first.appointment.appointment_id,
            actor=service_pb2.Actor(operator="Olga"),
            reason="krank",
        )
    )
    state.comes_to_it(availability)

    again = await other.BookAppointment(a_request())

    assert again.repeated_answer
    assert again.appointment.appointment_id == first.appointment.appointment_id
    assert again.appointment.state == appointment_pb2.APPOINTMENT_STATE_CANCELLED
    assert await appointments(pool) == 1


@whatever_becomes_of_it
async def test_a_request_id_is_lent_to_no_other_option_by_another_replica(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", pool: asyncpg.Pool,
    availability: ScriptedAvailability, state: State,
) -> None:  # fmt: skip
    await booking.BookAppointment(a_request())
    state.comes_to_it(availability)

    fault = await refused(other.BookAppointment(a_request(option_id=ANOTHER)))

    assert (fault.code, fault.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    assert await appointments(pool) == 1


async def test_an_attempt_under_way_and_its_repetition_elsewhere_make_one_appointment(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", pool: asyncpg.Pool,
    availability: ScriptedAvailability,
) -> None:  # fmt: skip
    """Both have claimed before either commits."""
    availability.together = asyncio.Barrier(2)

    answers = await asyncio.gather(booking.BookAppointment(a_request()), other.BookAppointment(a_request()))

    assert sorted(answer.repeated_answer for answer in answers) == [False, True]
    assert answers[0].appointment == answers[1].appointment
    assert await appointments(pool) == 1


async def test_whoever_waits_for_availability_hears_of_a_twin_that_was_booked_meanwhile(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", pool: asyncpg.Pool,
    availability: ScriptedAvailability,
) -> None:  # fmt: skip
    """The repetition hangs at availability, and the first attempt is answered within its patience."""
    availability.silent = True
    repetition = asyncio.ensure_future(other.BookAppointment(a_request()))
    await availability.asked.wait()
    availability.silent = False
    first = await booking.BookAppointment(a_request())

    async with asyncio.timeout(AT_ONCE_S):
        again = await repetition

    assert (again.appointment, again.repeated_answer) == (first.appointment, True)
    assert await appointments(pool) == 1


async def test_a_slow_claim_of_a_new_wish_is_waited_for(
    other: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    """Looking beside it finds nothing and costs it nothing; it is claimed once."""
    availability.together = asyncio.Barrier(2)
    slow = asyncio.ensure_future(other.BookAppointment(a_request()))
    await asyncio.sleep(2 * PATIENCE_S)
    await availability.together.wait()

    assert not (await slow).repeated_answer
    assert len(availability.claims) == 1
    assert await appointments(pool) == 1


async def test_a_caller_with_little_time_hears_of_it_nevertheless(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", availability: ScriptedAvailability,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Less than the patience is left, and availability hangs."""
    monkeypatch.setattr("booking.usecases.book_appointment.PATIENCE_S", 10.0)
    first = await booking.BookAppointment(a_request())
    availability.silent = True

    again = await other.BookAppointment(a_request(), timeout=4)

    assert again.appointment == first.appointment


async def test_an_attempt_that_was_cut_off_at_availability_is_made_good_by_the_next(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", pool: asyncpg.Pool,
    availability: ScriptedAvailability,
) -> None:  # fmt: skip
    availability.silent = True
    assert (await refused(other.BookAppointment(a_request(), timeout=0.3))).code in {
        grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
    }  # fmt: skip
    availability.silent = False

    answer = await booking.BookAppointment(a_request())

    assert not answer.repeated_answer
    assert await appointments(pool) == 1


async def test_a_party_is_told_again_by_another_replica(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", pool: asyncpg.Pool,
    availability: ScriptedAvailability,
) -> None:  # fmt: skip
    party = a_request()
    party.more_option_ids.append(ANOTHER)
    first = await booking.BookAppointment(party)

    for refusal in (None, SlotTakenError("taken")):
        availability.refusal = refusal
        again = await other.BookAppointment(party)
        assert (again.appointment, list(again.more_appointments)) == (
            first.appointment, list(first.more_appointments),
        )  # fmt: skip

    alone = await other.BookAppointment(a_request(option_id=ANOTHER, request_id="alone"))
    assert alone.appointment == first.more_appointments[0]
    assert await appointments(pool) == 2


async def test_a_part_of_a_party_that_is_had_already_is_no_party_at_another_replica_either(
    booking: "BookingServiceAsyncStub", other: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    await booking.BookAppointment(a_request(request_id="alone"))
    party = a_request()
    party.more_option_ids.append(ANOTHER)

    assert (await refused(other.BookAppointment(party))).reason == "SLOT_TAKEN"
    assert await appointments(pool) == 1
