"""The whole system as separate processes, once for all journeys, beside whatever else runs on this machine."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from journey_world import Caller, Whole
from neighbours import NUMBER, Theirs, furnished

from local_stack.accounts import quick_directory, server_account
from local_stack.installation import Installation
from local_stack.offsets import claimed_offset
from local_stack.programs import Program
from local_stack.readiness import NotReadyError
from local_stack.rufbuch import rufbuch_programs
from local_stack.settings import LocalSettings
from local_stack.stack import Stack
from rufbuch_cli.installation import Running
from rufbuch_cli.measure import measured_business
from rufbuch_cli.salon import import_business, import_salon
from sandbox.callers.retell import Retell

STARTS_MAX = 3
GENEROUS = {
    "calcom": {"RUFBUCH_STANDIN_RATE_LIMIT": "1200"},
    "calcom-sync": {"RUFBUCH_CALCOM_REQUESTS_PER_MINUTE": "1000", "RUFBUCH_CALCOM_BURST": "100"},
}
"""Ten times what Cal.com allows: all journeys ask with one key, and each would wait for what those before have spent of its
minute. That the limit is kept is for the tests of calcom-sync."""


def generous(installation: Installation) -> list[Program]:
    """The programs of the system, by Cal.com's limit less bound."""
    return [
        replace(program, environment={**program.environment, **GENEROUS.get(program.name, {})})
        for program in rufbuch_programs(installation)
    ]


@pytest.fixture(scope="session")
def whole() -> Iterator[Whole]:
    directory = quick_directory(server_account())
    try:
        yield from _running(directory / ".rufbuch")
    finally:
        shutil.rmtree(directory)


def _running(state_dir: Path) -> Iterator[Whole]:
    with _started(state_dir) as stack:
        running = Running(stack.installation.environment(), state_dir)
        yield Whole(stack, running, import_salon(running).tenant_id)


@contextmanager
def _started(state_dir: Path) -> Iterator[Stack]:
    with ExitStack() as kept:
        yield _entered(kept, state_dir)


def _entered(kept: ExitStack, state_dir: Path) -> Stack:
    """Running. Between the look at a port and its use somebody's connection may have got it; then others are taken."""
    for _ in range(STARTS_MAX - 1):
        with ExitStack() as trying, suppress(NotReadyError):
            offset = trying.enter_context(claimed_offset())
            stack = trying.enter_context(
                Stack(LocalSettings(state_dir=state_dir, port_offset=offset), table=generous)
            )
            kept.push(trying.pop_all())
            return stack
    offset = kept.enter_context(claimed_offset())
    return kept.enter_context(Stack(LocalSettings(state_dir=state_dir, port_offset=offset), table=generous))


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


@pytest.fixture
def callers(retell: Retell) -> Callable[[str], Caller]:
    """A call from a number."""
    return lambda number: Caller(retell, number)


@pytest.fixture
def ours(whole: Whole) -> str:
    """Another business than the reference salon: its tenant id."""
    return import_business(whole.running, measured_business()).tenant_id


@pytest.fixture
async def theirs(whole: Whole, retell: Retell) -> AsyncIterator[tuple[Theirs, Caller]]:
    """What the reference salon keeps of one caller, who is still on the phone."""
    caller = Caller(retell, NUMBER)
    yield await furnished(whole, caller), caller
    await caller.hang_up()
