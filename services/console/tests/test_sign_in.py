"""In, out, and everything that must not get in."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from console_peers import OTHER_TENANT, TENANT
from console_world import PASSWORD, QUICK, Browser, add_account

from chassis.testing import SettableClock
from console.domain.accounts import Account, Membership, Role
from console.domain.lockout import ATTEMPTS_MAX, WINDOW
from console.domain.sessions import IDLE_MAX, LIFE_MAX
from console.pages.visit import COOKIE
from console.storage.accounts import SqlAccounts


@pytest.mark.parametrize("path", ["/today", "/calls", "/calls/call_1", "/callbacks", "/live"])
async def test_nobody_sees_a_page_without_signing_in(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?then=")


async def test_a_password_opens_the_page_that_was_asked_for(pool: asyncpg.Pool, browser: Browser) -> None:
    await add_account(pool, "owner@example.org")
    answer = await browser.sign_in(" Owner@Example.org ", then="/callbacks")
    assert answer.headers["location"] == "/callbacks"
    assert "Salon Lindenhof" in (await browser.get("/today")).text


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.example.org/",
        "//evil.example.org",
        "/\\evil.example.org",
        "javascript:x",
        "//[",
        "http://[",
    ],
)
async def test_the_sign_in_leads_to_no_other_site(pool: asyncpg.Pool, browser: Browser, then: str) -> None:
    await add_account(pool, "owner@example.org")
    assert (await browser.sign_in("owner@example.org", then=then)).headers["location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"), [("owner@example.org", "falsch"), ("nobody@example.org", PASSWORD)]
)
async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    pool: asyncpg.Pool, browser: Browser, email: str, password: str
) -> None:
    await add_account(pool, "owner@example.org")
    answer = await browser.sign_in(email, password)
    assert answer.status_code == 401
    assert "Adresse oder Passwort stimmt nicht." in answer.text
    assert COOKIE not in answer.cookies


async def test_too_many_wrong_passwords_shut_the_door_for_a_while_and_no_longer(
    pool: asyncpg.Pool, browser: Browser, clock: SettableClock
) -> None:
    await add_account(pool, "owner@example.org")
    for _ in range(ATTEMPTS_MAX):
        await browser.sign_in("owner@example.org", "falsch")
    refused = await browser.sign_in("owner@example.org")
    assert refused.status_code == 401
    assert "10:15" in refused.text
    clock.advance(WINDOW)
    assert (await browser.sign_in("owner@example.org")).status_code == 303


async def test_parallel_guesses_are_counted_like_those_in_a_row(pool: asyncpg.Pool, browser: Browser) -> None:
    await add_account(pool, "owner@example.org")
    answers = await asyncio.gather(
        *(browser.sign_in("owner@example.org", f"geraten {n}") for n in range(4 * ATTEMPTS_MAX))
    )
    tried = [answer for answer in answers if "Adresse oder Passwort" in answer.text]
    assert len(tried) == ATTEMPTS_MAX


async def test_one_address_that_is_shut_shuts_no_other(pool: asyncpg.Pool, browser: Browser) -> None:
    await add_account(pool, "owner@example.org")
    for _ in range(ATTEMPTS_MAX):
        await browser.sign_in("somebody@example.org", "falsch")
    assert (await browser.sign_in("owner@example.org")).status_code == 303


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    pool: asyncpg.Pool, browser: Browser
) -> None:
    await add_account(pool, "owner@example.org")
    kept = (await browser.sign_in("owner@example.org")).headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "samesite=lax" in kept


async def test_the_database_holds_no_token_that_would_open_a_session(
    owner: Browser, pool: asyncpg.Pool
) -> None:
    token = owner.http.cookies[COOKIE]
    rows = await pool.fetch("SELECT * FROM session")
    assert token not in str([dict(row) for row in rows])


@pytest.mark.parametrize("after", [IDLE_MAX, LIFE_MAX])
async def test_a_session_ends_by_itself(owner: Browser, clock: SettableClock, after: timedelta) -> None:
    clock.advance(after)
    assert (await owner.get("/today")).status_code == 303


async def test_signing_out_ends_the_session_for_whoever_has_the_cookie(owner: Browser) -> None:
    token = owner.http.cookies[COOKIE]
    await owner.send("/today", "/sign-out")
    owner.http.cookies.set(COOKIE, token)
    assert (await owner.get("/today")).status_code == 303


async def test_whoever_leaves_a_business_sees_nothing_of_it_any_more(
    owner: Browser, pool: asyncpg.Pool
) -> None:
    await pool.execute("DELETE FROM membership")
    assert (await owner.get("/today")).status_code == 303


async def test_a_new_password_ends_all_sessions(owner: Browser, pool: asyncpg.Pool) -> None:
    found = await SqlAccounts(pool).by_email("owner@example.org")
    assert found
    await SqlAccounts(pool).put(found[0], QUICK.hash("ein anderes Passwort"))
    assert (await owner.get("/today")).status_code == 303


async def test_an_account_of_two_businesses_sees_the_first_one_first(
    pool: asyncpg.Pool, browser: Browser
) -> None:
    both = (Membership(OTHER_TENANT, Role.SUPPORT), Membership(TENANT, Role.SUPPORT))
    known = await add_account(pool, "help@example.org")
    await SqlAccounts(pool).put(
        Account(known.account_id, known.email, known.name, "en", both), QUICK.hash(PASSWORD)
    )
    await browser.sign_in("help@example.org")
    assert "Werkstatt Nord" in (await browser.get("/today")).text


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example.org"}]
)
async def test_another_site_cannot_sign_somebody_in(
    pool: asyncpg.Pool, browser: Browser, headers: dict[str, str]
) -> None:
    await add_account(pool, "owner@example.org")
    browser.headers = headers
    assert (await browser.sign_in("owner@example.org")).status_code == 403


async def test_no_page_runs_scripts_of_others_or_stands_in_their_frames(browser: Browser) -> None:
    answer = await browser.get("/sign-in")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/account/password", "/callbacks", "/no-page"])
async def test_a_form_of_megabytes_is_refused_before_anybody_knows_who_sent_it(
    browser: Browser, path: str
) -> None:
    answer = await browser.http.post(path, data={"email": "x" * 3_000_000}, headers=browser.headers)
    assert answer.status_code == 413
    assert "Bitte kürzen Sie die Eingabe." in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_a_form_without_a_length_is_counted_while_it_comes(browser: Browser) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 10_000

    kind = {"content-type": "application/x-www-form-urlencoded", **browser.headers}
    answer = await browser.http.post("/sign-in", content=parts(), headers=kind)
    assert answer.status_code == 413
