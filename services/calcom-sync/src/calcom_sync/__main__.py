"""The calcom-sync service: wiring, start and stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import grpc
import httpx
from redis.asyncio import Redis
from starlette.applications import Starlette

from calcom_sync.allowed import ALLOWED
from calcom_sync.assembly import Parts, Terms, assemble
from calcom_sync.clients.calcom import CalcomCalendar, calcom_http
from calcom_sync.clients.desk import BookingDesk
from calcom_sync.clients.registry import RegistryDirectory
from calcom_sync.consumer import Consumer
from calcom_sync.domain.patience import Patience
from calcom_sync.migration import migrate
from calcom_sync.rounds import every
from calcom_sync.servicer import FULL_NAME, CalendarSyncServicer
from calcom_sync.servicer_watch import watch_servicer
from calcom_sync.settings import Settings
from calcom_sync.storage.alarms import SqlAlarms
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.storage.queue import with_fixed_plans
from calcom_sync.usecases.plead import plead
from calcom_sync.watching import Watching, watch_of
from calcom_sync.webhook_routes import webhook_routes
from calcom_sync.worker import AT_ONCE_MAX, working
from chassis import postgres, service
from chassis.clock import Clock, SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import Servicer, grpc_server
from chassis.http_server import http_server, operations_routes
from chassis.service import Readiness, background
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2_grpc
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc

PEER_DEADLINE_S = 5.0
PLEAD_EVERY_S = 5.0
SURVEY_ROUND_EVERY_S = 10.0
RESERVE_EVERY_S = 1.0
QUEUE_CONNECTIONS = 6
HARMLESS = tuple(
    f"rufbuch.staff.v1.StaffRegistryService/{name}"
    for name in ("GetBusiness", "GetCalendarSetup", "ListBusinesses")
)


@dataclass(frozen=True)
class Outside:
    """What is open while the service runs."""

    pool: postgres.Pool
    redis: Redis
    registry: grpc.aio.Channel
    booking: grpc.aio.Channel
    calcom: httpx.AsyncClient
    alarms: httpx.AsyncClient


@asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Outside]:
    """Open everything; nothing has to answer yet."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        # Half of the jobs wait for Cal.com at any time, without a connection.
        pool = await enter(postgres.pool(settings.database_url, connections_max=AT_ONCE_MAX // 2 + 4))
        redis = await enter(Redis.from_url(settings.redis_url))
        registry = await enter(
            channel(settings.staff_registry_address, default_deadline_s=PEER_DEADLINE_S, retried=HARMLESS)
        )
        booking = await enter(channel(settings.booking_address, default_deadline_s=PEER_DEADLINE_S))
        calcom = await enter(calcom_http(settings.calcom_base_url, timeout_s=settings.calcom_timeout_s))
        alarms = await enter(httpx.AsyncClient())
        yield Outside(pool, redis, registry, booking, calcom, alarms)


def parts_of(settings: Settings, opened: Outside, directory: RegistryDirectory, clock: Clock) -> Parts:
    """Everything that the settings decide about."""
    terms = Terms(
        per_minute=settings.calcom_requests_per_minute,
        burst=settings.calcom_burst,
        timeout_s=settings.calcom_timeout_s,
        patience=Patience(setbacks_max=settings.calcom_attempts_max),
        survey_every=timedelta(seconds=settings.calcom_survey_every_s),
        kept=timedelta(days=settings.calcom_retention_days),
        by_redis=True,
    )
    calendar = CalcomCalendar(opened.calcom, timeout_s=settings.calcom_timeout_s)
    return assemble(opened.pool, opened.redis, directory, calendar, clock, terms)


def loops_of(
    parts: Parts,
    events: Consumer,
    directory: RegistryDirectory,
    desk: BookingDesk,
    clock: Clock,
) -> dict[str, Callable[[], Awaitable[None]]]:
    """What goes on for as long as the service runs."""

    def plea_round() -> Awaitable[object]:
        return plead(pleas=parts.pleas, desk=desk, clock=clock)

    return {
        "sweep": parts.worker.sweep,
        "old notes": parts.worker.forget,
        "changes": directory.watch,
        "events": events.follow,
        "pleas": lambda: every(PLEAD_EVERY_S, "pleas", plea_round),
        "reservations": lambda: every(RESERVE_EVERY_S, "reservations", parts.backing.mirror.round),
        "surveys": lambda: every(SURVEY_ROUND_EVERY_S, "surveys", parts.backing.surveyor.round),
    }


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until ``stop`` is set."""
    # It logs each URL, and with it the addresses of attendees.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    clock = SystemClock()
    async with outside(settings) as opened, AsyncExitStack() as stack:
        directory = RegistryDirectory(staff_grpc.StaffRegistryServiceStub(opened.registry), clock)
        parts = parts_of(settings, opened, directory, clock)
        worker = parts.worker
        booking = booking_grpc.BookingServiceStub(opened.booking)
        readiness = Readiness(
            {"database": lambda: postgres.check(opened.pool), "redis": opened.redis.ping},
            notice_s=settings.drain_notice_s,
        )
        enter = stack.enter_async_context
        queue = await enter(
            postgres.pool(with_fixed_plans(settings.database_url), connections_max=QUEUE_CONNECTIONS)
        )
        events = Consumer(booking, SqlIntake(queue), clock, directory)
        await enter(working(worker, stop=stop, drain_s=settings.drain_s, queue=queue))
        watch = watch_of(settings, opened.pool, opened.alarms, parts.backing.budget, events.lag_s, clock)
        watching = Watching(watch, opened.pool, settings.watch_every_s)
        loops = loops_of(parts, events, directory, BookingDesk(booking), clock)
        loops |= {"watch": watching.look, "alarms": watching.deliver}
        for name, run in loops.items():
            await enter(background(run, name=name, stop=stop))
        operations = operations_routes(lambda: readiness.missing)
        webhooks = webhook_routes(directory, worker.webhooks, clock)
        for app, port in (
            (Starlette(routes=operations), settings.metrics_port),
            (Starlette(routes=[*webhooks, *operations]), settings.http_port),
        ):
            await enter(http_server(app, host=settings.host, port=port, drain_s=settings.drain_s))
        servicer = Servicer(
            CalendarSyncServicer(parts.backing, directory, clock, stop),
            service_pb2_grpc.add_CalendarSyncServiceServicer_to_server,
            FULL_NAME,
            allowed=ALLOWED,
        )
        server = await enter(
            grpc_server(
                [servicer, watch_servicer(watch, SqlAlarms(opened.pool))],
                host=settings.host,
                port=settings.grpc_port,
                drain_s=settings.drain_s,
            )
        )
        await enter(background(lambda: readiness.watch(server), name="readiness", stop=stop))
        await stop.wait()


if __name__ == "__main__":
    service.main("calcom-sync", Settings, serve, lambda settings: migrate(settings.database_url))
