"""Somebody is forgotten while others work on what is hers: nobody writes down again whose it was."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import asyncpg
import pytest

from booking.domain.actor import Actor
from booking.domain.callback import Callback
from booking.domain.change import Change
from booking.storage.callbacks import SqlCallbacks
from booking.storage.changes import SqlChanges
from booking.storage.customers import forget_customer
from booking.testing.calls import book
from booking.testing.samples import BRANCH, NUMBER, START, TENANT
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool
from chassis.testing import SettableClock
from rufbuch.booking.v1 import service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

AFTERWARDS = START + timedelta(days=1)
OPERATOR = service_pb2.Actor(operator="Kim")


@pytest.fixture
async def customer_id(booking: "BookingServiceAsyncStub", clock: SettableClock) -> UUID:
    """She was there, nobody has noted so yet, and she is to be called back."""
    made = await book(booking)
    await booking.RequestCallback(
        service_pb2.RequestCallbackRequest(
            tenant_id=TENANT, branch_id=BRANCH, call_id="call_0005", phone_number=NUMBER, name="Anna Beispiel",
            topic="Anna Beispiel will reden", request_id="c",
        )
    )  # fmt: skip
    clock.set(AFTERWARDS)
    return UUID(made.customer.customer_id)


async def complete(booking: "BookingServiceAsyncStub", pool: asyncpg.Pool) -> object:
    appointment_id = str(await pool.fetchval("SELECT appointment_id FROM appointment"))
    return await booking.CompleteAppointment(
        service_pb2.CompleteAppointmentRequest(
            tenant_id=TENANT, appointment_id=appointment_id, actor=OPERATOR
        )
    )


async def resolve(booking: "BookingServiceAsyncStub", pool: asyncpg.Pool) -> object:
    return await booking.ResolveCallback(
        service_pb2.ResolveCallbackRequest(
            tenant_id=TENANT,
            callback_id=str(await pool.fetchval("SELECT callback_id FROM callback")),
            operator="Kim",
            resolution="done",
        )
    )


async def nobody_knows_her(pool: asyncpg.Pool) -> bool:
    texts = [
        await pool.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        for table in ("customer", "appointment", "appointment_change", "callback", "event")
    ]
    return not any(word in text for text in texts for word in ("Beispiel", NUMBER))


async def soon(work: Awaitable[Any]) -> "asyncio.Future[Any]":
    """Has begun, and waits or is done."""
    begun = asyncio.ensure_future(work)
    await asyncio.wait({begun}, timeout=0.5)
    return begun


@pytest.mark.parametrize("work", [complete, resolve])
async def test_what_is_worked_on_while_she_is_forgotten_names_nobody(
    booking: "BookingServiceAsyncStub",
    pool: asyncpg.Pool,
    customer_id: UUID,
    work: Callable[["BookingServiceAsyncStub", asyncpg.Pool], Awaitable[object]],
) -> None:
    """Whoever wants to change it has read it before, with her name, and waits."""
    async with pool.acquire() as connection, connection.transaction():
        await forget_customer(
            connection, EventLog(pool), UUID(TENANT), customer_id, operator="Kim", now=AFTERWARDS
        )
        late = await soon(work(booking, pool))
    await late

    assert await nobody_knows_her(pool)


async def completing(pool: Pool, connection: Pool) -> None:
    changes = SqlChanges(connection, EventLog(pool))
    appointment_id = await pool.fetchval("SELECT appointment_id FROM appointment")
    standing = await changes.standing(UUID(TENANT), appointment_id, since=START)
    assert standing
    before = standing.appointment
    change = Change(Actor(call_id=None, caller_number=None, operator="Kim"), "", AFTERWARDS)
    assert await changes.commit(before, before.complete(AFTERWARDS), change)


async def handing_over(pool: Pool, connection: Pool) -> None:
    callbacks = SqlCallbacks(connection, EventLog(pool))
    before = await callbacks.get(UUID(TENANT), await pool.fetchval("SELECT callback_id FROM callback"))
    assert isinstance(before, Callback)
    assert await callbacks.change(before, before.hand_to("Olga"), operator="Kim", now=AFTERWARDS)


class _One:
    """A pool of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def acquire(self) -> "_One":
        return self

    async def __aenter__(self) -> Connection:
        return self._connection

    async def __aexit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("work", [completing, handing_over])
async def test_what_was_being_written_when_she_is_forgotten_names_nobody(
    booking: "BookingServiceAsyncStub",
    pool: asyncpg.Pool,
    customer_id: UUID,
    work: Callable[[Pool, Pool], Awaitable[None]],
) -> None:
    """It is committed only after the forgetting has begun."""
    erase = service_pb2.EraseCustomerRequest(tenant_id=TENANT, customer_id=str(customer_id), operator="Kim")
    async with pool.acquire() as connection, connection.transaction():
        await work(pool, cast("Pool", _One(connection)))
        erasing = await soon(booking.EraseCustomer(erase))
    await erasing

    assert await nobody_knows_her(pool)
