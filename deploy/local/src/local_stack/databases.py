"""Fresh databases for tests: each schema is migrated once, then copied in milliseconds."""

import inspect
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from local_stack.provisioning import url_for

Migrate = Callable[[str], None]
OWNER = "rufbuch_test"
"""Owns the databases of tests: a role like a service's own, since a superuser would see through row level security."""


class MigratedDatabases:
    """Hands out databases on one server; call it with a name and the function that migrates a URL."""

    def __init__(self, admin_url: str, *, run: str) -> None:
        self._admin_url = admin_url
        self._run = run
        self._templates: set[str] = set()
        self._password = sha256(f"{OWNER} {admin_url}".encode()).hexdigest()
        self._has_owner = False

    @contextmanager
    def __call__(self, name: str, migrate: Migrate) -> Iterator[str]:
        """The URL of a database that was migrated and that nobody else uses; dropped afterwards.

        The same name with the same function means the same schema: it is migrated once in a test run.
        """
        template = self._template(name, migrate)
        database = f"test_{name}_{secrets.token_hex(6)}"
        self._run_sql("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY", database, OWNER, template)
        try:
            yield self._url(database)
        finally:
            self._run_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def close(self) -> None:
        """Drop what this process would leave on a server that stays."""
        for template in self._templates:
            self._run_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", template)

    def _template(self, name: str, migrate: Migrate) -> str:
        template = f"template_{name}_{sha256(f'{self._run} {_identity(migrate)}'.encode()).hexdigest()[:12]}"
        if template not in self._templates:
            self._ensure(template, migrate)
            self._templates.add(template)
        return template

    def _ensure(self, template: str, migrate: Migrate) -> None:
        """Migrate once, also when several processes of the run come at the same time."""
        with self._admin() as admin:
            admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
            self._ensure_owner(admin)
            if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
                return
            # Under another name until it is complete: a failed migration must not be found by the next test.
            unfinished = f"{template}_unfinished"
            for words in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {} OWNER {}"):
                admin.execute(sql.SQL(words).format(sql.Identifier(unfinished), sql.Identifier(OWNER)))
            migrate(self._url(unfinished))
            words = "ALTER DATABASE {} RENAME TO {}"
            admin.execute(_END_CONNECTIONS, [unfinished])
            admin.execute(sql.SQL(words).format(sql.Identifier(unfinished), sql.Identifier(template)))

    def _ensure_owner(self, admin: psycopg.Connection) -> None:
        """With rights that tests need (other roles, the sessions of others); it looks into the rows of all tenants unless
        it is told otherwise, as a service always is."""
        if self._has_owner:
            return
        admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [OWNER])
        known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
        words = (
            "ALTER ROLE {} LOGIN CREATEROLE PASSWORD {}"
            if known
            else "CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}"
        )
        owner = sql.Identifier(OWNER)
        admin.execute(sql.SQL(words).format(owner, sql.Literal(self._password)))
        admin.execute(sql.SQL("ALTER ROLE {} SET rufbuch.tenant = '*'").format(owner))
        admin.execute(sql.SQL("GRANT pg_monitor, pg_signal_backend TO {}").format(owner))
        admin.execute("SELECT pg_advisory_unlock(hashtext(%s))", [OWNER])
        self._has_owner = True

    def _run_sql(self, words: str, *names: str) -> None:
        with self._admin() as admin:
            admin.execute(sql.SQL(words).format(*map(sql.Identifier, names)))

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self._admin_url, autocommit=True)

    def _url(self, database: str) -> str:
        return url_for(
            urlunsplit(urlsplit(self._admin_url)._replace(path=f"/{database}")), OWNER, self._password
        )


_END_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


def _identity(migrate: Migrate) -> str:
    """A name for the function that is the same in every process of the run."""
    function = inspect.unwrap(migrate)
    code = getattr(function, "__code__", None)
    place = f"{code.co_filename}:{code.co_firstlineno}" if code else repr(type(function))
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')} {place}"
