"""Fresh databases for tests: each schema is migrated once, then copied in milliseconds."""

import inspect
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

Migrate = Callable[[str], None]


class MigratedDatabases:
    """Hands out databases on one server; call it with a name and the function that migrates a URL."""

    def __init__(self, admin_url: str, *, run: str) -> None:
        self._admin_url = admin_url
        self._run = run
        self._templates: set[str] = set()

    @contextmanager
    def __call__(self, name: str, migrate: Migrate) -> Iterator[str]:
        """The URL of a database that was migrated and that nobody else uses; dropped afterwards.

        The same name with the same function means the same schema: it is migrated once in a test run.
        """
        template = self._template(name, migrate)
        database = f"test_{name}_{secrets.token_hex(6)}"
        self._run_sql("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", database, template)
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
            if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
                return
            # Under another name until it is complete: a failed migration must not be found by the next test.
            unfinished = f"{template}_unfinished"
            for words in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
                admin.execute(sql.SQL(words).format(sql.Identifier(unfinished)))
            migrate(self._url(unfinished))
            words = "ALTER DATABASE {} RENAME TO {}"
            admin.execute(_END_CONNECTIONS, [unfinished])
            admin.execute(sql.SQL(words).format(sql.Identifier(unfinished), sql.Identifier(template)))

    def _run_sql(self, words: str, *names: str) -> None:
        with self._admin() as admin:
            admin.execute(sql.SQL(words).format(*map(sql.Identifier, names)))

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self._admin_url, autocommit=True)

    def _url(self, database: str) -> str:
        return urlunsplit(urlsplit(self._admin_url)._replace(path=f"/{database}"))


_END_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


def _identity(migrate: Migrate) -> str:
    """A name for the function that is the same in every process of the run."""
    function = inspect.unwrap(migrate)
    code = getattr(function, "__code__", None)
    place = f"{code.co_filename}:{code.co_firstlineno}" if code else repr(type(function))
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')} {place}"
