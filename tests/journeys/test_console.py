"""An operator before a real browser: signs in, reads a call, sees what failed at Cal.com and mends it."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from chromium import ARGUMENTS, chromium
from journey_world import Caller, Whole, until, weekday
from playwright.async_api import Browser, Page, async_playwright, expect

from console.domain.accounts import Role
from console.testing.addresses import paths
from rufbuch_cli.user import put_user

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

OWNER, PASSWORD = "owner@example.org", "ein langes Passwort"
DESK, PHONE = (1200, 900), (390, 844)
SEEN_WITHIN_MS = 10_000
PAGES = [path for path in paths() if "{" not in path]
"""Those that need no example; the proof of the console looks at all."""


@pytest.fixture
async def browser(whole: Whole) -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest.fixture
async def operator(browser: Browser, whole: Whole) -> Page:
    """Signed in as the owner of the salon, at a desk."""
    return await signed_in(browser, whole, DESK)


async def signed_in(browser: Browser, whole: Whole, size: tuple[int, int]) -> Page:
    await asyncio.to_thread(
        put_user,
        whole.running,
        OWNER,
        [whole.tenant_id],
        name="Kim Beispiel",
        role=Role.OWNER,
        password=PASSWORD,
    )
    context = await browser.new_context(
        base_url=whole.running["CONSOLE_URL"], locale="de-DE", viewport={"width": size[0], "height": size[1]}
    )
    page = await context.new_page()
    await page.goto("/today")
    await page.get_by_label("E-Mail-Adresse").fill(OWNER)
    await page.get_by_label("Passwort").fill(PASSWORD)
    await page.get_by_role("button", name="Anmelden").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Heute")
    return page


async def test_a_call_is_on_the_page_while_it_goes_on(operator: Page, anna: Caller) -> None:
    """Live: nobody reloads."""
    await anna.retell.event(anna.line, "call_started")
    await anna.wish(weekday("Donnerstag", weeks=7), "14 Uhr")
    calls_now = operator.get_by_role("region", name="Gespräche jetzt")
    link = calls_now.locator(f'a[href="/calls/{anna.line.call_id}"]')
    await expect(link).to_be_visible(timeout=SEEN_WITHIN_MS)
    await link.click()
    await expect(operator.get_by_text("Der Assistent fragt: check_availability")).to_be_visible()
    await anna.hang_up()
    await expect(operator.get_by_text("Ereignis: aufgelegt")).to_be_visible(timeout=SEEN_WITHIN_MS)


async def test_what_failed_at_cal_com_is_seen_and_mended_with_a_click(
    operator: Page, anna: Caller, whole: Whole
) -> None:
    """OB-05: what cannot be seen is not mended."""
    checked = await anna.wish(weekday("Mittwoch", weeks=5), "15 Uhr")
    option = checked.body["options"][0]
    async with httpx.AsyncClient(base_url=whole.running["CALCOM_BASE_URL"]) as calcom:
        username = await username_of(calcom, option["staff"])
        start = datetime.fromisoformat(option["start"])
        busy = {"start": start.isoformat(), "end": (start + timedelta(hours=4)).isoformat()}
        await calcom.put(f"/admin/users/{username}/busy-times", json={"busyTimes": [busy]})
        try:
            booked = await anna.ask("start_booking", option_id=option["option_id"], name="Kim Beispiel")
            case = operator.locator(f'a[href="/sync/{booked.body["appointment_id"]}"]').first
            await expect(case).to_be_visible(timeout=120_000)
        finally:
            await calcom.put(f"/admin/users/{username}/busy-times", json={"busyTimes": None})
    await case.click()
    await operator.wait_for_url("**/sync/*")
    page = operator.url

    async def is_told(state: str) -> bool:
        # Each look asks Cal.com, and the copies need their share of its budget.
        await asyncio.sleep(4)
        await operator.goto(page)
        return await operator.locator("strong.tag").inner_text() == state

    await until(lambda: is_told("fehlgeschlagen"), within_s=90)
    await expect(operator.get_by_role("table")).to_contain_text("fehlgeschlagen")
    await operator.get_by_role("button", name="Noch einmal versuchen").click()
    await until(lambda: is_told("abgeglichen"), within_s=90)


async def username_of(calcom: httpx.AsyncClient, name: str) -> str:
    users = (await calcom.get("/admin/users")).json()
    return next(str(user["username"]) for user in users if re.search(name, user["name"], re.IGNORECASE))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_page_fits_its_screen_and_can_be_read_by_all(
    browser: Browser, whole: Whole, size: tuple[int, int]
) -> None:
    page = await signed_in(browser, whole, size)
    for path in PAGES:
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        found = (await Axe().run(page)).response["violations"]
        grave = [each["id"] for each in found if each["impact"] in {"serious", "critical"}]
        assert grave == [], path
