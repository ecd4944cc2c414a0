"""Keys and webhooks are found out about before a caller is."""

from typing import TYPE_CHECKING, Any

import grpc
import pytest
from peers import PERSON, SECRET, TENANT

from chassis.grpc_client import fault_of
from rufbuch.calendarsync.v1 import service_pb2
from sandbox.calcom.embedded import OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage

BASE = "https://sync.example.org"
TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
)


async def _checked(stub: Any, *, fix: bool = False, base: str = BASE) -> service_pb2.AccountCheck:
    request = service_pb2.CheckAccountsRequest(tenant_id=str(TENANT), webhook_base_url=base, fix=fix)
    answer: service_pb2.CheckAccountsResponse = await stub.CheckAccounts(request)
    (account,) = answer.accounts
    return account


async def _subscribed(stage: "Stage", triggers: tuple[str, ...] = TRIGGERS, **more: object) -> None:
    told: dict[str, object] = {"subscriberUrl": f"{BASE}/calcom/webhook/{TENANT}", "secret": SECRET, **more}
    body = {"active": True, "triggers": list(triggers), **told}
    (await stage.cal.call("POST", "/v2/webhooks", body)).raise_for_status()


async def test_an_account_that_can_be_worked_with_has_no_faults(stage: "Stage", stub: Any) -> None:
    await _subscribed(stage)
    found = await _checked(stub)
    assert (found.reached, list(found.faults), found.person_id) == (True, [], str(PERSON))
    assert not (await _checked(stub, base="")).faults


async def test_a_key_that_is_refused_is_found(stage: "Stage", stub: Any) -> None:
    """CS-25: a wrong key was found out about by 401s of bookings."""
    stage.registry.api_key = "cal_of_nobody"
    (fault,) = (await _checked(stub)).faults
    assert "key is refused" in fault
    assert "cal_of_nobody" not in fault


async def test_a_key_of_somebody_else_is_found_and_nothing_of_hers_is_changed(
    stage: "Stage", stub: Any
) -> None:
    """CS-25, CS-23: bookings would go to another person's account."""
    stage.registry.api_key = OTHER_KEY
    found = await _checked(stub, fix=True)
    assert found.faults[0] == "its key belongs to otto"
    assert stage.cal.world.store.webhooks.all() == []


async def test_a_missing_webhook_is_a_fault_and_registered_on_request(stage: "Stage", stub: Any) -> None:
    assert list((await _checked(stub)).faults) == ["no webhook of it tells us anything"]
    mended = await _checked(stub, fix=True)
    assert (list(mended.faults), len(mended.repairs)) == ([], 1)
    assert not (await _checked(stub)).faults
    (hook,) = stage.cal.world.store.webhooks.all()
    assert (hook.subscriber_url, hook.secret) == (f"{BASE}/calcom/webhook/{TENANT}", SECRET)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"active": False}, "switched off"),
        ({"triggers": ["BOOKING_CREATED"]}, "BOOKING_CANCELLED"),
        ({"secret": "another"}, "another secret"),
        ({"payloadTemplate": "{}"}, "of its own making"),
    ],
)
async def test_a_webhook_that_does_not_tell_everything_is_corrected(
    stage: "Stage", stub: Any, wrong: dict[str, Any], words: str
) -> None:
    """CS-10: webhooks that were never heard."""
    await _subscribed(stage, **wrong)
    assert words in "; ".join((await _checked(stub)).faults)
    await _checked(stub, fix=True)
    left = (await _checked(stub)).faults
    assert not left or "payloadTemplate" in wrong


async def test_a_webhook_of_another_business_is_not_ours(stage: "Stage", stub: Any) -> None:
    await stage.cal.subscribe(*TRIGGERS, subscriberUrl=f"{BASE}/calcom/webhook/another", secret=SECRET)
    assert (await _checked(stub)).faults


@pytest.mark.parametrize("kind", ["server_error", "rate_limit"])
async def test_what_cal_com_says_instead_is_told(stage: "Stage", stub: Any, kind: str) -> None:
    await stage.cal.fault(kind, "^/v2/me$", "GET")
    (fault,) = (await _checked(stub)).faults
    assert fault.startswith("Cal.com says: ")


async def test_webhooks_are_not_mended_at_no_address(stage: "Stage", stub: Any) -> None:
    request = service_pb2.CheckAccountsRequest(tenant_id=str(TENANT), fix=True)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.CheckAccounts(request)
    assert fault_of(caught.value).reason == "REQUEST_INVALID"
