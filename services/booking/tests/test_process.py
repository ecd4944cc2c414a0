"""The service as a process runs it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from booking.__main__ import migrate, serve
from booking.settings import Settings
from booking.testing.samples import a_request
from chassis.grpc_client import channel, fault_of
from local_stack.embedded import free_port
from rufbuch.booking.v1 import service_pb2, service_pb2_grpc


@asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[tuple[grpc.aio.Channel, asyncio.Event]]:
    """A running service that says it is ready, a channel to it, and what stops it."""
    stop = asyncio.Event()
    running = asyncio.ensure_future(serve(settings, stop))
    async with (
        asyncio.timeout(30),
        channel(f"127.0.0.1:{settings.grpc_port}", default_deadline_s=5) as opened,
    ):
        await _ready(health_pb2_grpc.HealthStub(opened))
        yield opened, stop
        stop.set()
        await running


async def _ready(health: Any) -> None:
    """Ask again and again: the answer to each question comes as fast as the service can give it."""
    status = None
    while status != health_pb2.HealthCheckResponse.SERVING:
        status = (await health.Check(health_pb2.HealthCheckRequest(), wait_for_ready=True)).status


def settings_for(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        grpc_port=free_port(),
        metrics_port=free_port(),
        availability_address=f"127.0.0.1:{free_port()}",
        drain_s=20.0,
    )


async def test_it_serves_before_its_peers_are_up_and_books_nothing(database_url: str) -> None:
    settings = settings_for(database_url)
    async with process(settings) as (opened, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await service_pb2_grpc.BookingServiceStub(opened).BookAppointment(a_request())
        metrics = await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{settings.metrics_port}/metrics")

    fault = fault_of(caught.value)
    assert (fault.code, fault.reason) == (grpc.StatusCode.UNAVAILABLE, "AVAILABILITY_UNAVAILABLE")
    assert 'rufbuch_booking_bookings_total{outcome="availability_unavailable"}' in metrics.text


async def test_a_reader_of_events_does_not_hold_up_the_end(database_url: str) -> None:
    async with process(settings_for(database_url)) as (opened, stop):
        stream = service_pb2_grpc.BookingServiceStub(opened).WatchEvents(service_pb2.WatchEventsRequest())
        await stream.wait_for_connection()

        stop.set()

        async with asyncio.timeout(5):
            assert [event async for event in stream] == []


def test_migrating_again_is_harmless(database_url: str) -> None:
    migrate(settings_for(database_url))
