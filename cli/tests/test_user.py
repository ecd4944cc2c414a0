"""Accounts of the console on the command line."""

import asyncio
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from chassis import postgres
from console.storage.accounts import SqlAccounts
from local_stack.databases import MigratedDatabases
from rufbuch_cli.user import app

SALON = "4f9a9c1e-0000-4000-8000-000000000001"
run = CliRunner()


def migrate(url: str) -> None:
    postgres.migrate(url, "console")


@pytest.fixture(autouse=True)
def database_url(migrated_database: MigratedDatabases, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with migrated_database("console", migrate) as url:
        monkeypatch.setenv("RUFBUCH_CONSOLE_DATABASE_URL", url)
        monkeypatch.setenv("RUFBUCH_USER_PASSWORD", "ein langes Passwort")
        yield url


def add(email: str) -> int:
    return run.invoke(app, ["add", email, "--tenant", SALON, "--role", "staff"]).exit_code


async def _hash_of(url: str, email: str) -> str | None:
    async with postgres.pool(url) as pool:
        found = await SqlAccounts(pool).by_email(email)
        return found[1] if found else None


def test_whoever_was_added_is_listed_disabled_and_enabled_again(database_url: str) -> None:
    assert add("Kim@Example.org") == 0
    assert f"kim@example.org  de  staff of {SALON}  may sign in" in run.invoke(app, ["list"]).output
    assert run.invoke(app, ["disable", "kim@example.org"]).exit_code == 0
    assert "disabled since" in run.invoke(app, ["list"]).output
    assert asyncio.run(_hash_of(database_url, "kim@example.org")) is None
    assert run.invoke(app, ["enable", "kim@example.org"]).exit_code == 0
    assert "may sign in" in run.invoke(app, ["list"]).output


def test_a_forgotten_password_is_replaced(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add("kim@example.org")
    before = asyncio.run(_hash_of(database_url, "kim@example.org"))
    monkeypatch.setenv("RUFBUCH_USER_PASSWORD", "ein anderes langes Passwort")
    assert run.invoke(app, ["reset", "kim@example.org"]).exit_code == 0
    assert asyncio.run(_hash_of(database_url, "kim@example.org")) != before
    monkeypatch.setenv("RUFBUCH_USER_PASSWORD", "kurz")
    assert run.invoke(app, ["reset", "kim@example.org"]).exit_code == 2


@pytest.mark.parametrize("command", ["disable", "enable", "reset"])
def test_who_has_no_account_is_said(command: str) -> None:
    assert run.invoke(app, [command, "nobody@example.org"]).exit_code == 1
