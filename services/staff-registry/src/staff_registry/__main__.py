"""Puts the service together and runs it."""

import asyncio
from contextlib import AsyncExitStack

from starlette.applications import Starlette

from chassis import postgres
from chassis.clock import SystemClock
from chassis.eventlog import EventLog
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.http_server import http_server, operations_routes
from chassis.service import Readiness, background, main
from staff_registry.clients.calendar_sync import DEADLINE_S, CalendarSync
from staff_registry.servicer import staff_registry_servicer
from staff_registry.settings import Settings
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.storage.sealing import Sealer


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until stopped; what is entered last ends first."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(postgres.pool(settings.database_url))
        events = EventLog(pool)
        store = SqlBusinesses(pool, events, Sealer(settings.secrets_key.get_secret_value()))
        readiness = Readiness({"postgres": lambda: postgres.check(pool), "secrets": store.check_secrets})
        operations = Starlette(routes=operations_routes(lambda: readiness.missing))
        host, drain_s = settings.host, settings.drain_s
        await stack.enter_async_context(
            http_server(operations, host=host, port=settings.metrics_port, drain_s=drain_s)
        )
        calendars = CalendarSync(
            await stack.enter_async_context(
                channel(settings.calcom_sync_address, default_deadline_s=DEADLINE_S)
            )
        )
        servicer = staff_registry_servicer(store, events, SystemClock(), calendars)
        server = await stack.enter_async_context(
            grpc_server([servicer], host=host, port=settings.grpc_port, drain_s=drain_s)
        )
        await stack.enter_async_context(
            background(lambda: readiness.watch(server), name="readiness", stop=stop)
        )
        await stop.wait()


def migrate(settings: Settings) -> None:
    """Bring the schema up to date."""
    postgres.migrate(settings.database_url, "staff_registry")


if __name__ == "__main__":
    main("staff-registry", Settings, serve, migrate)
