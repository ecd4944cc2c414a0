"""One's own password, accounts that are shut, and that nothing is done off the record."""

import dataclasses
import re
from contextlib import suppress

import asyncpg
import grpc
import httpx
import pytest
from console_peers import TENANT
from console_world import PASSWORD, Browser, add_account
from fastapi.routing import APIRoute

from chassis.testing import SettableClock
from console.assembly import application
from console.domain.lockout import ATTEMPTS_MAX
from console.pages.app import ROUTERS
from console.pages.parts import Parts
from console.pages.visit import COOKIE
from console.storage.accounts import SqlAccounts
from console.storage.audit import SqlAuditTrail

SOMETHING = "4f9a9c1e-0000-4000-8000-0000000000cb"
NEW = "ein noch längeres Passwort"


async def change(owner: Browser, current: str = PASSWORD, new: str = NEW, again: str = NEW) -> int:
    answer = await owner.send("/account", "/account/password", current=current, new=new, again=again)
    return answer.status_code


async def test_a_new_password_ends_every_other_session_and_not_this_one(
    owner: Browser, parts: Parts, pool: asyncpg.Pool
) -> None:
    _, other = await parts.doorkeeper.sign_in("owner@example.org", PASSWORD)
    assert await change(owner) == 303
    assert (await owner.get("/today")).status_code == 200
    digests = [row["token_digest"] for row in await pool.fetch("SELECT token_digest FROM session")]
    assert len(digests) == 1
    assert other.token_digest not in digests
    owner.http.cookies.clear()
    assert (await owner.sign_in("owner@example.org")).status_code == 401
    assert (await owner.sign_in("owner@example.org", NEW)).status_code == 303


@pytest.mark.parametrize(
    "wrong", [{"current": "falsch"}, {"new": "kurz", "again": "kurz"}, {"again": "etwas ganz anderes"}]
)
async def test_a_password_is_not_changed_by_halves(owner: Browser, wrong: dict[str, str]) -> None:
    assert await change(owner, **wrong) == 400
    owner.http.cookies.clear()
    assert (await owner.sign_in("owner@example.org")).status_code == 303


async def test_whoever_finds_an_open_browser_cannot_guess_the_password_there_either(owner: Browser) -> None:
    for _ in range(ATTEMPTS_MAX):
        await change(owner, current="geraten")
    assert await change(owner) == 400


async def test_an_account_that_is_shut_is_out_at_once_and_in_again_when_it_is_opened(
    owner: Browser, pool: asyncpg.Pool, clock: SettableClock
) -> None:
    accounts = SqlAccounts(pool)
    assert await accounts.disable("owner@example.org", clock.now())
    assert (await owner.get("/today")).status_code == 303
    assert (await owner.sign_in("owner@example.org")).status_code == 401
    ((_, since),) = await accounts.all()
    assert since == clock.now()
    assert await accounts.enable("owner@example.org")
    assert (await owner.sign_in("owner@example.org")).status_code == 303
    assert not await accounts.disable("nobody@example.org", clock.now())


def changes() -> list[str]:
    """Every route by which something is done."""
    return sorted(
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "POST" in (route.methods or ())
    )


FIELDS = {
    "resolution": "erledigt", "operator": "kim@example.org", "reason": "weil", "one": "a", "other": "b", "stays": "a",
    "goes": "b", "etag": "1", "sure": "yes", "current": PASSWORD, "new": NEW, "again": NEW, "email": "owner@example.org",
    "password": PASSWORD, "tenant_id": TENANT, "assigned_to": "kim@example.org",
    "number": "+493023125042",
}  # fmt: skip


@pytest.mark.parametrize("path", changes())
async def test_every_deed_is_on_the_record_however_it_ends(
    owner: Browser, pool: asyncpg.Pool, path: str
) -> None:
    """A new deed is found here by itself; one that leaves no trace fails."""
    before = len(await SqlAuditTrail(pool).latest(TENANT))
    address = path.replace("{tenant_id}", TENANT)
    with suppress(grpc.aio.AioRpcError):  # a fault of the service behind it, which is loud
        await owner.send("/today", re.sub(r"\{\w+\}", SOMETHING, address), **FIELDS)
    assert len(await SqlAuditTrail(pool).latest(TENANT)) > before, path


@pytest.mark.parametrize("path", changes())
async def test_no_deed_is_done_for_somebody_who_is_not_signed_in(
    browser: Browser, pool: asyncpg.Pool, path: str
) -> None:
    await browser.http.post(
        re.sub(r"\{\w+\}", "x", path), data={**FIELDS, "csrf": "x"}, headers=browser.headers
    )
    assert await SqlAuditTrail(pool).latest(TENANT) == []


async def test_over_tls_the_cookie_never_travels_without_it(parts: Parts, pool: asyncpg.Pool) -> None:
    settings = parts.settings.model_copy(update={"console_insecure_cookies": False})
    secure = dataclasses.replace(parts, settings=settings)
    await add_account(pool, "owner@example.org")
    transport = httpx.ASGITransport(application(secure, dict))
    async with httpx.AsyncClient(transport=transport, base_url="https://console.example.org") as http:
        answer = await Browser(http).sign_in("owner@example.org")
    kept = answer.headers["set-cookie"].lower()
    assert COOKIE in kept
    assert "secure" in kept
    assert "max-age" in answer.headers["strict-transport-security"]
