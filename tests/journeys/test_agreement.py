"""The check behind ``make demo`` can fail: what is wrong on one side is seen."""

import asyncio

import httpx
import pytest
from journey_world import Caller, Whole, weekday

from rufbuch_cli.agreement import Agreement, compare

pytestmark = pytest.mark.processes


async def compared(whole: Whole, appointment_id: str) -> Agreement:
    return await asyncio.to_thread(
        compare,
        whole.running,
        booking_database_url=whole.stack.installation.database_url("booking"),
        tenant_id=whole.tenant_id,
        appointment_id=appointment_id,
    )


async def test_a_booking_that_is_gone_at_cal_com_is_a_fault(whole: Whole, anna: Caller) -> None:
    checked = await anna.wish(weekday("Donnerstag", weeks=6), "14 Uhr")
    booked = await anna.ask(
        "start_booking", option_id=checked.body["options"][0]["option_id"], name="Kim Beispiel"
    )
    appointment_id = booked.body["appointment_id"]
    assert (await compared(whole, appointment_id)).holds
    async with httpx.AsyncClient(base_url=whole.running["CALCOM_BASE_URL"]) as calcom:
        bookings = (await calcom.get("/admin/bookings")).json()
        ours = next(
            each
            for each in bookings
            if appointment_id in each["metadata"].values() and each["status"] == "accepted"
        )
        # Without a key nobody asks for a reason, and no webhook of ours is lost by it: it is cancelled there.
        await calcom.post(
            f"/v2/bookings/{ours['uid']}/cancel",
            json={"cancellationReason": "test"},
            headers={"cal-api-version": "2024-08-13"},
        )
    after = await compared(whole, appointment_id)
    assert not after.holds
    assert any("has no booking at Cal.com" in fault for fault in after.faults)


async def test_an_appointment_that_does_not_exist_is_a_fault(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rufbuch_cli.agreement.SYNCED_WITHIN_S", 0.5)
    found = await compared(whole, "00000000-0000-4000-8000-000000000000")
    assert not found.holds
