"""Customers are known again, told all that is stored of them, and forgotten."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import asyncpg
import grpc
import pytest

from booking.domain.regular import usual
from booking.storage.customers import forget_customer
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import refused, told
from booking.testing.samples import BRANCH, NUMBER, PERSON, SERVICE, START, TENANT, a_request, an_option
from chassis.eventlog import EventLog
from chassis.postgres import Connection
from chassis.testing import SettableClock
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


async def book(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, days: int
) -> appointment_pb2.Appointment:
    option = f"o-day{days:05}"
    availability.options[option] = an_option(START + timedelta(days=days))
    return (await booking.BookAppointment(a_request(option_id=option, request_id=option))).appointment


def by_number(number: str = NUMBER, tenant_id: str = TENANT) -> service_pb2.FindCustomerRequest:
    return service_pb2.FindCustomerRequest(tenant_id=tenant_id, phone_number=number)


@pytest.mark.parametrize(
    ("latest_first", "found"),
    [([], None), ([A], None), ([A, B, C], None), ([A, B, B], B), ([A, B, B, A], A), ([B, A, A, A, B], A)],
)
def test_usual_is_what_was_most_often_and_at_least_twice(
    latest_first: list[UUID], found: UUID | None
) -> None:
    assert usual(latest_first) == found


async def test_what_is_usual_is_offered_once_it_was_twice(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    first = await book(booking, availability, 1)
    once = await booking.FindCustomer(by_number())
    await book(booking, availability, 0)
    twice = await booking.FindCustomer(by_number())

    assert once.customer == first.customer
    assert (once.usual_service_id, once.usual_person_id) == ("", "")
    assert (twice.usual_service_id, twice.usual_person_id) == (str(SERVICE), str(PERSON))


async def test_the_next_appointment_is_the_first_that_is_ahead(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, clock: SettableClock
) -> None:
    await book(booking, availability, 0)
    later = await book(booking, availability, 2)
    sooner = await book(booking, availability, 1)
    clock.set(START)

    assert (await booking.FindCustomer(by_number())).next_appointment == sooner
    clock.set(START + timedelta(days=1))
    assert (await booking.FindCustomer(by_number())).next_appointment == later
    clock.set(START + timedelta(days=2))
    assert not (await booking.FindCustomer(by_number())).HasField("next_appointment")


async def test_nobody_is_found_by_a_number_of_another_business_or_by_none(
    booking: "BookingServiceAsyncStub",
) -> None:
    """SE-09, BK-28."""
    await booking.BookAppointment(a_request())
    await booking.BookAppointment(a_request(caller_number=""))

    assert (await refused(booking.FindCustomer(by_number(tenant_id=BRANCH)))).reason == "CUSTOMER_UNKNOWN"
    assert (await refused(booking.FindCustomer(by_number("+493023125009")))).reason == "CUSTOMER_UNKNOWN"
    assert (await refused(booking.FindCustomer(by_number("")))).reason == "REQUEST_INVALID"


async def promise(booking: "BookingServiceAsyncStub") -> None:
    await booking.RequestCallback(
        service_pb2.RequestCallbackRequest(
            tenant_id=TENANT, branch_id=BRANCH, call_id="call_0005", phone_number=NUMBER,
            name="Anna Beispiel", topic="Anna Beispiel will reden", request_id="c",
        )
    )  # fmt: skip


async def test_all_that_is_stored_is_told(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    made = [await book(booking, availability, day) for day in range(2)]
    await promise(booking)
    ids = {"tenant_id": TENANT, "customer_id": made[0].customer.customer_id}

    stored = await booking.ExportCustomer(service_pb2.ExportCustomerRequest(**ids))
    other = await refused(
        booking.ExportCustomer(service_pb2.ExportCustomerRequest(**ids | {"tenant_id": BRANCH}))
    )

    assert stored.customer == made[0].customer
    assert list(stored.appointments) == made
    assert [callback.topic for callback in stored.callbacks] == ["Anna Beispiel will reden"]
    assert other.reason == "CUSTOMER_UNKNOWN"


async def test_who_has_appointments_ahead_is_not_forgotten(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    made = await book(booking, availability, 0)
    ids = {"tenant_id": TENANT, "customer_id": made.customer.customer_id}

    fault = await refused(booking.EraseCustomer(service_pb2.EraseCustomerRequest(**ids, operator="Kim")))

    assert (fault.code, fault.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "APPOINTMENTS_AHEAD")
    assert (await booking.FindCustomer(by_number())).customer == made.customer


TABLES = ("customer", "appointment", "appointment_change", "callback", "event", "booking_request", "phase")


async def test_nothing_of_a_forgotten_customer_is_left_in_any_table(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, clock: SettableClock,
    pool: asyncpg.Pool,
) -> None:  # fmt: skip
    made = await book(booking, availability, 0)
    availability.options["o-next"] = an_option(START + timedelta(days=1))
    actor = service_pb2.Actor(call_id="call_0001", caller_number=NUMBER)
    moved = await booking.RescheduleAppointment(
        service_pb2.RescheduleAppointmentRequest(
            tenant_id=TENANT, branch_id=BRANCH, appointment_id=made.appointment_id, option_id="o-next",
            actor=actor, request_id="m",
        )
    )  # fmt: skip
    await booking.CancelAppointment(
        service_pb2.CancelAppointmentRequest(
            tenant_id=TENANT, appointment_id=moved.appointment.appointment_id, actor=actor,
            reason="Anna Beispiel ist krank",
        )
    )  # fmt: skip
    await promise(booking)
    (promised,) = (await booking.ListCallbacks(service_pb2.ListCallbacksRequest(tenant_id=TENANT))).callbacks
    await booking.ResolveCallback(
        service_pb2.ResolveCallbackRequest(
            tenant_id=TENANT,
            callback_id=promised.callback_id,
            operator="Kim",
            resolution="Anna Beispiel kommt doch",
        )
    )
    erase = service_pb2.EraseCustomerRequest(
        tenant_id=TENANT, customer_id=made.customer.customer_id, operator="Kim"
    )

    first = await booking.EraseCustomer(erase)
    again = await booking.EraseCustomer(erase)

    for table in TABLES:
        text = await pool.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        assert "Beispiel" not in (text or "")
        assert NUMBER not in (text or "")
    assert (first.erased["customer"], first.erased["appointment"], first.erased["callback"]) == (1, 2, 1)
    assert first.erased["event"] == 5
    assert not any(again.erased.values())
    assert (await refused(booking.FindCustomer(by_number()))).reason == "CUSTOMER_UNKNOWN"
    noted = await pool.fetch("SELECT payload->>'operator' AS who FROM event WHERE kind = 'customer_erased'")
    assert [row["who"] for row in noted] == ["Kim"]


async def test_who_keeps_copies_is_told_to_forget_and_can_still_read_the_log_from_the_beginning(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, clock: SettableClock
) -> None:
    made = await book(booking, availability, 0)
    clock.set(START + timedelta(days=1))
    await booking.EraseCustomer(
        service_pb2.EraseCustomerRequest(
            tenant_id=TENANT, customer_id=made.customer.customer_id, operator="Kim"
        )
    )

    events = await told(booking, 2)

    assert events[0].appointment_booked.appointment.customer.phone_number == ""
    assert events[0].appointment_booked.appointment.start_time == made.start_time
    assert events[1].customer_erased.customer_id == made.customer.customer_id


async def test_who_was_forgotten_and_calls_again_is_somebody_new(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, clock: SettableClock
) -> None:
    made = await book(booking, availability, 0)
    clock.set(START + timedelta(days=1))
    await booking.EraseCustomer(
        service_pb2.EraseCustomerRequest(
            tenant_id=TENANT, customer_id=made.customer.customer_id, operator="Kim"
        )
    )

    new = await book(booking, availability, 5)

    assert new.customer.customer_id != made.customer.customer_id


class _Pausing:
    """A connection that goes on when it is told to, once its first value is there."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self.paused, self.go_on = connection, asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def fetchval(self, *query: Any) -> Any:
        value = await self._connection.fetchval(*query)
        if not self.paused.is_set():
            self.paused.set()
            await self.go_on.wait()
        return value


async def test_whoever_books_while_she_is_being_forgotten_is_somebody_new(
    booking: "BookingServiceAsyncStub",
    availability: ScriptedAvailability,
    pool: asyncpg.Pool,
    clock: SettableClock,
) -> None:
    """Else an appointment would stand for somebody without a name, whom nobody could call."""
    made = await book(booking, availability, 0)
    clock.advance(timedelta(days=10))
    forgotten = UUID(made.customer.customer_id)
    async with pool.acquire() as connection, connection.transaction():
        pausing = _Pausing(cast("Connection", connection))
        forgetting = asyncio.create_task(
            forget_customer(
                cast("Connection", pausing), EventLog(pool), UUID(TENANT), forgotten, operator="Kim",
                now=clock.now(),
            )
        )  # fmt: skip
        await pausing.paused.wait()
        booked = asyncio.create_task(book(booking, availability, 20))
        async with asyncio.timeout(10):
            while not await pool.fetchval(WAITING):
                assert not booked.done(), "it waits"
        pausing.go_on.set()
        assert await forgetting

    again = await booked
    assert again.customer.customer_id != str(forgotten)
    assert (again.customer.name, again.customer.phone_number) == ("Anna Beispiel", NUMBER)
