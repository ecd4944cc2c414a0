"""A database of one's own, an availability that says what it is told to, and the service between them."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from booking import migration
from booking.assembly import booking_service
from booking.clients.availability import HARMLESS_TO_REPEAT
from booking.testing.availability import ScriptedAvailability
from booking.testing.holding import HoldingAvailability
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import NOW, PERSON, an_option
from booking.testing.waiting import TEN, WaitingSalon, open_salon
from booking.testing.writing_salon import Salon, writing_salon
from chassis import postgres
from chassis.testing import SettableClock, serving
from local_stack.databases import MigratedDatabases
from rufbuch.booking.v1 import appointment_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("booking", migration.migrate) as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with postgres.pool(database_url) as opened:
        yield opened


@pytest.fixture
async def taken(salon: WaitingSalon, holding: HoldingAvailability) -> appointment_pb2.Appointment:
    """The one hour that there is belongs to somebody."""
    holding.hours = [(PERSON, TEN)]
    return await salon.book()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def availability() -> ScriptedAvailability:
    """Offers one option."""
    scripted = ScriptedAvailability()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    scripted.options["o-aaaaaaaa"] = an_option()
    return scripted


@pytest.fixture
def registry() -> ScriptedRegistry:
    """Has no policies."""
    return ScriptedRegistry()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED


@pytest.fixture
async def booking(
    pool: asyncpg.Pool, clock: SettableClock, availability: ScriptedAvailability, registry: ScriptedRegistry
) -> AsyncIterator["BookingServiceAsyncStub"]:
    """The service over gRPC."""
    async with serving(availability.servicer(), registry.servicer(), retried=HARMLESS_TO_REPEAT) as peers:
        service = booking_service(pool, peers, peers, clock=clock, calendar_domain="kunden.example.org")
        async with serving(service) as channel:
            yield service_pb2_grpc.BookingServiceStub(channel)


@pytest.fixture
def holding(clock: SettableClock) -> HoldingAvailability:
    """A person who works from eight to four on a Wednesday (UTC), free all day."""
    free = HoldingAvailability(clock)  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    free.hours = [(PERSON, TEN.replace(hour=hour)) for hour in range(8, 16)]
    return free


@pytest.fixture
async def salon(
    pool: asyncpg.Pool, clock: SettableClock, holding: HoldingAvailability, registry: ScriptedRegistry
) -> AsyncIterator[WaitingSalon]:
    """The service and the work of its waiting list over an availability with holds; jobs are run by hand."""
    async with open_salon(pool, clock, holding, registry) as opened:
        yield opened


@pytest.fixture
async def writing(
    pool: asyncpg.Pool, clock: SettableClock, availability: ScriptedAvailability
) -> AsyncIterator[Salon]:
    """The service of a business that writes to its customers; messages are noted and sent by hand."""
    async with writing_salon(pool, clock, availability) as opened:
        yield opened
