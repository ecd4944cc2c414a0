"""The program as it runs: over TCP, killed, started again, asked to stop."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sandbox.calcom.conformance.__main__ import a_far_tuesday
from sandbox.calcom.conformance.story import STORY
from sandbox.calcom.conformance.teller import Teller
from sandbox.calcom.embedded import HOST_KEY, OTHER_KEY


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running(port: int, state: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {"RUFBUCH_STANDIN_PORT": str(port), "RUFBUCH_STANDIN_STATE": str(state)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "sandbox.calcom", env=environment)
    try:
        await healthy(port)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def healthy(port: int) -> None:
    async with asyncio.timeout(20), httpx.AsyncClient() as client:
        while True:
            try:
                await client.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


@pytest.mark.processes
async def test_the_process_tells_the_story_survives_a_kill_and_stops_when_asked(tmp_path: Path) -> None:
    port, state, today = free_port(), tmp_path / "calcom.db", datetime.now(UTC)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        async with running(port, state) as process:
            for name, key in (("vera", HOST_KEY), ("otto", OTHER_KEY)):
                order = {"name": name, "email": f"{name}@example.org", "apiKey": key}
                await client.put(f"/admin/users/{name}", json=order)
            teller = Teller(client, HOST_KEY, OTHER_KEY, a_far_tuesday(today.date()), "1")
            assert await teller.tell(STORY) == []
            before = (await client.get("/admin/bookings")).json()
            process.kill()
            await process.wait()
        async with running(port, state) as process:
            assert (await client.get("/admin/bookings")).json() == before
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(15):
                assert await process.wait() == 0


async def test_unusable_settings_end_the_program_with_their_names() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox.calcom",
        env={"RUFBUCH_STANDIN_PORT": "high"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert (process.returncode, b"RUFBUCH_STANDIN_PORT" in errors) == (2, True)
