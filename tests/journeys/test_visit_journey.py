"""Several services in one visit, from the words on the telephone to Cal.com."""

import asyncio
from collections.abc import Callable

import pytest
from journey_world import Caller, Whole, weekday

from rufbuch_cli.agreement import compare

pytestmark = pytest.mark.processes
DAY = weekday("Dienstag", weeks=13)


async def test_two_services_are_one_visit_and_stand_at_cal_com(
    whole: Whole, bert: Caller, callers: Callable[[str], Caller]
) -> None:
    # Who has no other appointment.
    kim = callers("+493023125870")
    found = await kim.wish(DAY, "10 Uhr", "Beratung und Herrenhaarschnitt", mitarbeiter="Anna")
    option = found.body["options"][0]
    assert option["service"] == "Beratung und Herrenhaarschnitt"
    booked = await kim.ask("start_booking", option_id=option["option_id"], name="Kim Beispiel")
    assert booked.body["status"] == "booked", booked.body
    assert "Beratung, Herrenhaarschnitt am Dienstag" in booked.body["message"]

    agreed = await asyncio.to_thread(
        compare,
        whole.running,
        booking_database_url=whole.stack.installation.database_url("booking"),
        tenant_id=whole.tenant_id,
        appointment_id=booked.body["appointment_id"],
    )
    assert agreed.holds, agreed.faults
    # The second service takes its time as well.
    later = await bert.wish(DAY, "10 Uhr 45", "Beratung", mitarbeiter="Anna")
    assert all(not option["start"] <= other["start"] < option["end"] for other in later.body["options"])

    moved = await kim.ask("reschedule_appointment", new_date=DAY, new_time="15 Uhr")
    assert moved.body["options"][0]["service"] == "Beratung und Herrenhaarschnitt"
    gone = await kim.ask("cancel_appointment")
    assert gone.body["status"] == "cancelled", gone.body
