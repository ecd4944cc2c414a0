"""Accounts of the console on the command line."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from chassis import postgres
from chassis.clock import SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from console.storage.accounts import SqlAccounts
from local_stack.databases import MigratedDatabases
from rufbuch_cli.main import app
from rufbuch_cli.proof.two_rows import listed_twice
from staff_registry.assembly import assemble
from staff_registry.clients.calendar_sync import CalendarSync
from staff_registry.domain.ids import Ids
from staff_registry.domain.resolution import Kind
from staff_registry.storage.sealing import Sealer
from staff_registry.testing.peers import MemoryPeers
from staff_registry.usecases.import_business import import_business

SALON = str(Ids("salon").tenant)
NOBODY = "4f9a9c1e-0000-4000-8000-000000000001"


def migrate(url: str) -> None:
    postgres.migrate(url, "console")


def migrate_registry(url: str) -> None:
    postgres.migrate(url, "staff_registry")


@pytest.fixture(autouse=True)
async def registry(
    migrated_database: MigratedDatabases, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """The registry runs where the environment says, with one business."""
    clock = SystemClock()
    with migrated_database("staff_registry", migrate_registry) as url:
        async with postgres.pool(url) as pool, channel("127.0.0.1:1", default_deadline_s=1) as away:
            sealer = Sealer(Fernet.generate_key().decode())
            parts = assemble(pool, sealer, MemoryPeers().all(), clock, CalendarSync(away))
            await import_business(listed_twice(Kind.LINK), imports=parts.businesses, now=clock.now())
            async with grpc_server([parts.servicer], host="127.0.0.1", port=0, drain_s=1) as server:
                monkeypatch.setenv("RUFBUCH_STAFF_REGISTRY_ADDRESS", f"127.0.0.1:{server.port}")
                yield


@pytest.fixture(autouse=True)
def database_url(migrated_database: MigratedDatabases, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with migrated_database("console", migrate) as url:
        monkeypatch.setenv("RUFBUCH_CONSOLE_DATABASE_URL", url)
        monkeypatch.setenv("RUFBUCH_USER_PASSWORD", "ein langes Passwort")
        yield url


async def user(*words: str) -> Result:
    """The command, as a process would run it, beside the server of this test."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["user", *words])


async def add(email: str, tenant: str = SALON) -> Result:
    return await user("add", email, "--tenant", tenant, "--role", "staff")


async def _hash_of(url: str, email: str) -> str | None:
    async with postgres.pool(url) as pool:
        found = await SqlAccounts(pool).by_email(email)
        return found[1] if found else None


async def test_whoever_was_added_is_listed_disabled_and_enabled_again(database_url: str) -> None:
    assert (await add("Kim@Example.org")).exit_code == 0
    assert f"kim@example.org  de  staff of {SALON}  may sign in" in (await user("list")).output
    assert (await user("disable", "kim@example.org")).exit_code == 0
    assert "disabled since" in (await user("list")).output
    assert await _hash_of(database_url, "kim@example.org") is None
    assert (await user("enable", "kim@example.org")).exit_code == 0
    assert "may sign in" in (await user("list")).output


async def test_a_business_is_named_by_its_key_or_by_its_id() -> None:
    assert (await add("kim@example.org", "salon")).exit_code == 0
    assert f"staff of {SALON}" in (await user("list")).output


@pytest.mark.parametrize("tenant", ["praxis", NOBODY, SALON[:-1], ""])
async def test_nobody_works_for_a_business_that_there_is_not(tenant: str) -> None:
    told = await add("kim@example.org", tenant)
    assert told.exit_code == 2
    assert f"there is no business {tenant!r}" in told.output
    assert (await user("list")).output == ""


async def test_without_the_registry_nobody_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUFBUCH_STAFF_REGISTRY_ADDRESS", "127.0.0.1:1")
    told = await add("kim@example.org")
    assert (told.exit_code, told.output) == (2, "the registry does not answer: UNAVAILABLE\n")


async def test_a_forgotten_password_is_replaced(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await add("kim@example.org")
    before = await _hash_of(database_url, "kim@example.org")
    monkeypatch.setenv("RUFBUCH_USER_PASSWORD", "ein anderes langes Passwort")
    assert (await user("reset", "kim@example.org")).exit_code == 0
    assert await _hash_of(database_url, "kim@example.org") != before
    monkeypatch.setenv("RUFBUCH_USER_PASSWORD", "kurz")
    assert (await user("reset", "kim@example.org")).exit_code == 2


@pytest.mark.parametrize("command", ["disable", "enable", "reset"])
async def test_who_has_no_account_is_said(command: str) -> None:
    assert (await user(command, "nobody@example.org")).exit_code == 1
