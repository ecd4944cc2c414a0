"""A real browser over the console: who looks at it, and what axe-core says of each page."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from benchmarks.console.stage import OWNERS, PASSWORD, Stage
from console.testing.addresses import addresses
from local_stack.browser import ARGUMENTS, browser_path

SIZES = {"desk": (1200, 900), "phone": (390, 844)}
GRAVE = {"serious", "critical"}
SIGN_IN = {"de": ("E-Mail-Adresse", "Passwort", "Anmelden"), "en": ("E-mail address", "Password", "Sign in")}
LOCALES = {"de": "de-DE", "en": "en-GB"}


@dataclass(frozen=True)
class Looked:
    """One page before one screen. ``faults``: rules of axe-core that are violated gravely; or that it does not fit."""

    address: str
    language: str
    size: str
    faults: tuple[str, ...]


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window. Raises NoBrowserError where there is none and none can be installed."""
    path = await asyncio.to_thread(browser_path)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield opened
        finally:
            await opened.close()


async def signed_in(opened: Browser, url: str, *, language: str = "de", size: str = "desk") -> Page:
    """The page that somebody sees after the sign-in."""
    width, height = SIZES[size]
    context = await opened.new_context(
        base_url=url, locale=LOCALES[language], viewport={"width": width, "height": height}
    )
    page = await context.new_page()
    await page.goto("/sign-in")
    email, password, submit = SIGN_IN[language]
    await page.get_by_label(email).fill(OWNERS[language])
    await page.get_by_label(password).fill(PASSWORD)
    await page.get_by_role("button", name=submit).click()
    await page.wait_for_url("**/today")
    return page


async def look(on: Stage) -> Sequence[Looked]:
    """All pages of the application, in all their forms, in both languages, at a desk and on a phone."""
    async with browser() as opened:
        return [
            each
            for language in OWNERS
            for size in SIZES
            for each in await _look_at_all(opened, on.url, on.examples, language, size)
        ]


async def _look_at_all(
    opened: Browser, url: str, examples: Mapping[str, str], language: str, size: str
) -> Sequence[Looked]:
    page = await signed_in(opened, url, language=language, size=size)
    looked = [
        Looked(address, language, size, await _faults(page, address, SIZES[size][0]))
        for address in addresses(examples)
    ]
    await page.context.close()
    return looked


async def _faults(page: Page, address: str, width: int) -> tuple[str, ...]:
    answer = await page.goto(address)
    status = answer.status if answer else 0
    faults = [] if status == 200 else [f"answered {status}"]
    # Parts that come after the page belong to it.
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    if await page.evaluate("document.documentElement.scrollWidth") > width:
        faults.append("wider than its screen")
    found = (await Axe().run(page)).response["violations"]
    return (*faults, *(each["id"] for each in found if each["impact"] in GRAVE))
