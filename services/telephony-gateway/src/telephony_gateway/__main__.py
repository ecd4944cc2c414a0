"""Starts the telephony-gateway: settings, wiring, serve."""

import asyncio
from contextlib import AsyncExitStack

import redis.asyncio
from opentelemetry.instrumentation.redis import RedisInstrumentor

from chassis import postgres, service
from chassis.clock import SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import Servicer, grpc_server
from chassis.http_server import http_server
from rufbuch.telephony.v1 import service_pb2_grpc
from telephony_gateway.clients.availability import AvailabilityClient
from telephony_gateway.clients.booking import HARMLESS_TO_REPEAT, BookingClient
from telephony_gateway.clients.directory import RegistryDirectory
from telephony_gateway.clients.replay_guard import ReplayGuard
from telephony_gateway.http_api.admission import Door
from telephony_gateway.http_api.app import build_app
from telephony_gateway.http_api.dispatch import functions
from telephony_gateway.http_api.functions import FunctionsEndpoint
from telephony_gateway.http_api.webhook import WebhookEndpoint
from telephony_gateway.servicer import CallServicer
from telephony_gateway.settings import Settings
from telephony_gateway.storage.calls import Calls
from telephony_gateway.storage.ledger import Ledger

NAME = "telephony-gateway"
REDIS_TIMEOUT_S = 0.2


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until told to stop; what is entered last ends first."""
    RedisInstrumentor().instrument()
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        pool = await enter(postgres.pool(settings.database_url))
        shared = redis.asyncio.Redis.from_url(
            settings.redis_url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S
        )
        stack.push_async_callback(shared.aclose)
        budget_s = settings.function_budget_s
        registry = await enter(channel(settings.staff_registry_address, default_deadline_s=budget_s))
        availability = await enter(channel(settings.availability_address, default_deadline_s=budget_s))
        booking = await enter(
            channel(settings.booking_address, default_deadline_s=budget_s, retried=HARMLESS_TO_REPEAT)
        )
        directory, slots, ledger = RegistryDirectory(registry), AvailabilityClient(availability), Ledger(pool)
        await enter(service.background(directory.watch, name="registry changes", stop=stop))
        await enter(service.background(ledger.write, name="ledger", stop=stop))
        stack.push_async_callback(ledger.flush)

        readiness = service.Readiness({"database": lambda: postgres.check(pool)})
        door = Door(settings.retell_keys, ReplayGuard(shared), clock)
        app = build_app(
            FunctionsEndpoint(
                door,
                directory,
                functions(slots, BookingClient(booking)),
                ledger,
                clock,
                budget_s,
                settings.build,
            ),
            WebhookEndpoint(door, directory, slots, ledger, clock),
            lambda: readiness.missing,
        )
        servicer = Servicer(
            CallServicer(Calls(pool)),
            service_pb2_grpc.add_CallServiceServicer_to_server,
            "rufbuch.telephony.v1.CallService",
        )
        grpc = await enter(
            grpc_server([servicer], host=settings.host, port=settings.grpc_port, drain_s=settings.drain_s)
        )
        await enter(service.background(lambda: readiness.watch(grpc), name="readiness", stop=stop))
        await enter(
            http_server(app, host=settings.host, port=settings.metrics_port, drain_s=settings.drain_s)
        )
        await enter(http_server(app, host=settings.host, port=settings.http_port, drain_s=settings.drain_s))
        await stop.wait()


def main() -> None:
    """The entry of ``python -m telephony_gateway``."""
    service.main(
        NAME, Settings, serve, lambda settings: postgres.migrate(settings.database_url, "telephony_gateway")
    )


if __name__ == "__main__":
    main()
