"""Migrations: as often as one likes, several at once, and again after one was killed."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE, Popen

import psycopg
import pytest

from chassis import postgres
from local_stack.embedded import EmbeddedPostgres

SLOW = """
CREATE TABLE visit (number integer PRIMARY KEY);
SELECT pg_sleep({seconds});
INSERT INTO visit VALUES (1);
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with one migration that takes its time."""
    migrations = tmp_path / "slow_service" / "migrations"
    migrations.mkdir(parents=True)
    (tmp_path / "slow_service" / "__init__.py").write_text('"""A service."""\n')
    (migrations / "0001.visits.sql").write_text(SLOW.format(seconds=0.2))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def visits(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM visit").fetchone()
    assert row
    return int(row[0])


def test_several_at_once_and_again_are_one(private_postgres: EmbeddedPostgres, package: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: postgres.migrate(private_postgres.url, "slow_service"), range(4)))
    postgres.migrate(private_postgres.url, "slow_service")
    assert visits(private_postgres.url) == 1


def test_one_that_was_killed_keeps_nobody_out(private_postgres: EmbeddedPostgres, package: Path) -> None:
    """What a dead process has left behind must not need a person."""
    url = private_postgres.url
    program = f"""
import sys
sys.path.insert(0, {str(package)!r})
from chassis import postgres
print("begins", flush=True)
postgres.migrate({url!r}, "slow_service")
"""
    slow = package / "slow_service" / "migrations" / "0001.visits.sql"
    slow.write_text(SLOW.format(seconds=60))
    with Popen([sys.executable, "-c", program], stdout=PIPE, text=True) as killed:
        assert killed.stdout
        killed.stdout.readline()
        _await_sleeper(url)
        os.kill(killed.pid, signal.SIGKILL)
    slow.write_text(SLOW.format(seconds=0))
    with psycopg.connect(url, autocommit=True) as admin:
        # The server notices a dead client only when it has something to say to it.
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
            " AND pid <> pg_backend_pid()"
        )
    postgres.migrate(url, "slow_service")
    assert visits(url) == 1


def _await_sleeper(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        for _ in range(1000):
            found = admin.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchone()
            if found:
                return
            admin.execute("SELECT pg_sleep(0.02)")
    raise TimeoutError
