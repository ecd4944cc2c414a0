"""Who is dialled: from memory, kept true by the registry's changes, and one hop to resolve a call."""

import asyncio
from collections.abc import AsyncIterator, Callable

import grpc
import pytest
from gateway_world import BRANCH, CALLER, DIALLED, TENANT, Registry, World

from chassis.grpc_server import Servicer
from chassis.service import background
from chassis.testing import serving
from rufbuch.staff.v1 import service_pb2_grpc
from telephony_gateway.clients.directory import RegistryDirectory
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.usecases.ports import NobodyDialled, PeerError


@pytest.fixture
def registry() -> Registry:
    return Registry()  # type: ignore[abstract] # answers what the gateway asks for


@pytest.fixture
async def channel(registry: Registry) -> AsyncIterator[grpc.aio.Channel]:
    add = service_pb2_grpc.add_StaffRegistryServiceServicer_to_server
    async with serving(Servicer(registry, add, "rufbuch.staff.v1.StaffRegistryService")) as opened:
        yield opened


@pytest.fixture
async def watching(channel: grpc.aio.Channel) -> AsyncIterator[RegistryDirectory]:
    directory = RegistryDirectory(channel)
    async with background(directory.watch, name="changes", stop=asyncio.Event()):
        yield directory


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - state of another task
            await asyncio.sleep(0.005)


async def test_a_number_that_nobody_has_asked_for_is_resolved_in_one_hop(
    channel: grpc.aio.Channel, registry: Registry
) -> None:
    branch = await RegistryDirectory(channel).dialled(DIALLED)
    assert isinstance(branch, DialledBranch)
    assert (branch.branch_id, registry.reads, registry.business_reads) == (BRANCH, 1, 0)


async def test_a_business_that_the_registry_tells_of_is_known_before_anybody_calls(
    watching: RegistryDirectory, registry: Registry
) -> None:
    registry.tell(TENANT)
    await until(lambda: registry.business_reads == 1)
    await until(lambda: watching.language_of(DIALLED).tag == "de-DE")
    await watching.dialled(DIALLED)
    assert registry.reads == 0


async def test_a_change_is_heard_at_once_and_by_the_next_caller(
    watching: RegistryDirectory, registry: Registry
) -> None:
    registry.tell(TENANT)
    await until(lambda: registry.business_reads == 1)
    registry.business.name = "Salon Umbenannt"
    registry.tell(TENANT)
    await until(lambda: registry.business_reads == 2)
    branch = await watching.dialled(DIALLED)
    assert isinstance(branch, DialledBranch)
    assert branch.business_name == "Salon Umbenannt"


async def test_what_was_read_before_a_change_is_not_remembered_after_it(
    watching: RegistryDirectory, registry: Registry
) -> None:
    """A change that comes while the answer is under way: the old answer would stand until the next one."""
    registry.gate = asyncio.Event()
    asking = asyncio.create_task(watching.dialled(DIALLED))
    await until(lambda: registry.reads == 1)
    registry.tell(TENANT)
    await until(lambda: registry.business_reads >= 1)
    registry.gate.set()
    await asking
    registry.business.name = "Salon Umbenannt"
    registry.tell(TENANT)
    await until(lambda: registry.business_reads >= 2)
    branch = await watching.dialled(DIALLED)
    assert isinstance(branch, DialledBranch)
    assert branch.business_name == "Salon Umbenannt"


async def test_a_number_that_is_nobodys_is_asked_for_again(
    channel: grpc.aio.Channel, registry: Registry
) -> None:
    """TG-17"""
    directory = RegistryDirectory(channel)
    found = [await directory.dialled("+493023125999") for _ in range(2)]
    assert found == [NobodyDialled(), NobodyDialled()]


async def test_while_the_registry_is_away_what_is_known_is_known(
    channel: grpc.aio.Channel, registry: Registry
) -> None:
    seconds = [0.0]
    directory = RegistryDirectory(channel, seconds=lambda: seconds[0])
    known = await directory.dialled(DIALLED)
    registry.is_down, seconds[0] = True, 600.0
    assert await directory.dialled(DIALLED) == known
    seconds[0] = 2 * 3600.0
    with pytest.raises(PeerError):
        await directory.dialled(DIALLED)


async def test_tenant_and_caller_of_a_ringing_call_are_one_hop(world: World) -> None:
    """The business is known from memory; who calls is asked of booking, once."""
    await world.phone.inbound()
    world.registry.reads, world.booking.lookups = 0, []
    await world.phone.inbound()
    # Nobody watches the registry in these tests, so an entry is used for its minute.
    assert (world.registry.reads, world.registry.business_reads, world.booking.lookups) == (0, 0, [CALLER])
