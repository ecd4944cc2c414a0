"""The service as a process of its own: settings, readiness, an orderly end."""

import asyncio
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import grpc
import pytest

from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import eventually
from availability.testing.salon import known, search
from chassis.grpc_server import grpc_server
from local_stack.embedded import free_port
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.availability.v1 import service_pb2_grpc


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


@asynccontextmanager
async def process(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "availability", env={"PATH": os.environ["PATH"], **environment}  # noqa: TID251 - handed on
    )  # fmt: skip
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


@pytest.fixture
def environment(database_url: str, redis_url: str) -> dict[str, str]:
    ports = {name: str(free_port()) for name in ("RUFBUCH_GRPC_PORT", "RUFBUCH_METRICS_PORT")}
    peers = f"127.0.0.1:{free_port()}"
    return {
        **ports,
        "RUFBUCH_DATABASE_URL": database_url,
        "RUFBUCH_REDIS_URL": redis_url,
        "RUFBUCH_STAFF_REGISTRY_ADDRESS": peers,
        "RUFBUCH_BOOKING_ADDRESS": peers,
        "RUFBUCH_CALCOM_SYNC_ADDRESS": f"127.0.0.1:{free_port()}",
    }


async def test_it_is_ready_once_its_peers_were_heard_answers_and_ends_in_order(
    environment: dict[str, str], registry: RegistryPeer, booking: BookingPeer
) -> None:
    operations = f"http://127.0.0.1:{environment['RUFBUCH_METRICS_PORT']}"

    def says(path: str, status: int) -> Callable[[], Awaitable[bool]]:
        async def asked() -> bool:
            return (await asyncio.to_thread(fetch, operations + path))[0] == status

        return asked

    async with process(environment) as service:
        await eventually(says("/readyz", 503), within_s=30)
        port = int(environment["RUFBUCH_BOOKING_ADDRESS"].split(":")[1])
        servicers = [registry.as_servicer(), booking.as_servicer()]
        async with grpc_server(servicers, host="127.0.0.1", port=port, drain_s=0) as peers:
            await peers.set_ready(ready=True)
            await eventually(says("/readyz", 200), within_s=30)
            async with grpc.aio.insecure_channel(f"127.0.0.1:{environment['RUFBUCH_GRPC_PORT']}") as channel:
                stub = service_pb2_grpc.AvailabilityServiceStub(channel)
                week = pb.TimeWindow()
                week.start_time.GetCurrentTime()
                week.end_time.FromSeconds(week.start_time.seconds + 7 * 86_400)
                found = await stub.SearchSlots(search(windows=[week], call_id="a"))
            assert found.hold_state == pb.HOLD_STATE_HELD
            assert found.options[0].service_id == known("cut")
            metrics = (await asyncio.to_thread(fetch, f"{operations}/metrics"))[1]
            assert 'rufbuch_availability_holds_total{outcome="created"} 3.0' in metrics
            assert 'rufbuch_availability_stream_lag_seconds{stream="bookings"}' in metrics
            assert 'rufbuch_availability_stream_lag_seconds{stream="calendars"} 3.1536e+07' in metrics
        service.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(service.wait(), 20) == 0
