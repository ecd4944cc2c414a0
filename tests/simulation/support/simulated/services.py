"""Owns how the five services are put together in one process: what each ``__main__`` wires, over this world's wires."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from starlette.applications import Starlette

from availability import application as availability
from availability.clients import registry as availability_registry
from availability.clients.redis_holds import connected
from availability.domain.holds import HoldRules
from availability.servicer import as_servicer
from booking.__main__ import OWN_CONNECTIONS
from booking.assembly import booking_service
from booking.clients.availability import DEADLINE_S, HARMLESS_TO_REPEAT
from booking.clients.message_setup import GET_MESSAGE_SETUP
from booking.clients.registry import DEADLINE_S as REGISTRY_S
from booking.clients.registry import GET_BUSINESS
from booking.domain.contact import HoldTerms
from booking.storage.history import SqlHistory
from booking.storage.requests import SqlRequests
from booking.usecases.forget_old import KEPT, forget_old
from booking.waiting_work import waiting_work
from booking.worker import working as booking_working
from calcom_sync.__main__ import HARMLESS, PEER_DEADLINE_S, QUEUE_CONNECTIONS, loops_of
from calcom_sync.assembly import Terms
from calcom_sync.assembly import assemble as assemble_sync
from calcom_sync.clients.calcom import CalcomCalendar
from calcom_sync.clients.desk import BookingDesk
from calcom_sync.clients.registry import RegistryDirectory
from calcom_sync.consumer import Consumer
from calcom_sync.servicer import FULL_NAME, CalendarSyncServicer
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.webhook_routes import webhook_routes
from calcom_sync.worker import AT_ONCE_MAX
from calcom_sync.worker import working as sync_working
from chassis import postgres
from chassis.eventlog import EventLog
from chassis.grpc_server import Servicer
from chassis.service import background
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2_grpc as sync_grpc
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from staff_registry.assembly import Channels
from staff_registry.assembly import assemble as assemble_registry
from staff_registry.clients.calendar_sync import DEADLINE_S as REGISTRY_PEERS_S
from staff_registry.clients.calendar_sync import CalendarSync
from staff_registry.storage.sealing import Sealer
from telephony_gateway.assembly import Connections
from telephony_gateway.assembly import assemble as assemble_gateway
from telephony_gateway.clients import availability as gateway_availability
from telephony_gateway.clients import booking as gateway_booking
from telephony_gateway.clients import directory as gateway_directory
from telephony_gateway.clients.shared import connect
from telephony_gateway.http_api.functions import UNHEARD_S
from telephony_gateway.settings import Settings as GatewaySettings

if TYPE_CHECKING:
    from simulated.lives import Life

SECRETS_KEY = "c2ltdWxhdGlvbi1zaW11bGF0aW9uLXNpbXVsYXRpb24="
RETELL_KEY = "key_simulation"
SURVEY_EVERY = timedelta(minutes=15)
DRAIN_S = 5.0
Serve = Callable[["Life"], Awaitable[None]]


@asynccontextmanager
async def _standing(life: "Life", stack: AsyncExitStack) -> AsyncIterator[asyncio.Event]:
    """Open, wait until the service is to stop, close."""
    stop = asyncio.Event()
    async with stack:
        yield stop
        life.is_up.set()
        await stop.wait()


async def staff_registry(life: "Life") -> None:
    """Who works where."""
    stack = AsyncExitStack()
    async with _standing(life, stack) as stop:
        pool = await stack.enter_async_context(postgres.pool(life.database_url))
        channels = Channels(
            *(life.channel(one, REGISTRY_PEERS_S) for one in ("booking", "calcom_sync", "availability"))
        )
        parts = assemble_registry(
            pool, Sealer(SECRETS_KEY), channels.peers(), life.clock, CalendarSync(channels.calendar_sync)
        )
        await life.serve(parts.servicer)
        await stack.enter_async_context(
            background(lambda: parts.saga.run(parts.news.wait), name="resolutions", stop=stop)
        )


async def availability_service(life: "Life") -> None:
    """What is free, and what is held."""
    stack = AsyncExitStack()
    async with _standing(life, stack) as stop:
        enter = stack.enter_async_context
        connections = availability.Connections(
            pool=await enter(postgres.pool(life.database_url)),
            redis=await enter(connected(life.redis_url, cluster=False)),
            registry=life.channel("staff_registry", 2.0, availability_registry.RETRIED),
            booking=life.channel("booking", 2.0),
            calendars=life.channel("calcom_sync", 2.0),
        )
        ours = availability.replica(
            connections,
            life.clock,
            rules=HoldRules(
                cap=timedelta(seconds=900), claimed=timedelta(seconds=120), per_call=5, per_number=10
            ),
            reread_after=timedelta(seconds=30),
            warm_wait=timedelta(seconds=10),
        )
        for name, run in ours.loops.items():
            await enter(background(run, name=name, stop=stop))
        await life.serve(as_servicer(ours.servicer), carries=True)


async def booking(life: "Life") -> None:
    """What was agreed."""
    stack = AsyncExitStack()
    async with _standing(life, stack) as stop:
        enter, clock = stack.enter_async_context, life.clock
        pool = await enter(postgres.pool(life.database_url))
        own_pool = await enter(postgres.pool(life.database_url, connections_max=OWN_CONNECTIONS))
        slots = await enter(life.trunk("availability", DEADLINE_S, HARMLESS_TO_REPEAT))
        registry = life.channel("staff_registry", REGISTRY_S, (GET_BUSINESS, GET_MESSAGE_SETUP))
        events = EventLog(own_pool)
        for name, old, kept in (
            ("forget requests", SqlRequests(pool), KEPT),
            ("forget history", SqlHistory(pool), timedelta(days=365)),
        ):
            await enter(background(partial(forget_old, old, clock, kept=kept), name=name, stop=stop))
        terms = HoldTerms(lasting=timedelta(seconds=1800), opens=8, closes=20)
        waiting = waiting_work(pool, slots, registry, clock=clock, terms=terms, events=events)
        await enter(booking_working(own_pool, waiting.handlers, stop=stop, drain_s=DRAIN_S))
        for name, run in waiting.loops.items():
            await enter(background(run, name=name, stop=stop))
        await life.serve(
            booking_service(
                pool, slots, registry, clock=clock, calendar_domain="kunden.example.org", events=events
            ),
            carries=True,
        )


async def calcom_sync(life: "Life") -> None:
    """What stands at Cal.com."""
    stack = AsyncExitStack()
    async with _standing(life, stack) as stop:
        enter, clock = stack.enter_async_context, life.clock
        pool = await enter(postgres.pool(life.database_url, connections_max=AT_ONCE_MAX // 2 + 4))
        redis = await enter(Redis.from_url(life.redis_url))
        registry = life.channel("staff_registry", PEER_DEADLINE_S, HARMLESS)
        booking_stub = booking_grpc.BookingServiceStub(life.channel("booking", PEER_DEADLINE_S))
        directory = RegistryDirectory(staff_grpc.StaffRegistryServiceStub(registry), clock)
        calendar = CalcomCalendar(life.calcom, timeout_s=15.0)
        parts = assemble_sync(pool, redis, directory, calendar, clock, Terms(survey_every=SURVEY_EVERY))
        events = Consumer(booking_stub, SqlIntake(pool), clock, directory)
        queue = await enter(postgres.pool(life.database_url, connections_max=QUEUE_CONNECTIONS))
        await enter(sync_working(parts.worker, stop=stop, drain_s=DRAIN_S, queue=queue))
        for name, run in loops_of(parts, events, directory, BookingDesk(booking_stub), clock).items():
            await enter(background(run, name=name, stop=stop))
        life.listen(Starlette(routes=webhook_routes(directory, parts.worker.webhooks, clock)))
        servicer = CalendarSyncServicer(parts.backing, directory, clock, stop)
        await life.serve(Servicer(servicer, sync_grpc.add_CalendarSyncServiceServicer_to_server, FULL_NAME))


async def telephony_gateway(life: "Life") -> None:
    """What is said."""
    stack = AsyncExitStack()
    async with _standing(life, stack) as stop:
        enter = stack.enter_async_context
        settings = GatewaySettings(
            database_url=life.database_url,
            redis_url=life.redis_url,
            retell_api_key=RETELL_KEY,
            build="simulated",
        )
        memory = connect(life.redis_url)
        stack.push_async_callback(memory.aclose)
        connections = Connections(
            pool=await enter(postgres.pool(life.database_url)),
            redis=memory,
            registry=life.channel("staff_registry", UNHEARD_S, gateway_directory.HARMLESS_TO_REPEAT),
            availability=await enter(
                life.trunk("availability", UNHEARD_S, gateway_availability.HARMLESS_TO_REPEAT)
            ),
            booking=await enter(life.trunk("booking", UNHEARD_S, gateway_booking.HARMLESS_TO_REPEAT)),
        )
        gateway = assemble_gateway(settings, connections, clock=life.clock, missing=dict)
        stack.push_async_callback(gateway.twins.end)
        for name, run in (
            ("registry changes", gateway.directory.watch),
            ("ledger", gateway.ledger.write),
            ("truth", gateway.truth.run),
            ("upkeep", gateway.upkeep.run),
        ):
            await enter(background(run, name=name, stop=stop))
        life.listen(gateway.app)


SERVICES: dict[str, Serve] = {
    "staff_registry": staff_registry,
    "availability": availability_service,
    "booking": booking,
    "calcom_sync": calcom_sync,
    "telephony_gateway": telephony_gateway,
}
"""In the order in which they are started."""
