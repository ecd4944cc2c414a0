"""An account of several businesses changes between them, and sees one at a time."""

import asyncpg
import pytest
from console_peers import OTHER_TENANT, TENANT, FakePeers
from console_world import PASSWORD, QUICK, Browser, add_account

from console.domain.accounts import Account, Membership, Role
from console.storage.accounts import SqlAccounts

THIRD = "4f9a9c1e-0000-4000-8000-000000000003"


@pytest.fixture
async def helper(pool: asyncpg.Pool, browser: Browser) -> Browser:
    """Signed in with a part in two businesses."""
    both = (Membership(TENANT, Role.OWNER), Membership(OTHER_TENANT, Role.SUPPORT))
    known = await add_account(pool, "help@example.org")
    account = Account(known.account_id, known.email, known.name, "de", both)
    await SqlAccounts(pool).put(account, QUICK.hash(PASSWORD))
    await browser.sign_in("help@example.org")
    return browser


async def test_another_business_is_looked_at_from_now_on(helper: Browser) -> None:
    assert 'href="/businesses"' in (await helper.get("/today")).text
    page = (await helper.get("/businesses")).text
    assert "Werkstatt Nord anzeigen" in page
    answer = await helper.send("/businesses", f"/businesses/{OTHER_TENANT}/look")
    seen = (await helper.get(answer.headers["location"])).text
    assert "Ab jetzt sehen Sie diesen Betrieb." in seen
    assert "Werkstatt Nord" in seen
    # With the role that the account has there.
    assert (await helper.get("/calls/call_1?personal=true")).status_code == 403


async def test_a_business_without_a_part_in_it_is_not_there(helper: Browser) -> None:
    answer = await helper.send("/businesses", f"/businesses/{THIRD}/look")
    assert answer.status_code == 404
    assert "Salon Lindenhof" in (await helper.get("/today")).text


async def test_whoever_has_one_business_is_not_asked(owner: Browser) -> None:
    assert 'href="/businesses"' not in (await owner.get("/today")).text


async def test_names_that_cannot_be_read_are_no_reason_to_stay(helper: Browser, peers: FakePeers) -> None:
    await helper.get("/today")
    peers.away = {"registry"}
    page = (await helper.get("/businesses")).text
    assert "antwortet gerade nicht" in page
    assert OTHER_TENANT in page
