"""An operator before a real browser: signs in, reads a call, sees what failed at Cal.com and mends it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from chromium import ARGUMENTS, chromium
from journey_world import BERLIN, Caller, Whole, until, weekday
from playwright.async_api import Browser, Page, async_playwright, expect

from console.domain.accounts import Role
from console.testing.addresses import paths
from rufbuch.staff.v1 import service_pb2, service_pb2_grpc
from rufbuch_cli.user import put_user

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

OWNER, PASSWORD = "owner@example.org", "ein langes Passwort"
DESK, PHONE = (1200, 900), (390, 844)
SEEN_WITHIN_MS = 10_000
PAGES = [path for path in paths() if "{" not in path] + [
    "/calls?outcome=booked", "/callbacks?show=done", "/callbacks/waiting?show=booked", "/messages?show=failed",
]  # fmt: skip
"""Those that need no example, and other sides of them; the proof of the console looks at all."""


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
        await asyncio.sleep(1)
        await operator.goto(page)
        return await operator.locator("strong.tag").inner_text() == state

    async def is_told_of_each_phase() -> bool:
        # Phases are asked at Cal.com while the state is read: the last one may have failed between the two.
        return (
            await is_told("fehlgeschlagen")
            and "fehlgeschlagen" in await operator.get_by_role("table").inner_text()
        )

    await until(is_told_of_each_phase, within_s=90)
    await operator.get_by_role("button", name="Noch einmal versuchen").click()
    await until(lambda: is_told("abgeglichen"), within_s=90)


async def username_of(calcom: httpx.AsyncClient, name: str) -> str:
    users = (await calcom.get("/admin/users")).json()
    return next(str(user["username"]) for user in users if re.search(name, user["name"], re.IGNORECASE))


async def test_who_waits_is_seen_and_let_go_with_a_reason(
    operator: Page, callers: Callable[[str], Caller]
) -> None:
    waiting = callers("+493023125178")
    joined = await waiting.ask(
        "join_waitlist", dienstleistung="Beratung", datum=weekday("Dienstag", weeks=8), uhrzeit="10 Uhr",
        name="Kim Wartend",
    )  # fmt: skip
    assert joined.body["status"] == "waitlist_noted", joined.body
    await waiting.hang_up()
    await operator.goto("/callbacks/waiting")
    entry = operator.get_by_role("article", name=re.compile("Kim Wartend: Beratung"))
    await expect(entry).to_be_visible()
    await entry.get_by_text("Eintrag beenden …").click()
    await entry.get_by_label("Warum").fill("kommt woanders unter")
    await entry.get_by_role("button", name="Eintrag beenden").click()
    await expect(operator.get_by_role("status")).to_contain_text(
        "Der Eintrag auf der Warteliste ist beendet."
    )
    await expect(entry).not_to_be_attached()


@pytest.fixture
async def twice(whole: Whole) -> AsyncIterator[tuple[str, str]]:
    """Somebody who is listed twice, and nobody else's journey; afterwards nobody is offered with either row."""
    keys = ("dora", "dora-2")
    rows = [
        service_pb2.PersonDescription(key=key, name=name, phone_number="+493023125190")
        for key, name in zip(keys, ("Dora", "Dora Doppelt"), strict=True)
    ]
    await imported(whole, rows)
    yield keys
    for row in rows:
        row.retired = True
    await imported(whole, rows)


async def imported(whole: Whole, rows: list[service_pb2.PersonDescription]) -> None:
    """The salon with these people as well."""
    async with grpc.aio.insecure_channel(whole.running["STAFF_REGISTRY_ADDRESS"]) as channel:
        stub: Any = service_pb2_grpc.StaffRegistryServiceStub(channel)
        exported = await stub.ExportBusiness(
            service_pb2.ExportBusinessRequest(tenant_id=whole.tenant_id), timeout=10
        )
        business = exported.business
        for row in rows:
            row.branch_keys[:] = [business.branches[0].key]
        own = {row.key for row in rows}
        others = [each for each in business.people if each.key not in own]
        del business.people[:]
        business.people.extend([*others, *rows])
        request = service_pb2.ImportBusinessRequest(business=business, etag=exported.etag, actor="Kim")
        await stub.ImportBusiness(request, timeout=10)


async def test_two_rows_become_one_with_the_plan_before_the_deed_and_two_again(
    operator: Page, twice: tuple[str, str]
) -> None:
    """SR-02, SR-03: a person decides, and knows beforehand what it does."""
    await operator.goto("/people")
    pair = operator.get_by_role("article", name=re.compile("dora, dora-2|dora-2, dora"))
    await expect(pair).to_contain_text("gleiche Telefonnummer")
    await pair.get_by_role("link", name="Zusammenlegen: Plan ansehen").click()
    await expect(operator.get_by_role("heading", level=2).first).to_have_text(
        "Das ist der Plan. Noch ist nichts geschehen."
    )
    await expect(operator.get_by_role("main")).to_contain_text("Kein Termin wird abgesagt oder verschoben")
    grave, wide = await checked(operator)
    assert (grave, wide) == ([], False)
    await operator.get_by_role("checkbox").check()
    await operator.get_by_role("button", name="Jetzt zusammenlegen").dblclick()
    await expect(operator.get_by_text("Fertig.")).to_be_visible(timeout=SEEN_WITHIN_MS * 3)
    assert (await checked(operator))[0] == []
    await operator.get_by_text("Rückgängig machen …").click()
    await operator.get_by_role("button", name="Rückgängig machen").click()
    await expect(operator.get_by_text("sind wieder zwei Einträge")).to_be_visible(timeout=SEEN_WITHIN_MS * 3)
    await operator.goto("/people")
    history = operator.get_by_role("region", name="Was zusammengelegt und verknüpft wurde")
    await expect(history.get_by_role("listitem")).to_have_count(1)


async def test_a_call_found_by_its_number_tells_its_words(
    operator: Page, callers: Callable[[str], Caller]
) -> None:
    caller = callers("+493023125179")
    caller.line.say("user", "Ist am Mittwoch etwas frei?")
    await caller.wish(weekday("Mittwoch", weeks=6), "14 Uhr", "Beratung")
    await caller.hang_up()
    await operator.goto("/calls")
    await operator.get_by_text("Anrufe suchen").click()
    await operator.get_by_label("Nummer, in jeder Schreibweise").fill("030 / 231 251 79")
    await operator.get_by_role("button", name="Suchen").click()
    await operator.get_by_role("listitem").get_by_role("link", name=re.compile("79$")).click()
    await expect(operator.get_by_text("nur mit Namen und Nummern zu lesen")).to_be_visible()
    await operator.get_by_role("link", name="Namen und Nummern zeigen").click()
    await expect(operator.get_by_text("Ist am Mittwoch etwas frei?")).to_be_visible()
    assert (await checked(operator))[0] == []


async def test_what_is_booked_at_cal_com_stands_in_the_calendar_and_is_why_a_time_is_not_free(
    operator: Page, whole: Whole
) -> None:
    day = (datetime.now(BERLIN) + timedelta(weeks=9)).replace(hour=16, minute=0, second=0, microsecond=0)
    await booked_there(whole, await event_type_of(whole, "anna"), day)
    page = f"/calendar?day={day:%Y-%m-%d}"
    column = operator.get_by_role("region", name="Anna", exact=True)

    async def drawn() -> bool:
        await operator.goto(page)
        return "außerhalb belegt" in await column.inner_text()

    await until(drawn, within_s=60)
    await column.get_by_role("link", name=re.compile("^16:00–")).click()
    await expect(operator.get_by_role("heading", name="Diese Zeit ist nicht frei.")).to_be_visible()


async def event_type_of(whole: Whole, person_key: str) -> int:
    async with grpc.aio.insecure_channel(whole.running["STAFF_REGISTRY_ADDRESS"]) as channel:
        stub: Any = service_pb2_grpc.StaffRegistryServiceStub(channel)
        asked = service_pb2.ExportBusinessRequest(tenant_id=whole.tenant_id)
        mappings = (await stub.ExportBusiness(asked, timeout=10)).business.mappings
    return next(int(each.event_type_id) for each in mappings if each.person_key == person_key)


async def booked_there(whole: Whole, event_type_id: int, start: datetime) -> None:
    """By somebody who has the booking page of Cal.com open."""
    body = {
        "start": start.astimezone(UTC).isoformat(), "eventTypeId": event_type_id,
        "attendee": {"name": "Kim Fremd", "email": "kim@example.org", "timeZone": "Europe/Berlin", "language": "de"},
    }  # fmt: skip
    async with httpx.AsyncClient(base_url=whole.running["CALCOM_BASE_URL"]) as calcom:
        answer = await calcom.post("/v2/bookings", json=body, headers={"cal-api-version": "2024-08-13"})
        assert answer.status_code == 201, answer.text


async def checked(page: Page) -> tuple[list[str], bool]:
    """Grave violations, and whether the page is wider than its screen."""
    found = (await Axe().run(page)).response["violations"]
    grave = [each["id"] for each in found if each["impact"] in {"serious", "critical"}]
    wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return grave, bool(wide)


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
