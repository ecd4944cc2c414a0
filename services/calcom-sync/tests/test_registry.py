"""What the registry says is remembered for a while, and not longer than it is true."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from calcom_sync.clients.registry import FRESH_FOR

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
