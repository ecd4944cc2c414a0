"""Runs the service: ``python -m availability``, or with ``migrate`` brings its schema up to date."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from starlette.applications import Starlette

from availability.application import Connections, Replica, replica
from availability.clients import registry
from availability.clients.redis_holds import connected
from availability.domain.holds import HoldRules
from availability.servicer import as_servicer
from availability.settings import Settings
from chassis import postgres
from chassis.clock import SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.http_server import http_server, operations_routes
from chassis.service import Readiness, background, main
from trunk.server import carrying

PEER_DEADLINE_S = 2.0


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until told to stop; what was opened first is closed last."""
    async with AsyncExitStack() as stack:
        connections = await _connect(stack, settings)
        ours = replica(
            connections,
            SystemClock(),
            rules=_rules(settings),
            reread_after=timedelta(seconds=settings.registry_reread_s),
            warm_wait=timedelta(seconds=settings.warm_wait_s),
        )
        readiness = _readiness(connections, ours, settings.drain_notice_s)
        for name, run in ours.loops.items():
            await stack.enter_async_context(background(run, name=name, stop=stop))
        operations = Starlette(routes=operations_routes(lambda: readiness.missing))
        await stack.enter_async_context(
            http_server(operations, host=settings.host, port=settings.metrics_port, drain_s=settings.drain_s)
        )
        server = await stack.enter_async_context(
            grpc_server(
                [as_servicer(ours.servicer)],
                host=settings.host,
                port=settings.grpc_port,
                drain_s=settings.drain_s,
                ways=[carrying],
            )
        )
        await stack.enter_async_context(
            background(lambda: readiness.watch(server), name="readiness", stop=stop)
        )
        await stop.wait()


async def _connect(stack: AsyncExitStack, settings: Settings) -> Connections:
    return Connections(
        pool=await stack.enter_async_context(postgres.pool(settings.database_url)),
        redis=await stack.enter_async_context(connected(settings.redis_url, cluster=settings.redis_cluster)),
        registry=await stack.enter_async_context(
            channel(
                settings.staff_registry_address,
                default_deadline_s=PEER_DEADLINE_S,
                retried=registry.RETRIED,
            )
        ),
        booking=await stack.enter_async_context(
            channel(settings.booking_address, default_deadline_s=PEER_DEADLINE_S)
        ),
        calendars=await stack.enter_async_context(
            channel(settings.calcom_sync_address, default_deadline_s=PEER_DEADLINE_S)
        ),
    )


def _readiness(connections: Connections, ours: Replica, notice_s: float) -> Readiness:
    """Redis and the calendars outside are not among them: searches are answered without."""
    return Readiness(
        {
            "database": lambda: postgres.check(connections.pool),
            "businesses": ours.businesses.check,
            "bookings": ours.bookings.check,
            "warm": ours.warming.check,
        },
        notice_s=notice_s,
    )


def _rules(settings: Settings) -> HoldRules:
    return HoldRules(
        cap=timedelta(seconds=settings.hold_cap_s),
        claimed=timedelta(seconds=settings.hold_claimed_s),
        per_call=settings.holds_per_call,
        per_number=settings.holds_per_number,
        patience=timedelta(seconds=settings.hold_patience_s),
    )


def migrate(settings: Settings) -> None:
    """Bring the schema up to date."""
    postgres.migrate(settings.database_url, "availability")


if __name__ == "__main__":
    main("availability", Settings, serve, migrate)
