"""Puts the service together and runs it."""

import asyncio
import uuid
from contextlib import AsyncExitStack

from starlette.applications import Starlette

from booking.clients.availability import CLAIM, DEADLINE_S, AvailabilityOptions
from booking.servicer import booking_servicer
from booking.settings import Settings
from booking.storage.appointments import SqlAppointments
from booking.storage.bookings import SqlBookings
from booking.storage.events import SqlEvents
from booking.usecases.book_appointment import BookAppointment
from booking.usecases.forget_requests import forget_requests
from chassis import postgres
from chassis.clock import SystemClock
from chassis.eventlog import EventLog
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.http_server import http_server, operations_routes
from chassis.service import Readiness, background, main


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until stopped; what is entered last ends first."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        pool = await enter(postgres.pool(settings.database_url))
        availability = await enter(
            channel(settings.availability_address, default_deadline_s=DEADLINE_S, retried=[CLAIM])
        )
        clock, events = SystemClock(), EventLog(pool)
        bookings = SqlBookings(pool, events)
        book = BookAppointment(
            AvailabilityOptions(availability), bookings,
            clock=clock, new_id=uuid.uuid4, calendar_domain=settings.calendar_email_domain,
        )  # fmt: skip
        readiness = Readiness({"database": lambda: postgres.check(pool)})
        routes = operations_routes(lambda: readiness.missing)
        await enter(background(lambda: forget_requests(bookings, clock), name="forget requests", stop=stop))
        await enter(
            http_server(
                Starlette(routes=routes),
                host=settings.host,
                port=settings.metrics_port,
                drain_s=settings.drain_s,
            )
        )
        servicer = booking_servicer(book, SqlAppointments(pool), SqlEvents(events), stop)
        server = await enter(
            grpc_server([servicer], host=settings.host, port=settings.grpc_port, drain_s=settings.drain_s)
        )
        await enter(background(lambda: readiness.watch(server), name="readiness", stop=stop))
        await stop.wait()


def migrate(settings: Settings) -> None:
    """Bring the schema to the newest version."""
    postgres.migrate(settings.database_url, "booking")


if __name__ == "__main__":
    main("booking", Settings, serve, migrate)
