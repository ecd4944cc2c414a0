"""The whole system as separate processes, once for all journeys, beside whatever else runs on this machine."""

import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import astuple, dataclass

import httpx
import pytest

from local_stack.ports import HOST, Ports
from local_stack.settings import LocalSettings
from local_stack.stack import Stack
from rufbuch_cli.call import new_line
from rufbuch_cli.installation import Running
from rufbuch_cli.salon import DIALLED_NUMBER, import_salon
from sandbox.callers.retell import Line, Reply, Retell

OFFSETS = range(311, 1700, 97)


@dataclass(frozen=True)
class Whole:
    """The running system, with the reference salon in it."""

    stack: Stack
    running: Running
    tenant_id: str


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    settings = LocalSettings(state_dir=tmp_path_factory.mktemp("whole"), port_offset=_free_offset())
    with Stack(settings) as stack:
        running = Running(stack.installation.environment(), settings.state_dir)
        yield Whole(stack, running, import_salon(running).tenant_id)


def _free_offset() -> int:
    return next(offset for offset in OFFSETS if all(map(_is_free, astuple(Ports().shifted(offset)))))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


class Caller:
    """Somebody on the phone, and the agent that serves her."""

    def __init__(self, retell: Retell, number: str) -> None:
        self.retell = retell
        self.line: Line = new_line(caller=number, dialled=DIALLED_NUMBER)

    async def ask(self, function: str, /, **arguments: str) -> Reply:
        return await self.retell.function(self.line, function, arguments)

    async def wish(self, day: str, time: str, service: str = "Dauerwelle", **more: str) -> Reply:
        return await self.ask("check_availability", dienstleistung=service, datum=day, uhrzeit=time, **more)

    async def hang_up(self) -> None:
        await self.retell.event(self.line, "call_ended")


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
