"""What stands in accounts is read for whoever sets up a business, and nothing of it is changed."""

from typing import TYPE_CHECKING, Any

import grpc
import pytest
from peers import TENANT

from chassis.grpc_client import fault_of
from rufbuch.calendarsync.v1 import accounts_pb2
from sandbox.calcom.embedded import OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage


async def _described(stub: Any, *, tenant: str = "", **keys: str) -> list[accounts_pb2.DescribedAccount]:
    request = accounts_pb2.DescribeAccountsRequest(tenant_id=tenant, api_keys=keys)
    return list((await stub.DescribeAccounts(request)).accounts)


async def test_the_accounts_of_a_business_are_read_with_their_event_types_and_schedules(
    stage: "Stage", stub: Any
) -> None:
    (account,) = await _described(stub, tenant=str(TENANT))
    assert account.account_id
    assert account.error == ""
    assert account.username
    assert account.event_types[0].event_type_id > 0
    assert account.event_types[0].length_minutes > 0
    (schedule,) = account.schedules
    assert schedule.is_default
    assert schedule.spans[0].weekdays
    changing = [
        one for one in (await stage.cal.client.get("/admin/requests")).json() if one["method"] != "GET"
    ]
    before = len(changing)
    await _described(stub, tenant=str(TENANT))
    changing = [
        one for one in (await stage.cal.client.get("/admin/requests")).json() if one["method"] != "GET"
    ]
    assert len(changing) == before


async def test_an_account_is_read_with_a_key_that_is_given(stage: "Stage", stub: Any) -> None:
    (account,) = await _described(stub, otto=OTHER_KEY)
    assert (account.key_name, account.username, account.account_id) == ("otto", "otto", "")


async def test_a_key_that_is_refused_is_told_with_its_account_and_not_quoted(stub: Any) -> None:
    bad, good = await _described(stub, bad="cal_of_nobody", good=OTHER_KEY)
    assert bad.error.startswith("Cal.com says")
    assert "cal_of_nobody" not in bad.error
    assert good.username == "otto"


@pytest.mark.parametrize(
    "keys", [{"a": ""}, {"a": "x" * 501}, {"a": "a b"}, {f"k{n}": "x" for n in range(51)}]
)
async def test_what_is_no_key_is_refused(stub: Any, keys: dict[str, str]) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await _described(stub, **keys)
    assert fault_of(caught.value).reason == "REQUEST_INVALID"


async def test_a_business_that_is_not_there_is_unknown(stub: Any) -> None:
    for tenant, reason in (
        ("6f1b6a54-52f5-4c0e-9a3d-0d2f1f6b7c12", "BUSINESS_UNKNOWN"),
        ("x", "REQUEST_INVALID"),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await _described(stub, tenant=tenant)
        assert fault_of(caught.value).reason == reason


async def test_what_the_budget_does_not_allow_now_is_said(stage: "Stage", stub: Any) -> None:
    """CS-20: an import must not use up what bookings need."""
    setup = await stage.directory.setup(TENANT)
    assert setup
    await stage.parts.backing.budget.take(next(iter(setup.accounts.values())), 1000, stage.cal.clock.now())
    (account,) = await _described(stub, tenant=str(TENANT))
    assert account.wait_seconds > 0
    assert "budget" in account.error
