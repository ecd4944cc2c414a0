"""The whole system as separate processes, once for all journeys, beside whatever else runs on this machine."""

import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import astuple
from pathlib import Path

import httpx
import pytest
from journey_world import Caller, Whole

from local_stack.accounts import server_account, temporary_directory
from local_stack.ports import HOST, Ports
from local_stack.settings import LocalSettings
from local_stack.stack import Stack
from rufbuch_cli.installation import Running
from rufbuch_cli.salon import import_salon
from sandbox.callers.retell import Retell

OFFSETS = range(311, 1700, 97)


@pytest.fixture(scope="session")
def whole() -> Iterator[Whole]:
    directory = temporary_directory(server_account())
    try:
        yield from _running(directory / ".rufbuch")
    finally:
        shutil.rmtree(directory)


def _running(state_dir: Path) -> Iterator[Whole]:
    settings = LocalSettings(state_dir=state_dir, port_offset=_free_offset())
    with Stack(settings) as stack:
        running = Running(stack.installation.environment(), settings.state_dir)
        yield Whole(stack, running, import_salon(running).tenant_id)


def _free_offset() -> int:
    return next(offset for offset in OFFSETS if all(map(_is_free, astuple(Ports().shifted(offset)))))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


@pytest.fixture
async def retell(whole: Whole) -> AsyncIterator[Retell]:
    async with httpx.AsyncClient(timeout=10) as client:
        yield Retell(whole.running["GATEWAY_URL"], whole.running["RETELL_API_KEY"], client)


@pytest.fixture
def anna(retell: Retell) -> Caller:
    return Caller(retell, "+493023125042")


@pytest.fixture
def bert(retell: Retell) -> Caller:
    return Caller(retell, "anonymous")
