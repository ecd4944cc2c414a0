"""Runs the service."""

import asyncio
from contextlib import AsyncExitStack

from starlette.applications import Starlette

from booking.assembly import booking_service
from booking.clients.availability import DEADLINE_S, HARMLESS_TO_REPEAT
from booking.clients.registry import DEADLINE_S as REGISTRY_S
from booking.clients.registry import GET_BUSINESS
from booking.settings import Settings
from booking.storage.requests import SqlRequests
from booking.usecases.forget_requests import forget_requests
from chassis import postgres
from chassis.clock import SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.http_server import http_server, operations_routes
from chassis.service import Readiness, background, main


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until stopped; what is entered last ends first."""
    host, drain_s, clock = settings.host, settings.drain_s, SystemClock()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        pool = await enter(postgres.pool(settings.database_url))
        availability = await enter(
            channel(settings.availability_address, default_deadline_s=DEADLINE_S, retried=HARMLESS_TO_REPEAT)
        )
        registry = await enter(
            channel(settings.staff_registry_address, default_deadline_s=REGISTRY_S, retried=[GET_BUSINESS])
        )
        readiness = Readiness({"database": lambda: postgres.check(pool)})
        operations = Starlette(routes=operations_routes(lambda: readiness.missing))
        await enter(http_server(operations, host=host, port=settings.metrics_port, drain_s=drain_s))
        forget = SqlRequests(pool)
        await enter(background(lambda: forget_requests(forget, clock), name="forget requests", stop=stop))
        servicer = booking_service(
            pool, availability, registry, clock=clock, calendar_domain=settings.calendar_email_domain
        )
        server = await enter(grpc_server([servicer], host=host, port=settings.grpc_port, drain_s=drain_s))
        await enter(background(lambda: readiness.watch(server), name="readiness", stop=stop))
        await stop.wait()


def migrate(settings: Settings) -> None:
    """Bring the schema to the newest version."""
    postgres.migrate(settings.database_url, "booking")


if __name__ == "__main__":
    main("booking", Settings, serve, migrate)
