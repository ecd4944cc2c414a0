"""The console over real PostgreSQL, with peers that say what they are told to, and browsers that keep cookies."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import asyncpg
import httpx
import pytest
from console_peers import FakePeers
from console_world import NOW, QUICK, Browser, add_account

from chassis import postgres
from chassis.testing import SettableClock, serving
from console.assembly import application, assemble
from console.clients.peers import Peers
from console.pages.parts import Parts
from console.settings import Settings
from local_stack.databases import MigratedDatabases


def migrate(url: str) -> None:
    postgres.migrate(url, "console")


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("console", migrate) as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with postgres.pool(database_url) as opened:
        yield opened


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def peers() -> FakePeers:
    return FakePeers()


@pytest.fixture
async def peers_over(peers: FakePeers) -> AsyncIterator[Peers]:
    """The others, reached over gRPC."""
    async with AsyncExitStack() as stack:
        channels = {
            name: await stack.enter_async_context(serving(servicer))
            for name, servicer in peers.servicers().items()
        }
        yield Peers.over(**channels)


@pytest.fixture
async def parts(pool: asyncpg.Pool, peers_over: Peers, clock: SettableClock) -> Parts:
    settings = Settings(database_url="postgresql://unused", console_insecure_cookies=True)
    return assemble(settings, pool, peers_over, clock=clock, passwords=QUICK)


@pytest.fixture
async def browser(parts: Parts) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(application(parts, dict))
    async with httpx.AsyncClient(transport=transport, base_url="http://console.example.org") as http:
        yield Browser(http)


@pytest.fixture
async def owner(pool: asyncpg.Pool, browser: Browser) -> Browser:
    """A browser in which an owner is signed in."""
    await add_account(pool, "owner@example.org")
    assert (await browser.sign_in("owner@example.org")).status_code == 303
    # That somebody came in is on the record as well; tests read what is done from here on.
    await pool.execute("DELETE FROM audit_entry")
    return browser
