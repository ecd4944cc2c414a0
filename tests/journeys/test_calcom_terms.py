"""What a business may ask for at Cal.com, through the whole system: what is held is hidden there, and shown again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import httpx
import pytest
from journey_world import Caller, Whole

from chassis.grpc_client import channel
from rufbuch.staff.v1 import business_pb2, service_pb2, service_pb2_grpc
from rufbuch_cli.salon import import_business
from staff_registry.samples import SALON
from staff_registry.wire.describing import import_request

pytestmark = pytest.mark.processes
WITHIN_S = 20


async def salon_of(whole: Whole) -> business_pb2.Business:
    async with channel(whole.running["STAFF_REGISTRY_ADDRESS"], default_deadline_s=5) as opened:
        registry = service_pb2_grpc.StaffRegistryServiceStub(opened)
        asked = service_pb2.GetBusinessRequest(tenant_id=whole.tenant_id)
        return (await registry.GetBusiness(asked)).business


async def imported(whole: Whole, *, mirror_holds: bool) -> None:
    description = import_request(SALON.read_text(encoding="utf-8")).business
    description.calendar_terms.CopyFrom(business_pb2.CalendarTerms(mirror_holds=mirror_holds))
    await asyncio.to_thread(import_business, whole.running, description)


@pytest.fixture
async def mirrored(whole: Whole) -> AsyncIterator[business_pb2.Business]:
    await imported(whole, mirror_holds=True)
    yield await salon_of(whole)
    await imported(whole, mirror_holds=False)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.2)


async def test_what_is_held_is_hidden_at_cal_com_until_the_caller_hangs_up(
    whole: Whole, anna: Caller, mirrored: business_pb2.Business
) -> None:
    """Nobody else is shown the time on Cal.com's page while a caller makes up their mind."""
    day = (datetime.now().astimezone() + timedelta(days=9)).date()
    while day.weekday() not in {1, 2, 3}:
        day += timedelta(days=1)
    reply = await anna.wish(day.isoformat(), "10:00", staff="Anna")
    option = reply.body["options"][0]
    perm = next(one for one in mirrored.services if one.name == option["service"])
    person = next(one for one in mirrored.people if one.name == option["staff"])
    event_type = next(
        one.event_type_id
        for one in mirrored.mappings
        if (one.service_id, one.phase_position, one.person_id) == (perm.service_id, 0, person.person_id)
    )
    start = datetime.fromisoformat(option["start"])

    async def is_shown() -> bool:
        now = datetime.now().astimezone()
        # Cal.com remembers an answer for two seconds, by the exact question.
        until_ = start + timedelta(hours=1, seconds=now.second)
        async with httpx.AsyncClient(base_url=whole.running["CALCOM_BASE_URL"]) as calcom:
            answer = await calcom.get(
                "/v2/slots",
                params={"eventTypeId": event_type, "start": start.isoformat(), "end": until_.isoformat()},
                headers={"cal-api-version": "2024-09-04"},
            )
        answer.raise_for_status()
        shown = [slot["start"] for slots in answer.json()["data"].values() for slot in slots]
        return any(datetime.fromisoformat(one) == start for one in shown)

    async def is_hidden() -> bool:
        if not await is_shown():
            return True
        # That the business wants it may not have been heard of everywhere when the time was held.
        again = await anna.wish(day.isoformat(), "10:00", staff="Anna")
        assert again.body["options"][0]["start"] == option["start"]
        return False

    await until(is_hidden)
    await anna.hang_up()
    await until(is_shown)
