"""Tests get real, empty, migrated databases, and pay for the migration once."""

import psycopg
import pytest

from local_stack.databases import MigratedDatabases
from local_stack.settings import TestSettings

migrations_run: list[str] = []


def migrate(url: str) -> None:
    migrations_run.append(url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE note (words text)")


def fail(url: str) -> None:
    migrate(url)
    raise ValueError(url)


def notes(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM note").fetchone()
    assert row is not None
    return int(row[0])


def test_tests_never_touch_the_database_that_services_use(
    migrated_database: MigratedDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OB-03: a test run emptied the production database. What services read is not what tests read, and of a server that
    is given for tests nothing is used but databases that they make for themselves."""
    monkeypatch.setenv("RUFBUCH_DATABASE_URL", "postgresql://production.example.org/rufbuch")
    assert TestSettings().database_url != "postgresql://production.example.org/rufbuch"
    with migrated_database("theirs", migrate) as url:
        assert url.rpartition("/")[2].startswith("test_theirs_")


def test_two_tests_share_the_migration_but_not_the_data(migrated_database: MigratedDatabases) -> None:
    migrations_run.clear()

    with migrated_database("notes", migrate) as first, migrated_database("notes", migrate) as second:
        with psycopg.connect(first) as connection:
            connection.execute("INSERT INTO note VALUES ('mine')")

        assert (notes(first), notes(second)) == (1, 0)
    assert len(migrations_run) <= 1


def test_a_database_is_gone_after_its_test_even_if_somebody_is_still_connected(
    migrated_database: MigratedDatabases,
) -> None:
    with migrated_database("notes", migrate) as url:
        lingering = psycopg.connect(url)

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    lingering.close()


def test_a_failed_migration_is_not_taken_for_a_template(migrated_database: MigratedDatabases) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="postgresql://"), migrated_database("broken", fail):
            pass
