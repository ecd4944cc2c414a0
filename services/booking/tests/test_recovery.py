"""PostgreSQL dies in the middle, and whoever was told `booked` has an appointment."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest

from booking import migration
from booking.assembly import booking_service
from booking.testing.availability import ScriptedAvailability
from booking.testing.samples import START, a_request, an_option
from chassis import postgres
from chassis.testing import SettableClock, serving
from local_stack.embedded import EmbeddedPostgres
from rufbuch.booking.v1 import service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

CALLERS = 60
BEFORE_THE_CRASH = 20


@pytest.fixture
async def pool(private_postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Pool]:
    """Instead of the shared server's: this one is killed."""
    await asyncio.to_thread(migration.migrate, private_postgres.url)
    async with postgres.pool(private_postgres.url) as opened:
        yield opened


class Crash:
    """Kills the server once so many have booked; those who are turned away come back when it is up again."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server, self._booked, self._due = server, 0, asyncio.Event()
        self.over = asyncio.Event()

    def count(self) -> None:
        self._booked += 1
        if self._booked == BEFORE_THE_CRASH:
            self._due.set()

    async def explains(self, error: grpc.aio.AioRpcError) -> None:
        """Wait until it is over; any other failure is none of its doing."""
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            raise error
        await self.over.wait()

    async def happen(self) -> None:
        await self._due.wait()
        await asyncio.to_thread(self._server.kill)
        await asyncio.to_thread(self._server.start)
        self.over.set()


async def caller(booking: "BookingServiceAsyncStub", number: int, crash: Crash) -> list[str]:
    """The id that was told, then the id that is told when the same is asked again."""
    request = a_request(option_id=f"o-{number:08}", request_id=f"r-{number}", call_id=f"call_{number}")
    told: list[str] = []
    while len(told) < 2:
        try:
            told.append((await booking.BookAppointment(request)).appointment.appointment_id)
            crash.count()
        except grpc.aio.AioRpcError as error:
            await crash.explains(error)
    return told


async def listener(booking: "BookingServiceAsyncStub", crash: Crash) -> list[str]:
    """Ids of the appointments that the events tell of."""
    heard: list[str] = []
    position = ""
    while len(heard) < CALLERS:
        try:
            async for event in booking.WatchEvents(service_pb2.WatchEventsRequest(after=position)):
                position = event.position
                heard.append(event.appointment_booked.appointment.appointment_id)
                if len(heard) == CALLERS:
                    break
        except grpc.aio.AioRpcError as error:
            await crash.explains(error)
    return heard


async def test_a_database_that_dies_and_comes_back_loses_and_doubles_nothing(
    private_postgres: EmbeddedPostgres, pool: asyncpg.Pool, booking: "BookingServiceAsyncStub",
    availability: ScriptedAvailability,
) -> None:  # fmt: skip
    """BK-05, BK-29, TG-31; the service goes on without a restart."""
    for number in range(CALLERS):
        availability.options[f"o-{number:08}"] = an_option(START + timedelta(days=number))
    crash = Crash(private_postgres)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(crash.happen())
        hearing = group.create_task(listener(booking, crash))
        calls = [group.create_task(caller(booking, number, crash)) for number in range(CALLERS)]

    told, heard = [call.result() for call in calls], hearing.result()
    kept = [str(row["appointment_id"]) for row in await pool.fetch("SELECT appointment_id FROM appointment")]
    assert all(first == again for first, again in told)
    assert sorted(first for first, _ in told) == sorted(kept) == sorted(heard)
    assert len(set(kept)) == CALLERS


async def test_without_a_database_the_caller_is_told_to_try_again(
    private_postgres: EmbeddedPostgres, clock: SettableClock, availability: ScriptedAvailability
) -> None:
    """The service starts before its database, and nothing is promised."""
    await asyncio.to_thread(private_postgres.kill)
    async with postgres.pool(private_postgres.url) as pool, serving(availability.servicer()) as peer:
        service = booking_service(pool, peer, peer, clock=clock, calendar_domain="kunden.example.org")
        async with serving(service) as channel:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await service_pb2_grpc.BookingServiceStub(channel).BookAppointment(a_request())

    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert not availability.claims
