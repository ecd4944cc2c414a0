"""One role and one schema for each service, and no way from one to another."""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

CONNECT_WITHIN_S = 5
ASIDE = "_before_restore"
"""Behind a schema's name while a restore is under way: what was there before."""


ATTEMPTS = 20
_AT_THE_SAME_TIME = (
    psycopg.errors.InternalError_,  # "tuple concurrently updated"
    psycopg.errors.UniqueViolation,
    psycopg.errors.DuplicateObject,
)
"""What PostgreSQL says when another database's installation makes or changes the same role in this moment. Nothing has been
done then, and the next attempt waits for nobody."""


class ProvisioningError(RuntimeError):
    """The database cannot be prepared; the message says what its user lacks."""


class RestoreBrokenOffError(ProvisioningError):
    """A restore has died; what was there before it stands aside, and an empty schema must not take its place."""


def provision(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Create or update, for each schema name, the schema and the role of the same name with this password. Raises
    ProvisioningError, RestoreBrokenOffError."""
    try:
        for _ in range(ATTEMPTS - 1):
            with suppress(*_AT_THE_SAME_TIME):
                _provision(admin_url, passwords)
                return
        _provision(admin_url, passwords)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ProvisioningError(
            f"RUFBUCH_DATABASE_URL: {_place(admin_url)} does not let its user prepare the services' schemas "
            f"({error.diag.message_primary}). The user needs CREATEROLE, and CREATE on the database."
        ) from error
    except psycopg.OperationalError as error:
        raise ProvisioningError(
            f"RUFBUCH_DATABASE_URL: no connection to {_place(admin_url)}: {error}"
        ) from error


def _provision(admin_url: str, passwords: Mapping[str, str]) -> None:
    with psycopg.connect(admin_url, connect_timeout=CONNECT_WITHIN_S) as connection:
        # One at a time in this database; for roles, which all databases of a server share, see _AT_THE_SAME_TIME.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('rufbuch provisioning'))")
        _nothing_stands_aside(connection)
        for schema, password in passwords.items():
            _create_role(connection, schema, password)
            _create_schema(connection, schema)


def _nothing_stands_aside(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE right(nspname, length(%s)) = %s ORDER BY 1", [ASIDE, ASIDE]
    ).fetchall()
    if found:
        raise RestoreBrokenOffError(
            f"a restore was broken off: what was there before it is kept ({', '.join(name for (name,) in found)})."
            " Run rufbuch restore again: it puts that back first"
        )


def url_for(admin_url: str, role: str, password: str) -> str:
    """The same database, seen by this role."""
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{place}"))


def _create_role(connection: psycopg.Connection, role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    words = "ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
    connection.execute(sql.SQL(words).format(sql.Identifier(role), sql.Literal(password)))


def _create_schema(connection: psycopg.Connection, schema: str) -> None:
    """The schema stays the admin's, so that creating it needs no membership in the role."""
    names = {"schema": sql.Identifier(schema), "database": sql.Identifier(connection.info.dbname)}
    for words in (
        "CREATE SCHEMA IF NOT EXISTS {schema}",
        "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
        "GRANT USAGE, CREATE ON SCHEMA {schema} TO {schema}",
        "ALTER ROLE {schema} IN DATABASE {database} SET search_path = {schema}",
    ):
        connection.execute(sql.SQL(words).format(**names))


def _place(url: str) -> str:
    """The URL without its password."""
    parts = urlsplit(url)
    return f"{parts.username or ''}@{parts.hostname or ''}:{parts.port or 5432}{parts.path}"
