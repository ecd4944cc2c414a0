"""Starts the telephony-gateway: settings, wiring, serve."""

import asyncio
from contextlib import AsyncExitStack

from chassis import postgres, service
from chassis.clock import SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.http_server import http_server
from telephony_gateway.assembly import Connections, assemble
from telephony_gateway.clients import availability, booking, directory, shared
from telephony_gateway.http_api.functions import UNHEARD_S
from telephony_gateway.servicer import as_servicer
from telephony_gateway.settings import Settings
from trunk import client as trunk


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until told to stop; what is entered last ends first."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        connections = await _connect(settings, stack)
        readiness = service.Readiness(
            {"database": lambda: postgres.check(connections.pool)}, notice_s=settings.drain_notice_s
        )
        gateway = assemble(settings, connections, clock=SystemClock(), missing=lambda: readiness.missing)
        stack.push_async_callback(gateway.twins.end)
        await enter(service.background(gateway.directory.watch, name="registry changes", stop=stop))
        await enter(service.background(gateway.ledger.write, name="ledger", stop=stop))
        stack.push_async_callback(gateway.ledger.flush)
        await enter(service.background(gateway.truth.run, name="truth", stop=stop))
        stack.push_async_callback(gateway.upkeep.platform.close)
        await enter(service.background(gateway.upkeep.run, name="upkeep", stop=stop))
        grpc = await enter(
            grpc_server(
                [
                    as_servicer(
                        connections.pool,
                        SystemClock(),
                        callers=gateway.callers,
                        agent_version=settings.retell_agent_version,
                        build=settings.build,
                    )
                ],
                host=settings.host,
                port=settings.grpc_port,
                drain_s=settings.drain_s,
            )
        )
        await enter(
            http_server(gateway.app, host=settings.host, port=settings.metrics_port, drain_s=settings.drain_s)
        )
        await enter(
            http_server(gateway.app, host=settings.host, port=settings.http_port, drain_s=settings.drain_s)
        )
        await enter(service.background(lambda: readiness.watch(grpc), name="readiness", stop=stop))
        await stop.wait()


async def _connect(settings: Settings, stack: AsyncExitStack) -> Connections:
    enter = stack.enter_async_context
    pool = await enter(postgres.pool(settings.database_url))
    memory = shared.connect(settings.redis_url)
    stack.push_async_callback(memory.aclose)
    # What is done for a caller has the budget of its function; this is for everything else.
    return Connections(
        pool=pool,
        redis=memory,
        registry=await enter(
            channel(
                settings.staff_registry_address,
                default_deadline_s=UNHEARD_S,
                retried=directory.HARMLESS_TO_REPEAT,
            )
        ),
        availability=await enter(
            trunk.channel(
                settings.availability_address,
                default_deadline_s=UNHEARD_S,
                retried=availability.HARMLESS_TO_REPEAT,
            )
        ),
        booking=await enter(
            trunk.channel(
                settings.booking_address,
                default_deadline_s=UNHEARD_S,
                retried=booking.HARMLESS_TO_REPEAT,
            )
        ),
    )


def main() -> None:
    """The entry of ``python -m telephony_gateway``."""
    service.main(
        "telephony-gateway",
        Settings,
        serve,
        lambda settings: postgres.migrate(settings.database_url, "telephony_gateway"),
    )


if __name__ == "__main__":
    main()
