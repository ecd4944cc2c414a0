"""Cal.com fails: the console shows it without being reloaded, and one click mends it; the clock is the browser's."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import Page, expect

from benchmarks.console.looking import browser, signed_in
from benchmarks.console.stage import Stage
from calcom_sync.domain.request import APPOINTMENT_KEY
from rufbuch_cli.call import new_line
from rufbuch_cli.salon import DIALLED_NUMBER
from sandbox.callers.retell import Retell

SHOWN_WITHIN_S = 5.0
MENDED_WITHIN_S = 60.0
DAYS_AHEAD = 70
"""Beyond what is filled, and within what the salon offers."""
LOOKED_EVERY_S = 0.2


@dataclass(frozen=True)
class Mended:
    """Seconds: from the caller being told that it is booked to the case on the page; from the click to all of it standing at
    Cal.com. ``there``: bookings at Cal.com as Cal.com itself tells them, by status."""

    shown_s: float
    mended_s: float
    phases: int
    there: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """In time, and each phase stands there exactly once."""
        return self.shown_s < SHOWN_WITHIN_S and self.phases > 0 and self.there.get("accepted") == self.phases


async def mend(on: Stage) -> Mended:
    """Fail, see, click, and read it back from Cal.com."""
    running = on.up.running
    async with (
        browser() as opened,
        httpx.AsyncClient(timeout=20) as http,
        httpx.AsyncClient(base_url=running["CALCOM_BASE_URL"]) as calcom,
    ):
        page = await signed_in(opened, on.url)
        retell = Retell(running["GATEWAY_URL"], running["RETELL_API_KEY"], http)
        # Whatever is asked of Cal.com's bookings fails from here on.
        fault = {"kind": "server_error", "match": {"path": "/v2/bookings"}, "probability": 1.0}
        (await calcom.post("/admin/faults", json=fault)).raise_for_status()
        appointment_id = await booked(retell)
        began = time.monotonic()
        await expect(page.locator(f'a[href="/sync/{appointment_id}"]').first).to_be_visible(timeout=120_000)
        shown_s = time.monotonic() - began
        await page.locator(f'a[href="/sync/{appointment_id}"]').first.click()
        await page.wait_for_url("**/sync/*")
        (await calcom.delete("/admin/faults")).raise_for_status()
        # Before the click, after which the page is loaded anew.
        phases = await _active_phases(page)
        began = time.monotonic()
        await page.get_by_role("button", name="Noch einmal versuchen").click()
        there = await _awaited(calcom, appointment_id, phases)
        return Mended(shown_s, time.monotonic() - began, phases, there)


async def booked(retell: Retell) -> str:
    """Somebody calls and books; the id of the appointment that she was told of. Raises RuntimeError."""
    line = new_line(caller="+493023125077", dialled=DIALLED_NUMBER)
    day = datetime.now(UTC).date() + timedelta(days=DAYS_AHEAD)
    wish = {"dienstleistung": "Dauerwelle", "datum": day.isoformat(), "uhrzeit": "10 Uhr"}
    checked = await retell.function(line, "check_availability", wish)
    option = checked.body["options"][0]
    booked = await retell.function(
        line, "start_booking", {"option_id": option["option_id"], "name": "Erika Mustermann"}
    )
    if booked.body["status"] != "booked":
        raise RuntimeError(f"start_booking answered {booked.body}")
    return str(booked.body["appointment_id"])


async def _active_phases(page: Page) -> int:
    """As the page tells them: one row each."""
    await expect(page.locator("tbody tr").first).to_be_visible()
    return await page.locator("tbody tr").count()


async def _awaited(calcom: httpx.AsyncClient, appointment_id: str, phases: int) -> Mapping[str, int]:
    """What stands at Cal.com, past all of our own code, as soon as it is whole; as it is where that takes too long."""
    there: dict[str, int] = {}
    began = time.monotonic()
    while time.monotonic() - began < MENDED_WITHIN_S:
        bookings = (await calcom.get("/admin/bookings")).json()
        there = {}
        for each in bookings:
            if (each.get("metadata") or {}).get(APPOINTMENT_KEY) == appointment_id:
                there[each["status"]] = there.get(each["status"], 0) + 1
        if there.get("accepted") == phases:
            break
        await asyncio.sleep(LOOKED_EVERY_S)
    return there
