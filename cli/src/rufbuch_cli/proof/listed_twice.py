"""One human who is listed twice, in a business with real services around: registry, booking, availability and calendar-sync
in this process, over gRPC, on a real PostgreSQL and Redis. Cal.com itself is not asked for anything here."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import grpc
from cryptography.fernet import Fernet
from google.protobuf.timestamp_pb2 import Timestamp
from redis.asyncio import Redis

from availability.application import Connections, replica
from availability.clients.redis_holds import connected
from availability.domain.holds import HoldRules
from availability.servicer import as_servicer
from booking.assembly import booking_service
from booking.clients.availability import HARMLESS_TO_REPEAT
from calcom_sync.assembly import Parts, Terms, assemble
from calcom_sync.clients.calcom import CalcomCalendar, calcom_http
from calcom_sync.clients.registry import RegistryDirectory
from calcom_sync.consumer import Consumer
from calcom_sync.domain.busy import Owner, Source, Span
from calcom_sync.servicer import FULL_NAME, CalendarSyncServicer
from calcom_sync.storage.intake import SqlIntake
from chassis import postgres
from chassis.clock import Clock, SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import Servicer, grpc_server
from chassis.postgres import Pool
from chassis.service import background
from rufbuch.availability.v1 import service_pb2_grpc as availability_grpc
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2_grpc as copies_grpc
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from staff_registry.assembly import Channels
from staff_registry.assembly import assemble as assemble_registry
from staff_registry.clients.calendar_sync import CalendarSync
from staff_registry.storage.resolutions import SqlResolutions
from staff_registry.storage.sealing import Sealer
from staff_registry.usecases.peers import Peers

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub

DEADLINE_S = 20.0
"""A machine that does much else may be slow to answer."""
SERVICES = ("staff_registry", "booking", "availability", "calcom_sync")


@dataclass
class Stage:
    """Everything that runs, and how it is asked."""

    staff: "StaffRegistryServiceAsyncStub"
    bookings: "BookingServiceAsyncStub"
    slots: "AvailabilityServiceAsyncStub"
    resolutions: SqlResolutions
    peers: Peers
    copies: Parts
    pools: Mapping[str, Pool]
    """By service."""
    clock: Clock = field(default_factory=SystemClock)

    async def elsewhere(self, tenant_id: str, person_id: str, account_id: str, start: datetime) -> None:
        """Somebody has booked an account at Cal.com for an hour, as a pass over it notes."""
        owner = Owner(*map(uuid.UUID, (tenant_id, account_id, person_id)))
        span = Span(start, start + timedelta(hours=1))
        await self.copies.backing.busy.appear(
            owner, Source.BOOKING, f"uid-{account_id}", span, self.clock.now()
        )


@asynccontextmanager
async def stage(urls: Mapping[str, str], redis_url: str) -> AsyncIterator[Stage]:
    """All four services over migrated databases; ends them in order. No worker carries resolutions out: that is for whoever
    kills it."""
    ports = {name: _free_port() for name in SERVICES}
    clock, stop = SystemClock(), asyncio.Event()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        pools = {name: await enter(postgres.pool(urls[name], connections_max=12)) for name in SERVICES}
        to = {
            name: await enter(
                channel(f"127.0.0.1:{port}", default_deadline_s=DEADLINE_S, retried=HARMLESS_TO_REPEAT)
            )
            for name, port in ports.items()
        }
        sealer = Sealer(Fernet.generate_key().decode())
        peers = Channels(to["booking"], to["calcom_sync"], to["availability"]).peers()
        calendars = CalendarSync(to["calcom_sync"])
        registry = assemble_registry(pools["staff_registry"], sealer, peers, clock, calendars)
        await _serve(stack, ports["staff_registry"], registry.servicer)
        booking = booking_service(
            pools["booking"], to["availability"], to["staff_registry"], clock=clock,
            calendar_domain="kunden.example.org",
        )  # fmt: skip
        await _serve(stack, ports["booking"], booking)
        copies = await _copies(stack, ports["calcom_sync"], pools["calcom_sync"], redis_url, to, stop)
        await _availability(stack, ports["availability"], pools["availability"], redis_url, to, stop)
        yield Stage(
            staff_grpc.StaffRegistryServiceStub(to["staff_registry"]),
            booking_grpc.BookingServiceStub(to["booking"]),
            availability_grpc.AvailabilityServiceStub(to["availability"]),
            registry.resolutions,
            peers,
            copies,
            pools,
        )


async def _serve(stack: AsyncExitStack, port: int, *servicers: Servicer) -> None:
    server = await stack.enter_async_context(grpc_server(servicers, host="127.0.0.1", port=port, drain_s=1))
    await server.set_ready(ready=True)


async def _copies(
    stack: AsyncExitStack,
    port: int,
    pool: Pool,
    redis_url: str,
    to: Mapping[str, grpc.aio.Channel],
    stop: asyncio.Event,
) -> Parts:
    clock = SystemClock()
    directory = RegistryDirectory(staff_grpc.StaffRegistryServiceStub(to["staff_registry"]), clock)
    redis = await stack.enter_async_context(Redis.from_url(redis_url))
    http = await stack.enter_async_context(calcom_http("http://127.0.0.1:9", timeout_s=1))
    parts = assemble(pool, redis, directory, CalcomCalendar(http, timeout_s=1), clock, Terms())
    events = Consumer(booking_grpc.BookingServiceStub(to["booking"]), SqlIntake(pool), clock, directory)
    for name, run in (("events", events.follow), ("changes", directory.watch)):
        await stack.enter_async_context(background(run, name=name, stop=stop))
    servicer = CalendarSyncServicer(parts.backing, directory, clock, stop)
    add = copies_grpc.add_CalendarSyncServiceServicer_to_server
    await _serve(stack, port, Servicer(servicer, add, FULL_NAME))
    return parts


async def _availability(
    stack: AsyncExitStack,
    port: int,
    pool: Pool,
    redis_url: str,
    to: Mapping[str, grpc.aio.Channel],
    stop: asyncio.Event,
) -> None:
    redis = await stack.enter_async_context(connected(redis_url, cluster=False, timeout_s=DEADLINE_S))
    connections = Connections(pool, redis, to["staff_registry"], to["booking"], to["calcom_sync"])
    ours = replica(
        connections, SystemClock(), rules=HoldRules(), reread_after=timedelta(seconds=30),
        warm_wait=timedelta(seconds=10), redis_timeout_s=DEADLINE_S,
    )  # fmt: skip
    for name, run in ours.loops.items():
        await stack.enter_async_context(background(run, name=name, stop=stop))
    await _serve(stack, port, as_servicer(ours.servicer))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stamp(instant: datetime) -> Timestamp:
    """As the API has it."""
    made = Timestamp()
    made.FromDatetime(instant.astimezone(UTC))
    return made
