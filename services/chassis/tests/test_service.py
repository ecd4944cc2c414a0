"""Settings, loops, readiness, HTTP."""

import asyncio
import socket
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest
from starlette.applications import Starlette

from chassis.http_server import http_server, operations_routes
from chassis.service import Readiness, background
from chassis.settings import ServiceSettings, load


class Settings(ServiceSettings):
    tea_minutes: int


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_all_wrong_settings_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUFBUCH_GRPC_PORT", "many")
    monkeypatch.delenv("RUFBUCH_DATABASE_URL", raising=False)
    with pytest.raises(SystemExit):
        load(Settings)
    said = capsys.readouterr().err
    for name in ("RUFBUCH_GRPC_PORT", "RUFBUCH_DATABASE_URL", "RUFBUCH_TEA_MINUTES", "RUFBUCH_METRICS_PORT"):
        assert name in said


async def test_a_loop_that_fails_stops_the_process_loudly() -> None:
    stop = asyncio.Event()

    async def broken() -> None:
        raise KeyError("a bug")

    with pytest.raises(RuntimeError, match="broken"):
        async with background(broken, name="broken", stop=stop):
            await asyncio.wait_for(stop.wait(), 5)


async def test_a_loop_ends_with_its_service() -> None:
    ended = asyncio.Event()

    async def patient() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with background(patient, name="patient", stop=asyncio.Event()):
        await asyncio.sleep(0)
    assert ended.is_set()


async def test_readiness_names_what_is_missing_and_why() -> None:
    async def there() -> None: ...

    async def away() -> None:
        raise ConnectionError("refused")

    readiness = Readiness({"redis": there, "database": away})
    with suppress(TimeoutError):
        await asyncio.wait_for(readiness.watch(), 0.1)
    assert readiness.missing == {"database": "ConnectionError: refused"}


async def test_the_operations_routes_answer() -> None:
    missing = {"database": "refused"}
    port = free_port()
    app = Starlette(routes=operations_routes(lambda: missing))
    async with http_server(app, host="127.0.0.1", port=port, drain_s=1), httpx.AsyncClient() as client:
        async with asyncio.timeout(5):
            healthy = await _get(client, f"http://127.0.0.1:{port}/healthz")
        ready = await client.get(f"http://127.0.0.1:{port}/readyz")
        metrics = await client.get(f"http://127.0.0.1:{port}/metrics")
    assert (healthy.status_code, ready.status_code, metrics.status_code) == (200, 503, 200)
    assert ready.json()["missing"] == missing


async def _get(client: httpx.AsyncClient, url: str) -> httpx.Response:
    while True:
        try:
            return await client.get(url)
        except httpx.ConnectError:
            await asyncio.sleep(0.01)


async def test_a_taken_http_port_is_an_error_at_start() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            async with http_server(Starlette(), host="127.0.0.1", port=taken.getsockname()[1], drain_s=1):
                pass


IN_A_PROCESS_OF_ITS_OWN = """
import asyncio, gc, weakref
from chassis.service import Readiness

class Circle: pass

async def nothing(): pass

async def main():
    readiness = Readiness({"nothing": nothing})
    watching = asyncio.create_task(readiness.watch())
    while readiness.missing or not gc.get_freeze_count():
        await asyncio.sleep(0)
    watching.cancel()
    print(gc.get_freeze_count(), len(gc.get_objects()))
    circle = Circle()
    circle.itself, seen = circle, weakref.ref(circle)
    del circle
    gc.collect()
    print(seen())

asyncio.run(main())
"""


def test_what_is_loaded_once_it_is_ready_is_not_looked_through_again() -> None:
    """A full collection stood all calls still for 50 to 150 ms; circles that come later are found as before."""
    said = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN], check=True, capture_output=True, text=True
    )
    (left_out, looked_at), (circle,) = (line.split() for line in said.stdout.splitlines())
    assert int(left_out) > 10 * int(looked_at)
    assert circle == "None"
