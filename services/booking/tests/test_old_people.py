"""Nobody is known for ever: customers, callbacks and wishes of long ago are forgotten by themselves."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg

from booking.storage.old_people import WHO, SqlOldCustomers, SqlOldWords
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import told
from booking.testing.samples import BRANCH, NUMBER, START, TENANT, a_request, an_option
from chassis.eventlog import EventLog
from chassis.testing import SettableClock
from rufbuch.booking.v1 import service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

YEAR = timedelta(days=365)


async def book(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, number: str, day: int
) -> None:
    availability.options[f"o-{day}"] = an_option(START + timedelta(days=day))
    request = a_request(
        option_id=f"o-{day}", request_id=f"r-{day}", caller_number=number, call_id=f"call_{day:04}"
    )
    await booking.BookAppointment(request)


async def names(pool: asyncpg.Pool) -> list[str]:
    return [
        row["phone_number"]
        for row in await pool.fetch("SELECT phone_number FROM customer ORDER BY 1")
        if row[0]
    ]


async def test_a_customer_is_forgotten_long_after_the_last_appointment(
    booking: "BookingServiceAsyncStub",
    availability: ScriptedAvailability,
    pool: asyncpg.Pool,
    clock: SettableClock,
) -> None:
    """SE-17"""
    await book(booking, availability, NUMBER, 0)
    await book(booking, availability, "+493023125009", 0 + 30)
    old = SqlOldCustomers(pool, EventLog(pool), clock)
    assert await old.forget(START) == 0, "it is not over yet"
    clock.set(START + YEAR)
    assert await old.forget(START + timedelta(days=10)) == 1
    assert await names(pool) == ["+493023125009"]
    assert (await told(booking, 3))[2].customer_erased.tenant_id == TENANT
    who = await pool.fetchval("SELECT payload->>'operator' FROM event WHERE kind = 'customer_erased'")
    assert who == WHO
    assert await old.forget(START + timedelta(days=10)) == 0


async def test_replicas_that_forget_at_once_do_it_once(
    booking: "BookingServiceAsyncStub",
    availability: ScriptedAvailability,
    pool: asyncpg.Pool,
    clock: SettableClock,
) -> None:
    for day in range(5):
        await book(booking, availability, f"+4930231250{day:02}", day)
    clock.set(START + YEAR)
    old = SqlOldCustomers(pool, EventLog(pool), clock)
    both = await asyncio.gather(*(old.forget(START + YEAR) for _ in range(2)))
    assert sum(both) == 5
    assert await pool.fetchval("SELECT count(*) FROM event WHERE kind = 'customer_erased'") == 5
    assert await names(pool) == []


async def test_what_was_said_in_a_callback_goes_once_somebody_has_called(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, clock: SettableClock
) -> None:
    """Also of somebody who never became a customer."""
    for number in range(2):
        await booking.RequestCallback(
            service_pb2.RequestCallbackRequest(
                tenant_id=TENANT, branch_id=BRANCH, call_id=f"call_{number}", phone_number=NUMBER,
                name="Anna Beispiel", topic=f"Anna Beispiel {number}", request_id=f"c{number}",
            )
        )  # fmt: skip
    first = (await booking.ListCallbacks(service_pb2.ListCallbacksRequest(tenant_id=TENANT))).callbacks[0]
    await booking.ResolveCallback(
        service_pb2.ResolveCallbackRequest(
            tenant_id=TENANT, callback_id=first.callback_id, operator="Kim", resolution="Anna Beispiel kommt"
        )
    )
    words = SqlOldWords(pool)
    assert await words.forget(clock.now() - YEAR) == 0
    assert await words.forget(clock.now() + YEAR) == 1
    rows = await pool.fetch("SELECT name, topic, phone_number, state FROM callback ORDER BY state")
    assert [tuple(row) for row in rows] == [
        ("Anna Beispiel", rows[0]["topic"], NUMBER, "open"), ("", "", None, "resolved"),
    ]  # fmt: skip
    left = await pool.fetchval(
        "SELECT string_agg(payload::text, ' ') FROM event WHERE payload->>'callback_id' = $1",
        first.callback_id,
    )
    assert "Beispiel" not in left
    assert NUMBER not in left
    assert await words.forget(clock.now() + YEAR) == 0
