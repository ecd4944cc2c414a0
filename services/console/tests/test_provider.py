"""Signing in at an OpenID provider: who exists here gets in, with the roles of here; nothing forged does."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from console_world import QUICK, Browser, add_account
from joserfc.jwk import OctKey, RSAKey
from oidc_provider import CLIENT, ISSUER, SECRET, OidcProvider

from chassis.settings import load
from chassis.testing import SettableClock
from console.assembly import application, assemble
from console.clients.oidc import OidcClient, ProviderSettings
from console.clients.peers import Peers
from console.domain.accounts import Role
from console.pages.parts import Parts
from console.settings import Settings
from console.storage.accounts import SqlAccounts
from console.usecases.through_provider import UNDER_WAY_MAX

BACK = "http://console.example.org/sign-in/provider/back"


@pytest.fixture
def provider(clock: SettableClock) -> OidcProvider:
    return OidcProvider(clock)


@pytest.fixture
async def linked(
    parts: Parts, peers_over: Peers, pool: asyncpg.Pool, clock: SettableClock, provider: OidcProvider
) -> AsyncIterator[Callable[[], Browser]]:
    """Browsers before a console that knows the provider."""
    known = ProviderSettings(ISSUER, CLIENT, SECRET, BACK)
    client = OidcClient(known, clock, provider.transport)
    made = assemble(parts.settings, pool, peers_over, clock=clock, passwords=QUICK, provider=client)
    opened: list[httpx.AsyncClient] = []

    def browser() -> Browser:
        transport = httpx.ASGITransport(application(made, dict))
        opened.append(httpx.AsyncClient(transport=transport, base_url="http://console.example.org"))
        return Browser(opened[-1])

    yield browser
    for each in opened:
        await each.aclose()
    await client.close()


async def leave(browser: Browser, then: str = "/calls") -> str:
    answer = await browser.get(f"/sign-in/provider?then={then}")
    assert answer.status_code == 303
    return answer.headers["location"]


async def come_back(browser: Browser, brought: dict[str, str]) -> httpx.Response:
    return await browser.http.get("/sign-in/provider/back", params=brought)


async def test_who_has_an_account_here_is_signed_in_and_goes_on_where_she_was(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool
) -> None:
    await add_account(pool, "owner@example.org")
    browser = linked()
    answer = await come_back(browser, provider.consent(await leave(browser)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls")
    assert "Salon Lindenhof" in (await browser.get("/today")).text


async def test_the_roles_are_those_of_here(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool
) -> None:
    await add_account(pool, "owner@example.org", Role.STAFF)
    provider.claims = {"roles": ["owner"], "groups": ["admin"]}
    browser = linked()
    await come_back(browser, provider.consent(await leave(browser)))
    assert (await browser.send("/today", "/sync/x/retry")).status_code == 403


OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "of another sign-in"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "somebody-else"}},
        {"claims": {"aud": [CLIENT, "somebody-else"]}},
        {"claims": {"azp": "somebody-else"}},
        {"claims": {"iss": "https://evil.example.org"}},
        {"claims": {"exp": 1}},
        {"claims": {"exp": None}},
        {"claims": {"sub": None}},
        {"claims": {"email_verified": False}},
        {"claims": {"email_verified": None}},
        {"claims": {"email_verified": "true"}},
        {"claims": {"email": None}},
        {"unsigned": True},
        {"forged_with": OTHER_KEY},
        {"forged_with": OctKey.import_key(SECRET), "algorithm": "HS256"},
    ],
    ids=lambda lie: (
        "-".join(f"{name}-{value}"[:40] for name, value in lie.items() if name != "forged_with") or "forged"
    ),
)
async def test_a_word_that_is_not_for_us_now_about_a_vouched_address_opens_nothing(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool, lie: dict[str, Any]
) -> None:
    await add_account(pool, "owner@example.org")
    for name, value in lie.items():
        setattr(provider, name, value)
    browser = linked()
    answer = await come_back(browser, provider.consent(await leave(browser)))
    assert answer.status_code == 401
    assert "gilt hier nicht" in answer.text
    assert (await browser.get("/today")).status_code == 303


async def test_a_state_serves_once(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool
) -> None:
    await add_account(pool, "owner@example.org")
    browser = linked()
    address = await leave(browser)
    kept = dict(browser.http.cookies)
    assert (await come_back(browser, provider.consent(address))).status_code == 303
    browser.http.cookies.clear()
    browser.http.cookies.update(kept)
    assert (await come_back(browser, provider.consent(address))).status_code == 401


async def test_a_code_that_was_got_elsewhere_signs_nobody_else_in(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool
) -> None:
    """Otherwise a link would sign its reader in as its writer."""
    await add_account(pool, "owner@example.org")
    brought = provider.consent(await leave(linked()))
    victim = linked()
    await leave(victim)
    assert (await come_back(victim, brought)).status_code == 401
    assert (await come_back(linked(), brought)).status_code == 401


async def test_who_stays_too_long_before_the_providers_page_begins_anew(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool, clock: SettableClock
) -> None:
    await add_account(pool, "owner@example.org")
    browser = linked()
    brought = provider.consent(await leave(browser))
    clock.advance(UNDER_WAY_MAX + timedelta(seconds=1))
    assert (await come_back(browser, brought)).status_code == 401


async def test_who_has_no_account_here_or_one_that_is_shut_does_not_get_in(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool, clock: SettableClock
) -> None:
    browser = linked()
    assert (await come_back(browser, provider.consent(await leave(browser)))).status_code == 401
    await add_account(pool, "owner@example.org")
    await SqlAccounts(pool).disable("owner@example.org", clock.now())
    assert (await come_back(browser, provider.consent(await leave(browser)))).status_code == 401


async def test_an_address_that_went_to_somebody_else_does_not_open_her_predecessors_account(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool
) -> None:
    await add_account(pool, "owner@example.org")
    browser = linked()
    assert (await come_back(browser, provider.consent(await leave(browser)))).status_code == 303
    provider.claims = {"sub": "subject-2"}
    browser = linked()
    assert (await come_back(browser, provider.consent(await leave(browser)))).status_code == 401


async def test_a_provider_that_has_changed_its_keys_is_still_understood(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool
) -> None:
    await add_account(pool, "owner@example.org")
    browser = linked()
    await come_back(browser, provider.consent(await leave(browser)))
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    provider.forged_with = None
    browser = linked()
    assert (await come_back(browser, provider.consent(await leave(browser)))).status_code == 303


@pytest.mark.parametrize("then", ["https://evil.example.org", "//evil.example.org"])
async def test_it_leads_to_no_other_site(
    linked: Callable[[], Browser], provider: OidcProvider, pool: asyncpg.Pool, then: str
) -> None:
    await add_account(pool, "owner@example.org")
    browser = linked()
    answer = await come_back(browser, provider.consent(await leave(browser, then)))
    assert answer.headers["location"] == "/"


async def test_without_a_provider_there_is_no_such_way(browser: Browser) -> None:
    assert (await browser.get("/sign-in/provider")).status_code == 404
    assert (await browser.get("/sign-in/provider/back?state=x&code=y")).status_code == 404
    assert "Anmeldedienst" not in (await browser.get("/sign-in")).text


@pytest.mark.parametrize(
    "given",
    [
        {"CONSOLE_OIDC_ISSUER": "https://login.example.org"},
        {
            "CONSOLE_OIDC_ISSUER": "http://login.example.org",
            "CONSOLE_OIDC_CLIENT_ID": "rufbuch",
            "CONSOLE_PUBLIC_URL": "https://console.example.org",
        },
    ],
)
def test_half_a_provider_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    monkeypatch.setenv("RUFBUCH_DATABASE_URL", "postgresql://unused")
    for name, value in given.items():
        monkeypatch.setenv(f"RUFBUCH_{name}", value)
    with pytest.raises(SystemExit):
        load(Settings)
