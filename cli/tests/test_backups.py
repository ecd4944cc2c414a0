"""All schemas in one file, and back: whole or not at all, never over something, and read anew."""

import importlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import yaml
from psycopg import sql

from chassis import postgres
from local_stack.databases import MigratedDatabases
from local_stack.provisioning import ASIDE, RestoreBrokenOffError, provision, url_for
from rufbuch_cli.backup import make
from rufbuch_cli.backups.dumping import SCHEMAS, back_up
from rufbuch_cli.backups.keeping import kept, named_after
from rufbuch_cli.backups.programs import ProgramFailedError, run
from rufbuch_cli.backups.restoring import InUseError, NotABackupError, NotEmptyError, restore
from rufbuch_cli.main import app

PASSWORDS = dict.fromkeys(SCHEMAS, "test")
TENANT = "11111111-1111-4111-8111-111111111111"


def migrated(url: str) -> None:
    """As an installation has it, each schema by its own role."""
    provision(url, PASSWORDS)
    for schema in SCHEMAS:
        own = url_for(url, schema, PASSWORDS[schema])
        if schema in {"booking", "calcom_sync"}:
            importlib.import_module(f"{schema}.migration").migrate(own)
        else:
            postgres.migrate(own, schema)


def nothing(_: str) -> None:
    """An empty database."""


def by_superuser(url: str, server: str) -> str:
    """The same database for whoever may see and replace everything, as the embedded server's own user may."""
    return urlunsplit(urlsplit(server)._replace(path=urlsplit(url).path))


@pytest.fixture
def lived_in(migrated_database: MigratedDatabases, postgres_server: str) -> Iterator[str]:
    """An installation with something in it."""
    with migrated_database("installed", migrated) as ours:
        url = by_superuser(ours, postgres_server)
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO booking.customer (tenant_id, customer_id, name, phone_number, calendar_email, created_at, booked_at)"
                " VALUES (%s, gen_random_uuid(), 'Anna Beispiel', '+493023125001', 'a@kunden.example.org', now(), now())",
                [TENANT],
            )
            connection.execute(
                "INSERT INTO booking.event (transaction_id, recorded_at, traceparent, kind, payload)"
                " VALUES ('900000000'::xid8, now(), '', 'customer_erased', '{}')"
            )
            connection.execute("UPDATE booking.message_reader SET position = '900000000-1'")
        yield url


@pytest.fixture
def empty(migrated_database: MigratedDatabases, postgres_server: str) -> Iterator[str]:
    with migrated_database("nothing_yet", nothing) as url:
        yield by_superuser(url, postgres_server)


def one(url: str, words: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(words).fetchone()
    return row[0] if row else None


def everything(url: str) -> dict[str, object]:
    """What each table holds."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, relname FROM pg_stat_user_tables WHERE schemaname = ANY(%s) ORDER BY 1, 2",
            [list(SCHEMAS)],
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(
                sql.SQL("SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM {} t").format(
                    sql.Identifier(schema, table)
                )
            ).fetchall()
            for schema, table in tables
        }


def test_what_comes_back_is_what_was_there(lived_in: str, empty: str, tmp_path: Path) -> None:
    assert back_up(lived_in, tmp_path / "b") > 1000
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0, "it holds names and numbers"
    restore(empty, PASSWORDS, tmp_path / "b")
    before, after = everything(lived_in), everything(empty)
    different = {table for table in before if before[table] != after[table]}
    assert before.keys() == after.keys()
    assert different == {"booking.event", "booking.message_reader"}, "what is read anew"
    own = f"{url_for(empty, 'booking', 'test')}?options=-crufbuch.tenant%3D*"
    assert one(own, "SELECT name FROM customer") == "Anna Beispiel", "seen by the service's own role"


def test_the_log_goes_on_behind_what_was_restored(lived_in: str, empty: str, tmp_path: Path) -> None:
    """Ids of transactions begin anew on another server: what happens next must not seem to be older."""
    back_up(lived_in, tmp_path / "b")
    restore(empty, PASSWORDS, tmp_path / "b")
    assert one(empty, "SELECT position FROM booking.message_reader") == ""
    with psycopg.connect(f"{url_for(empty, 'booking', 'test')}?options=-crufbuch.tenant%3D*") as connection:
        connection.execute(
            "INSERT INTO event (recorded_at, traceparent, kind, payload) VALUES (now(), '', 'customer_erased', '{}')"
        )
    order = one(
        empty,
        "SELECT array_agg(number ORDER BY transaction_id, number) = array_agg(number ORDER BY number) FROM booking.event",
    )
    assert order is True


def test_something_is_never_replaced_by_chance(lived_in: str, tmp_path: Path) -> None:
    """OB-03"""
    back_up(lived_in, tmp_path / "b")
    with psycopg.connect(lived_in) as connection:
        connection.execute("UPDATE booking.customer SET name = 'Berta Beispiel'")
    with pytest.raises(NotEmptyError, match=r"booking.customer 1.*--replace"):
        restore(lived_in, PASSWORDS, tmp_path / "b")
    with pytest.raises(NotEmptyError):
        restore(lived_in, PASSWORDS, tmp_path / "b", replace="another")
    assert one(lived_in, "SELECT name FROM booking.customer") == "Berta Beispiel"
    restore(lived_in, PASSWORDS, tmp_path / "b", replace=urlsplit(lived_in).path.removeprefix("/"))
    assert one(lived_in, "SELECT name FROM booking.customer") == "Anna Beispiel"


def test_a_broken_backup_leaves_everything_as_it_was(lived_in: str, tmp_path: Path) -> None:
    """Nothing is half-done."""
    back_up(lived_in, tmp_path / "b")
    before = everything(lived_in)
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "other").write_text("no backup")
    database = urlsplit(lived_in).path.removeprefix("/")
    with pytest.raises(ProgramFailedError):
        restore(lived_in, PASSWORDS, tmp_path / "cut", replace=database)
    with pytest.raises(NotABackupError):
        restore(lived_in, PASSWORDS, tmp_path / "other", replace=database)
    with pytest.raises(FileNotFoundError):
        restore(lived_in, PASSWORDS, tmp_path / "none", replace=database)
    assert everything(lived_in) == before


def test_a_restore_that_was_killed_has_lost_nothing(lived_in: str, tmp_path: Path) -> None:
    """OB-03: killed once everything stood aside, or once the backup was there: what was there before is neither dropped nor
    taken for an empty installation, and comes back first."""
    back_up(lived_in, tmp_path / "b")
    with psycopg.connect(lived_in) as connection:
        connection.execute("UPDATE booking.customer SET name = 'Berta Beispiel'")
    database = urlsplit(lived_in).path.removeprefix("/")
    for restored in (False, True):
        before = everything(lived_in)
        with psycopg.connect(lived_in, autocommit=True) as connection:
            for schema in SCHEMAS:
                connection.execute(f"ALTER SCHEMA {schema} RENAME TO {schema}{ASIDE}")
        if restored:
            run("pg_restore", lived_in, ["--single-transaction", "--exit-on-error", str(tmp_path / "b")])
        with pytest.raises(RestoreBrokenOffError, match="rufbuch restore"):
            provision(lived_in, PASSWORDS)
        with pytest.raises(NotEmptyError):
            restore(lived_in, PASSWORDS, tmp_path / "b")
        (tmp_path / "cut").write_bytes((tmp_path / "b").read_bytes()[:5_000])
        with pytest.raises(ProgramFailedError):
            restore(lived_in, PASSWORDS, tmp_path / "cut", replace=database)
        assert everything(lived_in) == before
    restore(lived_in, PASSWORDS, tmp_path / "b", replace=database)
    assert one(lived_in, "SELECT name FROM booking.customer") == "Anna Beispiel"


def test_under_working_services_nothing_is_replaced(lived_in: str, tmp_path: Path) -> None:
    back_up(lived_in, tmp_path / "b")
    database = urlsplit(lived_in).path.removeprefix("/")
    with psycopg.connect(url_for(lived_in, "booking", "test")) as service:
        service.execute("SELECT 1")
        with pytest.raises(InUseError, match="booking"):
            restore(lived_in, PASSWORDS, tmp_path / "b", replace=database)


def test_a_backup_is_not_written_over_another(lived_in: str, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("the one of yesterday")
    with pytest.raises(FileExistsError):
        back_up(lived_in, tmp_path / "b")
    assert (tmp_path / "b").read_text() == "the one of yesterday"
    assert list(tmp_path.iterdir()) == [tmp_path / "b"]


def test_the_nightly_job_of_the_cluster_backs_up_with_a_role_that_only_reads(
    lived_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own words and variables, the role of docs/operations.md; the oldest goes when the new one is there."""
    (container,) = _nightly()["containers"]
    with psycopg.connect(lived_in, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS rufbuch_backup")
        connection.execute(_documented_role())
    reader = urlsplit(lived_in)
    there = f"rufbuch_backup:word@{reader.hostname}:{reader.port}"
    variables = {
        "RUFBUCH_DATABASE_URL": urlunsplit(reader._replace(netloc=there)),
        "RUFBUCH_STATE_DIR": str(tmp_path / "state"),
    }
    assert {entry["name"] for entry in container["env"]} == variables.keys()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "backups").mkdir()
    for day in range(1, 15):
        (tmp_path / "backups" / f"rufbuch-202601{day:02}T021500Z.backup").touch()
    *words, place = container["args"]
    assert place in {one["mountPath"] for one in container["volumeMounts"]}
    with pytest.raises(SystemExit) as ended:
        app([*words, str(tmp_path / "backups")])
    assert ended.value.code == 0
    first, *_, newest = sorted((tmp_path / "backups").iterdir())
    assert first.name == "rufbuch-20260102T021500Z.backup"
    restore(lived_in, PASSWORDS, newest, replace=urlsplit(lived_in).path.removeprefix("/"))
    assert one(lived_in, "SELECT name FROM booking.customer") == "Anna Beispiel"


def _nightly() -> dict[str, Any]:
    file = Path(__file__).parents[2] / "deploy/kubernetes/components/dumps/backup.yaml"
    pod: dict[str, Any] = yaml.safe_load(file.read_text())["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return pod


def _documented_role() -> str:
    """As docs/operations.md has it, with a password."""
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    found = re.search(r"^CREATE ROLE rufbuch_backup .*;$", page, re.MULTILINE)
    assert found
    return found[0].replace("…", "word")


def test_what_is_kept_is_the_newest_and_nobody_elses_files_go(tmp_path: Path) -> None:
    names = [named_after(datetime(2026, 1, day, 2, 15, tzinfo=UTC)) for day in (1, 2, 3)]
    others = [
        "notes.txt",
        "before-the-move.backup",
        f".{named_after(datetime(2026, 1, 3, 3, tzinfo=UTC))}.unfinished",
    ]
    killed = f".{names[0]}.unfinished"
    for name in [*names, *others, killed]:
        (tmp_path / name).touch()
    assert {each.name for each in kept(tmp_path, 2)} == {names[0], killed}
    assert {each.name for each in tmp_path.iterdir()} == {*names[1:], *others}


def test_how_many_are_kept_is_about_a_directory(tmp_path: Path) -> None:
    assert make(tmp_path / "b", keep=3) == 2
