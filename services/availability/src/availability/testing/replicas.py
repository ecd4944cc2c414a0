"""Replicas of this service inside the test's process, behind the real gRPC server, on real PostgreSQL and Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import grpc

from availability.application import Connections, Replica, replica
from availability.clients.redis_holds import connected
from availability.domain.holds import HoldRules
from availability.servicer import as_servicer
from chassis import postgres
from chassis.clock import Clock
from chassis.service import background
from chassis.testing import serving
from rufbuch.availability.v1 import service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

SLOW_MACHINE_S = 5.0
"""A machine that runs all tests at once may be slow to answer."""
LOOK_EVERY_S = 0.01


@dataclass(frozen=True)
class Running:
    """A replica that serves."""

    replica: Replica
    stub: "AvailabilityServiceAsyncStub"


@dataclass(frozen=True)
class Surroundings:
    """What replicas share."""

    database_url: str
    redis_url: str
    peers: grpc.aio.Channel
    clock: Clock
    calendars: grpc.aio.Channel | None = None
    """To calendar-sync, where it is not with the other peers."""

    @asynccontextmanager
    async def running(
        self, *, redis_timeout_s: float = SLOW_MACHINE_S, wait: bool = True
    ) -> AsyncIterator[Running]:
        """One more replica, once it has caught up with its peers."""
        async with AsyncExitStack() as stack:
            redis = connected(self.redis_url, cluster=False, timeout_s=redis_timeout_s)
            connections = Connections(
                pool=await stack.enter_async_context(postgres.pool(self.database_url, connections_max=4)),
                redis=await stack.enter_async_context(redis),
                registry=self.peers,
                booking=self.peers,
                calendars=self.calendars or self.peers,
            )
            ours = replica(
                connections,
                self.clock,
                rules=HoldRules(),
                reread_after=timedelta(seconds=30),
                warm_wait=timedelta(seconds=10),
                redis_timeout_s=redis_timeout_s,
            )
            stop = asyncio.Event()
            for name, run in ours.loops.items():
                await stack.enter_async_context(background(run, name=name, stop=stop))
            channel = await stack.enter_async_context(serving(as_servicer(ours.servicer)))
            if wait:
                await until(lambda: ours.bookings.connected and ours.businesses.connected)
            yield Running(ours, service_pb2_grpc.AvailabilityServiceStub(channel))


async def until(condition: Callable[[], bool], *, within_s: float = 10) -> None:
    """Wait for what another task or service will bring about. Raises TimeoutError."""

    async def holds() -> bool:
        return condition()

    await eventually(holds, within_s=within_s)


async def eventually(condition: Callable[[], Awaitable[bool]], *, within_s: float = 10) -> None:
    """The same for a condition that has to be asked for. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in other services
            await asyncio.sleep(LOOK_EVERY_S)
