"""Services on a node of their own, whose cables to Redis, to PostgreSQL or to the rest are pulled and plugged in again."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from holidays import country_holidays
from journey_world import Whole, until

from local_stack.namespaces import Cable, Namespace, namespace, relayed
from local_stack.ports import HOST
from local_stack.rufbuch import SERVICES
from rufbuch_cli.outages.judging import fault
from rufbuch_cli.outages.playing import all_at_once, facts, prepared
from sandbox.callers.retell import Retell

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

ANSWER_WITHIN_S = 4.0
"""A function's budget and what the way costs on a busy machine."""
HEALED_WITHIN_S = 30.0


@dataclass
class Node:
    """A gateway and an availability service in a namespace; everything else is reached over cables."""

    network: Namespace
    gateway_url: str
    processes: list[subprocess.Popen[bytes]]

    async def missing(self) -> dict[str, str] | None:
        """What the gateway lacks; None where it does not answer."""
        try:
            async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                return dict((await client.get(f"{self.gateway_url}/readyz")).json()["missing"])
        except httpx.TransportError:
            return None

    async def is_ready(self) -> bool:
        """Whether calls are welcome."""
        return await self.missing() == {}

    async def lacks_its_database(self) -> bool:
        """Whether it has noticed."""
        return "database" in (await self.missing() or {})

    def cable(self, name: str) -> Cable:
        """By what is at its other end."""
        return self.network.cables[name]


@pytest.fixture(scope="module")
def node(whole: Whole) -> Iterator[Node]:
    """Where this machine gives no namespaces, the test fails and says what is missing."""
    ports = whole.stack.installation.ports
    with ExitStack() as stack:
        network = stack.enter_context(namespace(["postgres", "redis", "rest"]))
        cables = network.cables
        stack.enter_context(relayed(cables["postgres"], [ports.postgres]))
        stack.enter_context(relayed(cables["redis"], [ports.redis]))
        stack.enter_context(relayed(cables["rest"], [ports.staff_registry, ports.booking, ports.calcom_sync]))
        processes = [
            stack.enter_context(_started(whole, network, name))
            for name in ("availability", "telephony-gateway")
        ]
        yield Node(network, f"http://{cables['rest'].there}:{ports.gateway_http}", processes)


@contextmanager
def _started(whole: Whole, network: Namespace, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs while inside, and ends in order."""
    service = next(each for each in SERVICES if each.name == name)
    process = subprocess.Popen(
        network.command(sys.executable, "-m", service.package),
        env=_environment(whole, network, name),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _environment(whole: Whole, network: Namespace, name: str) -> dict[str, str]:
    """As on this machine, but over the cables; availability is on the same node as the gateway."""
    given, cables = whole.stack.environment_of(name), network.cables
    peers = {
        variable: f"{HOST if 'AVAILABILITY' in variable else cables['rest'].here}:{value.rpartition(':')[2]}"
        for variable, value in given.items()
        if variable.endswith("_ADDRESS")
    }
    return {
        **given,
        **peers,
        "RUFBUCH_HOST": "0.0.0.0",
        "RUFBUCH_DATABASE_URL": given["RUFBUCH_DATABASE_URL"].replace(HOST, cables["postgres"].here),
        "RUFBUCH_REDIS_URL": given["RUFBUCH_REDIS_URL"].replace(HOST, cables["redis"].here),
        # Its own end of the collector is not on any cable.
        "OTEL_EXPORTER_OTLP_ENDPOINT": "",
        "PATH": os.environ["PATH"],  # noqa: TID251 - where ip is
    }


@pytest.fixture
async def there(whole: Whole, node: Node) -> AsyncIterator[Retell]:
    """Retell, as it calls the gateway on that node, once it is ready."""
    await until(node.is_ready, within_s=HEALED_WITHIN_S)
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        yield Retell(node.gateway_url, whole.running["RETELL_API_KEY"], client)


@pytest.mark.parametrize(("cut", "weeks", "first_number"), [("redis", 14, 700), ("postgres", 16, 740)])
async def test_a_service_that_is_cut_off_says_what_is_true_and_heals_by_itself(
    whole: Whole, node: Node, there: Retell, cut: str, weeks: int, first_number: int
) -> None:
    """A connection that is cut says nothing: whoever waits for it without a limit waits for ever."""
    booking = whole.running["BOOKING_ADDRESS"]
    askings = await prepared(there, _wednesday(weeks), first_number=first_number)
    for asking, known in zip(askings, await facts(booking, whole.tenant_id, askings), strict=True):
        asking.had = known.states
    node.cable(cut).pull()
    try:
        heard = await all_at_once(askings)
        if cut == "postgres":
            await until(node.lacks_its_database)
    finally:
        node.cable(cut).plug()
    known_then = await facts(booking, whole.tenant_id, askings)

    in_time = [replace(one, seconds=0.0) for one in heard if one.seconds < ANSWER_WITHIN_S]
    assert len(in_time) == len(askings)
    assert [why for one, so in zip(in_time, known_then, strict=True) if (why := fault(one, so))] == []
    await until(node.is_ready, within_s=HEALED_WITHIN_S)
    healed = await prepared(there, _wednesday(weeks + 1), first_number=first_number + 20)
    states = [known.states for known in await facts(booking, whole.tenant_id, healed)]
    assert ("booked",) in states
    assert all(process.poll() is None for process in node.processes)


def _wednesday(weeks: int) -> date:
    """One on which the salon is open."""
    today = datetime.now(UTC).date()
    day = today + timedelta(days=(3 - today.isoweekday()) % 7 + 7 * weeks)
    return day if day not in country_holidays("DE", subdiv="BE") else day + timedelta(weeks=3)
