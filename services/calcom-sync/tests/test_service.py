"""The whole process: starts before its peers do, says when it is ready, ends in order."""

import asyncio
import socket
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from calcom_sync.__main__ import serve
from calcom_sync.settings import Settings
from chassis.grpc_client import channel
from chassis.settings import load


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    nobody = f"127.0.0.1:{_free_port()}"
    return Settings(
        database_url=database_url, redis_url=redis_url, grpc_port=_free_port(), http_port=_free_port(),
        metrics_port=_free_port(), staff_registry_address=nobody, booking_address=nobody,
        calcom_base_url="http://127.0.0.1:9", drain_s=2,
    )  # fmt: skip


async def test_it_is_ready_without_its_peers_and_ends_when_told(settings: Settings) -> None:
    stop = asyncio.Event()
    process = asyncio.create_task(serve(settings, stop))
    async with httpx.AsyncClient() as client, asyncio.timeout(30):
        for port in (settings.http_port, settings.metrics_port):
            await _ready(client, port)
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).text == "ok"
            assert "rufbuch_calcom_sync" in (await client.get(f"http://127.0.0.1:{port}/metrics")).text
        await _serving(settings.grpc_port)
        unsigned = await client.post(
            f"http://127.0.0.1:{settings.http_port}/calcom/webhook/9e8e4e5b-1dc2-5f56-8e55-4847ce9ef1b4",
            content=b"{}",
        )
        assert unsigned.status_code == 401
        stop.set()
        await process


async def _ready(client: httpx.AsyncClient, port: int) -> None:
    while True:
        try:
            if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                return
        except httpx.ConnectError:
            pass
        await asyncio.sleep(0.02)


async def _serving(port: int) -> None:
    async with channel(f"127.0.0.1:{port}", default_deadline_s=5) as opened:
        stub: Any = health_pb2_grpc.HealthStub(opened)  # its stub package leaves the methods out
        name = "rufbuch.calendarsync.v1.CalendarSyncService"
        while True:
            try:
                told = await stub.Check(health_pb2.HealthCheckRequest(service=name))
            except grpc.aio.AioRpcError:
                continue
            if told.status == health_pb2.HealthCheckResponse.SERVING:
                return
            await asyncio.sleep(0.02)


def test_all_that_is_missing_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUFBUCH_CALCOM_BASE_URL", "api.cal.com")
    with pytest.raises(SystemExit):
        load(Settings)
    told = capsys.readouterr().err
    for name in ("RUFBUCH_DATABASE_URL", "RUFBUCH_REDIS_URL", "RUFBUCH_CALCOM_BASE_URL"):
        assert name in told
