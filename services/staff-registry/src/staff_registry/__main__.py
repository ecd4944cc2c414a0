"""Puts the service together and runs it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette

from chassis import postgres
from chassis.clock import SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.http_server import http_server, operations_routes
from chassis.service import Readiness, background, main
from staff_registry.assembly import Channels, assemble
from staff_registry.clients.calendar_sync import DEADLINE_S, CalendarSync
from staff_registry.settings import Settings
from staff_registry.storage.sealing import Sealer


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until stopped; what is entered last ends first."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(postgres.pool(settings.database_url))
        sealer, clock = Sealer(settings.secrets_key.get_secret_value()), SystemClock()
        channels = await stack.enter_async_context(peer_channels(settings))
        parts = assemble(pool, sealer, channels.peers(), clock, CalendarSync(channels.calendar_sync))
        readiness = Readiness(
            {"postgres": lambda: postgres.check(pool), "secrets": parts.businesses.check_secrets},
            notice_s=settings.drain_notice_s,
        )
        operations = Starlette(routes=operations_routes(lambda: readiness.missing))
        host, drain_s = settings.host, settings.drain_s
        await stack.enter_async_context(
            http_server(operations, host=host, port=settings.metrics_port, drain_s=drain_s)
        )
        server = await stack.enter_async_context(
            grpc_server([parts.servicer], host=host, port=settings.grpc_port, drain_s=drain_s)
        )
        await stack.enter_async_context(
            background(lambda: readiness.watch(server), name="readiness", stop=stop)
        )
        await stack.enter_async_context(
            background(lambda: parts.saga.run(parts.news.wait), name="resolutions", stop=stop)
        )
        await stop.wait()


@asynccontextmanager
async def peer_channels(settings: Settings) -> AsyncIterator[Channels]:
    """Nobody has to answer before somebody is merged or linked."""
    addresses = (settings.booking_address, settings.calcom_sync_address, settings.availability_address)
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(channel(address, default_deadline_s=DEADLINE_S))
            for address in addresses
        ]
        yield Channels(*opened)


def migrate(settings: Settings) -> None:
    """Bring the schema up to date."""
    postgres.migrate(settings.database_url, "staff_registry")


if __name__ == "__main__":
    main("staff-registry", Settings, serve, migrate)
