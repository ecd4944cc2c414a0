"""Is an installation ready for calls? What is broken at Cal.com is found, and mended on request."""

import httpx
import pytest
from journey_world import Whole

from chassis.grpc_client import channel
from rufbuch.staff.v1 import business_pb2, changes_pb2, service_pb2, service_pb2_grpc
from rufbuch_cli import doctor
from rufbuch_cli.doctor.findings import Finding, Level
from rufbuch_cli.import_business import actor
from rufbuch_cli.salon import _sandbox_key

pytestmark = pytest.mark.processes


async def examined(whole: Whole, *, fix: bool = False) -> list[Finding]:
    running = whole.running
    base_url = running["CALCOM_WEBHOOK_BASE_URL"]
    return list(await doctor._examined(running, "", fix=fix, webhook_base_url=base_url))


def faults(found: list[Finding]) -> list[str]:
    return [f"{one.what}: {one.words}" for one in found if one.level is Level.FAULT]


async def salon(whole: Whole) -> business_pb2.Business:
    async with channel(whole.running["STAFF_REGISTRY_ADDRESS"], default_deadline_s=5) as opened:
        registry = service_pb2_grpc.StaffRegistryServiceStub(opened)
        asked = service_pb2.GetBusinessRequest(tenant_id=whole.tenant_id)
        return (await registry.GetBusiness(asked)).business


async def last_actor(whole: Whole) -> str:
    async with channel(whole.running["STAFF_REGISTRY_ADDRESS"], default_deadline_s=5) as opened:
        registry = service_pb2_grpc.StaffRegistryServiceStub(opened)
        asked = changes_pb2.ListChangesRequest(tenant_id=whole.tenant_id, page_size=1)
        return (await registry.ListChanges(asked)).records[0].actor


async def test_a_fresh_installation_is_ready(whole: Whole) -> None:
    assert faults(await examined(whole)) == []


async def test_that_nobody_would_hear_of_an_alarm_is_said(whole: Whole) -> None:
    """OB-06: an alarm without a channel is a line in a log. OB-13: "ready" is what was looked at, not what was written."""
    notes = [str(one) for one in await examined(whole) if one.level is Level.NOTE]
    assert any("nobody would hear of one" in note for note in notes)
    assert any("nobody would notice that alarms stop" in note for note in notes)


async def test_a_test_alarm_without_a_channel_is_a_fault(whole: Whole) -> None:
    running = whole.running
    told = await doctor._examined(running, "", fix=False, webhook_base_url="", alarm_test=True)
    assert any("there is no channel" in fault for fault in faults(list(told)))


async def test_what_is_gone_at_cal_com_is_found_and_made_again(whole: Whole) -> None:
    """CS-13: stale ids of event types. CS-25: nobody knew before a booking failed."""
    business = await salon(whole)
    account = business.people[0].accounts[0]
    key = {"Authorization": f"Bearer {_sandbox_key(account.key)}"}
    mine = next(one for one in business.mappings if one.account_id == account.account_id)
    async with httpx.AsyncClient(base_url=whole.running["CALCOM_BASE_URL"], headers=key) as calcom:
        version = {"cal-api-version": "2024-06-14"}
        gone = await calcom.delete(f"/v2/event-types/{mine.event_type_id}", headers=version)
        hooks = (await calcom.get("/v2/webhooks")).json()["data"]
        for hook in hooks:
            await calcom.delete(f"/v2/webhooks/{hook['id']}")
    assert (gone.status_code, len(hooks)) == (200, 1)

    broken = "\n".join(faults(await examined(whole)))
    told = await examined(whole, fix=True)
    mended = [one for one in told if one.level is Level.MENDED]

    assert f"event type {mine.event_type_id}" in broken
    assert "no webhook of it tells us anything" in broken
    assert len(mended) == 2
    assert faults(await examined(whole)) == []
    after = {
        (one.service_id, one.phase_position, one.person_id): one.event_type_id
        for one in (await salon(whole)).mappings
    }
    before = {
        (one.service_id, one.phase_position, one.person_id): one.event_type_id for one in business.mappings
    }
    assert after.keys() == before.keys()
    assert sum(after[spot] != before[spot] for spot in before) == 1
    assert await last_actor(whole) == actor()
