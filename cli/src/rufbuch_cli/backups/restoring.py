"""A backup into a database that is empty, or that somebody has named to be replaced; whole, or not at all."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from local_stack.provisioning import ASIDE, RestoreBrokenOffError, provision
from rufbuch_cli.backups.dumping import SCHEMAS
from rufbuch_cli.backups.programs import run

MAGIC = b"PGDMP"
LIBRARIES = ("yoyo_lock", "job_log", "job_statistics", "job_schedule")
LOGS = ("booking", "staff_registry", "calcom_sync")
# Ids of transactions do not survive (DECISIONS 1): those of a new server begin at the beginning, so that what happens next
# would seem to be older than what was restored. The order of one appointment's events is that of their numbers as well,
# and whoever reads begins anew; reading twice does nothing twice.
ANEW = (
    *(f"UPDATE {schema}.event SET transaction_id = '1'::xid8" for schema in LOGS),  # noqa: S608 - names of ours
    "UPDATE calcom_sync.stream SET position = ''",
    "UPDATE booking.message_reader SET position = ''",
    "UPDATE booking.waitlist_stream SET position = ''",
    "UPDATE availability.consumed SET position = ''",
    # Every account is compared with Cal.com at once, from its first page on.
    "UPDATE calcom_sync.survey SET due_at = now(), started_at = NULL, page = 0, drift = '{}', asked_at = NULL",
    # Nobody works at anything here yet: what was taken by a process of then is free to be taken again.
    "UPDATE booking.job SET status = 'queued', queue_manager_id = NULL, heartbeat = now() WHERE status = 'picked'",
    "UPDATE calcom_sync.job SET status = 'queued', queue_manager_id = NULL, heartbeat = now() WHERE status = 'picked'",
    # Sessions of operators who signed in then would be signed in again.
    "DELETE FROM console.session",
)


class NotEmptyError(RuntimeError):
    """There is something that would be replaced; the message names it and says how."""


class NotABackupError(RuntimeError):
    """The file is something else."""


class InUseError(RuntimeError):
    """Services are connected; they have to be stopped first."""


def restore(admin_url: str, passwords: Mapping[str, str], file: Path, *, replace: str = "") -> dict[str, int]:
    """Put the backup there; rows of the main tables. ``passwords`` are those of the services' roles, by schema. ``replace``
    is the name of the database if what it holds is to be replaced. Raises NotEmptyError, InUseError, ProgramFailedError,
    FileNotFoundError, ProvisioningError: then everything is as it was."""
    if not file.exists():
        raise FileNotFoundError(f"there is no backup at {file}")
    with file.open("rb") as opened:
        if opened.read(len(MAGIC)) != MAGIC:
            raise NotABackupError(f"{file} is no backup that rufbuch has made")
    try:
        provision(admin_url, passwords)
    except RestoreBrokenOffError:
        _take_back(admin_url, replace)
        provision(admin_url, passwords)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _nobody_works(connection)
        _may_be_replaced(connection, admin_url, replace)
        _put_aside(connection)
        try:
            run("pg_restore", admin_url, ["--single-transaction", "--exit-on-error", str(file)])
            _conclude(connection)
        except BaseException:
            _put_back(connection)
            raise
    provision(admin_url, passwords)
    return _counts(admin_url)


def _nobody_works(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY(%s)",
        [list(SCHEMAS)],
    ).fetchall()
    if rows:
        raise InUseError(
            f"stop the services first: {', '.join(sorted(name for (name,) in rows))} work on this database"
        )


def _may_be_replaced(connection: psycopg.Connection, admin_url: str, replace: str) -> None:
    database = urlsplit(admin_url).path.removeprefix("/")
    held = _rows_held(connection)
    if held and replace != database:
        shown = ", ".join(f"{table} {rows}" for table, rows in list(held.items())[:5])
        raise NotEmptyError(
            f"the database {database} is not empty ({shown}); nothing was changed."
            f" To replace all of it: --replace {database}"
        )


def _rows_held(connection: psycopg.Connection) -> dict[str, int]:
    tables = connection.execute(
        "SELECT schemaname, relname FROM pg_stat_user_tables WHERE schemaname = ANY(%s)"
        " AND relname NOT LIKE %s AND relname <> ALL(%s) ORDER BY 1, 2",
        (list(SCHEMAS), "\\_yoyo%", list(LIBRARIES)),
    ).fetchall()
    counted = {
        f"{schema}.{table}": _count(connection, schema, table)
        for schema, table in tables
        # Made by the migrations: a row that says where a reader is.
        if table not in {"message_reader", "waitlist_stream", "consumed", "stream"}
    }
    return {table: rows for table, rows in counted.items() if rows}


def _count(connection: psycopg.Connection, schema: str, table: str) -> int:
    row = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
    ).fetchone()
    return int(row[0]) if row else 0


def _take_back(admin_url: str, replace: str) -> None:
    """A restore has died: as long as something stands aside it has not been concluded, and what stands there counts."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _nobody_works(connection)
        _may_be_replaced(connection, admin_url, replace)
        _put_back(connection)


def _put_aside(connection: psycopg.Connection) -> None:
    with connection.transaction():
        for schema in SCHEMAS:
            _do(connection, "ALTER SCHEMA {} RENAME TO {}", schema, schema + ASIDE)


def _put_back(connection: psycopg.Connection) -> None:
    with connection.transaction():
        for schema in SCHEMAS:
            _do(connection, "DROP SCHEMA IF EXISTS {} CASCADE", schema)
            _do(connection, "ALTER SCHEMA {} RENAME TO {}", schema + ASIDE, schema)


def _conclude(connection: psycopg.Connection) -> None:
    """At once: whoever is killed before this finds what was there before still standing aside."""
    with connection.transaction():
        for statement in ANEW:
            connection.execute(statement)
        for schema in SCHEMAS:
            _do(connection, "DROP SCHEMA {} CASCADE", schema + ASIDE)


def _do(connection: psycopg.Connection, words: str, *names: str) -> None:
    connection.execute(sql.SQL(words).format(*map(sql.Identifier, names)))


def _counts(admin_url: str) -> dict[str, int]:
    shown = (
        ("staff_registry", "tenant"),
        ("booking", "appointment"),
        ("booking", "customer"),
        ("calcom_sync", "intent"),
    )
    with psycopg.connect(admin_url) as connection:
        return {f"{schema}.{table}": _count(connection, schema, table) for schema, table in shown}
