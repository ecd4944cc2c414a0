"""What the registry says is remembered for a while, and not longer than it is true."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from peers import ACCOUNT, PERSON, SERVICE, named

from calcom_sync.clients.registry import FRESH_FOR, RegistryDirectory
from calcom_sync.domain.setup import Spot
from calcom_sync.usecases.ports import SetupUnavailableError
from chassis.grpc_client import channel
from chassis.grpc_server import Servicer, grpc_server
from rufbuch.staff.v1 import business_pb2, service_pb2_grpc
from sandbox.calcom.embedded import HOST_KEY, OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage

TENANT = UUID("9e8e4e5b-1dc2-5f56-8e55-4847ce9ef1b4")


async def test_a_business_is_asked_for_once_in_a_while(stage: "Stage") -> None:
    ref = await stage.book()
    for _ in range(3):
        await stage.directory.setup(ref.tenant_id)
    assert stage.registry.asked == 2

    stage.cal.clock.advance(FRESH_FOR + timedelta(seconds=1))
    await stage.directory.setup(ref.tenant_id)
    assert stage.registry.asked == 4


async def test_a_change_at_the_registry_is_heard(stage: "Stage") -> None:
    ref = await stage.book()
    await stage.directory.setup(ref.tenant_id)
    watching = asyncio.create_task(stage.directory.watch())
    stage.registry.api_key = "cal_test_new"
    await stage.registry.changes.put(str(ref.tenant_id))

    async with asyncio.timeout(10):
        while "cal_test_new" not in await _keys(stage):  # noqa: ASYNC110 - the change comes over the network
            await asyncio.sleep(0.01)

    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_change_that_is_heard_of_while_it_is_being_read_is_read_as_well(stage: "Stage") -> None:
    """What was on its way was older than the change, and stayed for a minute."""
    stage.registry.answers = asyncio.Event()
    reading = asyncio.create_task(stage.directory.setup(TENANT))
    async with asyncio.timeout(10):
        while stage.registry.asked < 2:  # noqa: ASYNC110 - the question comes over the network
            await asyncio.sleep(0.01)
    stage.registry.api_key = "cal_test_new"
    stage.directory.forget(TENANT)
    stage.registry.answers.set()
    await reading

    assert await _keys(stage) == {"cal_test_new"}


async def test_a_business_that_cannot_be_read_is_one_of_which_nobody_says_anything(stage: "Stage") -> None:
    """Also where it was known before; and the passes over all businesses, which ended the process at it, go on."""
    other = named("another business")
    stage.registry.others.append(other)
    await stage.directory.setup(other)
    stage.registry.unreadable.append(other)
    stage.directory.forget(other)

    with pytest.raises(SetupUnavailableError):
        await stage.directory.setup(other)
    assert await stage.parts.backing.surveyor.round() == 1


async def test_while_the_registry_hangs_not_each_job_waits_for_it(stage: "Stage") -> None:
    """All that could be done at once waited, for what was known before."""
    servicer = Servicer(
        stage.registry,
        service_pb2_grpc.add_StaffRegistryServiceServicer_to_server,
        "rufbuch.staff.v1.StaffRegistryService",
    )
    async with (
        grpc_server([servicer], host="127.0.0.1", port=0, drain_s=0) as server,
        channel(f"127.0.0.1:{server.port}", default_deadline_s=0.5) as opened,
    ):
        await server.set_ready(ready=True)
        directory = RegistryDirectory(service_pb2_grpc.StaffRegistryServiceStub(opened), stage.cal.clock)
        known = await directory.setup(TENANT)
        stage.registry.answers, stage.registry.asked = asyncio.Event(), 0
        stage.cal.clock.advance(FRESH_FOR + timedelta(seconds=1))

        assert [await directory.setup(TENANT) for _ in range(5)] == [known] * 5
        assert stage.registry.asked == 2

        stage.registry.answers.set()
        stage.registry.api_key = "cal_test_new"
        directory.forget(TENANT)
        setup = await directory.setup(TENANT)
        assert setup
        assert {one.api_key for one in setup.accounts.values()} == {"cal_test_new"}


async def _keys(stage: "Stage") -> set[str]:
    setup = await stage.directory.setup(TENANT)
    return {one.api_key for one in setup.accounts.values()} if setup else set()


async def test_an_unknown_business_has_no_setup(stage: "Stage") -> None:
    assert await stage.directory.setup(uuid4()) is None


async def test_secrets_do_not_show_in_what_is_printed(stage: "Stage") -> None:
    setup = await stage.directory.setup((await stage.book()).tenant_id)
    assert setup
    assert "cal_test" not in repr(setup)
    assert setup.webhook_secret not in repr(setup)


async def test_an_account_without_a_key_is_none(stage: "Stage") -> None:
    stage.registry.api_key = ""
    setup = await stage.directory.setup((await stage.book()).tenant_id)
    assert setup
    assert not setup.accounts


async def test_of_two_accounts_of_one_human_new_copies_go_to_the_first_that_can_be_used(
    stage: "Stage",
) -> None:
    """Always the same one; where its key is gone, the other, and never nowhere (CS-08)."""
    otto = named("otto's account")
    stage.registry.link_account(otto, "otto", OTHER_KEY)
    stage.registry.map(0, 4711, account_id=otto)

    for key, expected in ((HOST_KEY, ACCOUNT), ("", otto), (HOST_KEY, ACCOUNT)):
        stage.registry.api_key = key
        stage.directory.forget(TENANT)
        setup = await stage.directory.setup(TENANT)
        assert setup
        target = setup.target(Spot(SERVICE, 0, PERSON))
        assert target
        assert target.account_id == expected
        assert (Spot(SERVICE, 0, PERSON), 4711) in set(setup.mapped(otto))


async def test_what_was_sent_to_one_account_is_called_off_there(stage: "Stage") -> None:
    """The account is the copy's, whatever the registry says since: else a cancellation goes where nothing is."""
    made, ref = await stage.booked()
    await stage.settled(ref)
    otto = named("otto's account")
    stage.registry.link_account(otto, "otto", OTHER_KEY)
    elsewhere = await stage.event_type_of_another(minutes=50)
    stage.registry.mappings[:] = [
        business_pb2.Mapping(
            service_id=one.service_id, phase_position=one.phase_position, person_id=one.person_id,
            account_id=str(otto), event_type_id=elsewhere,
        )
        for one in stage.registry.mappings
    ]  # fmt: skip
    stage.directory.forget(TENANT)
    await stage.call_off(made)
    found = await stage.settled(ref)

    assert {one.account_id for one in found.intents} == {ACCOUNT}
    assert await stage.bookings() == []
    assert await stage.cases() == []
