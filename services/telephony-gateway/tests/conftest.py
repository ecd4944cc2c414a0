"""A gateway with everything real but its peers, which are servicers of these tests behind real gRPC."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from gateway_world import (
    AGENT_VERSION,
    KEY,
    NOW,
    OLD_KEY,
    OTHER_KEY,
    Availability,
    Booking,
    Phone,
    Registry,
    World,
)

from chassis import postgres
from chassis.grpc_server import Servicer
from chassis.service import background
from chassis.testing import SettableClock, serving
from local_stack.databases import MigratedDatabases
from rufbuch.availability.v1 import service_pb2_grpc as availability_grpc
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from rufbuch.telephony.v1 import service_pb2_grpc as telephony_grpc
from telephony_gateway.assembly import Connections, assemble
from telephony_gateway.clients.shared import connect
from telephony_gateway.servicer import FOR_EVERYBODY, CallServicer
from telephony_gateway.settings import Settings
from telephony_gateway.storage.calls import Calls
from telephony_gateway.storage.figures import SqlFigures

if TYPE_CHECKING:
    from rufbuch.telephony.v1.service_pb2_grpc import CallServiceAsyncStub


@pytest.fixture(scope="session")
def gateway_database(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database(
        "telephony_gateway", lambda url: postgres.migrate(url, "telephony_gateway")
    ) as url:
        yield url


@pytest.fixture
def database_url(gateway_database: str) -> str:
    # Emptied for each test: quicker than a database of its own, and these tests share no connection.
    with psycopg.connect(gateway_database, autocommit=True) as connection:
        connection.execute("TRUNCATE call, function_call, call_event, truth_case, disclosure CASCADE")
    return gateway_database


@pytest.fixture
def function_budget_s() -> float:
    """Longer than a busy machine stands still; what waits until it is over is ``hasty``."""
    return 6.0


@pytest.fixture
def settings(database_url: str, redis_url: str, function_budget_s: float) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        retell_api_key=KEY,
        function_budget_s=function_budget_s,
        retell_agent_version=AGENT_VERSION,
        retell_workspaces={"other": [OTHER_KEY, OLD_KEY]},
        build="test",
        http_port=0,
    )


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    async with a_world(settings) as made:
        yield made


@pytest.fixture
async def ledger(world: World) -> AsyncIterator["CallServiceAsyncStub"]:
    """The ledger of the world's calls, over gRPC."""
    servicer = CallServicer(
        Calls(world.pool),
        SqlFigures(world.pool),
        world.phone.clock,
        callers=world.phone.gateway.callers,
        agent_version=None,
        build="test",
    )
    add = telephony_grpc.add_CallServiceServicer_to_server
    async with serving(Servicer(servicer, add, "rufbuch.telephony.v1.CallService", FOR_EVERYBODY)) as channel:
        yield telephony_grpc.CallServiceStub(channel)


@pytest.fixture
async def world_without_redis(settings: Settings) -> AsyncIterator[World]:
    # Nothing listens on port 1.
    async with a_world(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})) as made:
        yield made


@pytest.fixture
def world_with() -> Callable[[Settings], AbstractAsyncContextManager[World]]:
    """A world with settings of its own."""
    return a_world


@asynccontextmanager
async def a_world(settings: Settings) -> AsyncIterator[World]:
    # The fakes answer what the gateway asks for, and nothing else.
    registry = Registry()  # type: ignore[abstract]
    availability = Availability()  # type: ignore[abstract]
    booking = Booking()  # type: ignore[abstract]
    servicers = [
        Servicer(
            registry,
            staff_grpc.add_StaffRegistryServiceServicer_to_server,
            "rufbuch.staff.v1.StaffRegistryService",
        ),
        Servicer(
            availability,
            availability_grpc.add_AvailabilityServiceServicer_to_server,
            "rufbuch.availability.v1.AvailabilityService",
        ),
        Servicer(
            booking, booking_grpc.add_BookingServiceServicer_to_server, "rufbuch.booking.v1.BookingService"
        ),
    ]
    clock = SettableClock(NOW)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        peers = await enter(serving(*servicers))
        pool = await enter(postgres.pool(settings.database_url))
        shared = connect(settings.redis_url)
        stack.push_async_callback(shared.aclose)
        connections = Connections(pool, shared, peers, peers, peers)
        gateway = assemble(settings, connections, clock=clock, missing=dict)
        stack.push_async_callback(gateway.twins.end)
        await enter(background(gateway.ledger.write, name="ledger", stop=asyncio.Event()))
        client = await enter(
            httpx.AsyncClient(transport=httpx.ASGITransport(gateway.app), base_url="http://gateway")
        )
        yield World(Phone(gateway, client, clock), registry, availability, booking, pool)
