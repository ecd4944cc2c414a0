"""A service's own schema in PostgreSQL: the pool and the migrations."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import resources
from typing import cast

import asyncpg
import psycopg
import yoyo
from opentelemetry.instrumentation.utils import suppress_instrumentation

from chassis import rows
from chassis.errors import StorageUnavailableError

Pool = asyncpg.Pool
_OUT_OF_REACH = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.CannotConnectNowError,
    # Too many connections, a full disk, no memory: somebody has to make room, and then it goes on.
    asyncpg.InsufficientResourcesError,
    # Of two transactions that waited for each other the server ends one: nothing of it has happened, and it can be repeated.
    asyncpg.DeadlockDetectedError,
    # What asyncpg itself says of a connection that is gone, or that went in the middle of an answer.
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
LEFT_OPEN_S = 60.0
"""Longer than anything that waits for another service with a transaction open; that is cut off, and asked for again."""
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy


@asynccontextmanager
async def pool(
    url: str, *, connections_max: int = 16, command_timeout_s: float = 5.0, left_open_s: float = LEFT_OPEN_S
) -> AsyncIterator[asyncpg.Pool]:
    """Connections to the database; none is opened before it is needed, so that services start in any order.

    Each shows the rows of whom ``chassis.rows`` names when it is taken; telling it costs a round trip only where it was
    somebody else's before. What else is changed for a session (SET, LISTEN, advisory locks of the session) is not undone
    when a connection goes back: nobody changes anything, and undoing nothing would cost every query a second round trip.

    A transaction that says nothing for ``left_open_s`` is ended by the server: its process may be gone with its machine, and as
    long as it is open it keeps its locks, and readers of all logs wait for it.
    """
    opened = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=connections_max,
        command_timeout=command_timeout_s,
        timeout=command_timeout_s,
        reset=_undo_nothing,
        connection_class=_Showing,
        server_settings={"idle_in_transaction_session_timeout": str(round(left_open_s * 1000))},
        setup=show,
    )
    async with opened:
        yield opened


@contextmanager
def reaching_storage() -> Iterator[None]:
    """Turn a lost connection, or a transaction that made way for another, into StorageUnavailableError; everything else stays
    what it is."""
    try:
        yield
    except _OUT_OF_REACH as error:
        if isinstance(error, ValueError | TypeError):
            # asyncpg's word for an argument that does not fit: our bug.
            raise
        raise StorageUnavailableError(f"the database does not answer: {type(error).__name__}") from error


class _Showing(asyncpg.Connection):
    """A connection that knows whose rows it shows."""

    _whose: str | None = None
    """None: not known."""

    async def show(self, whose: str) -> None:
        """Show the rows of an owner from now on."""
        if self._whose != whose:
            # Not known while it is being told: whoever is cut off here may have been heard.
            self._whose = None
            with suppress_instrumentation():
                await self.execute(f"SET {rows.SETTING} = '{whose}'")
            self._whose = whose

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's signature
        """See asyncpg.Connection. A library that does it undoes as well whose rows are shown."""
        self._whose = None
        await super().reset(timeout=timeout)


async def show(connection: Connection) -> None:
    """Let a connection that has been taken show the rows of whom ``chassis.rows`` names now."""
    # The pool hands out proxies, which pass on what they do not know.
    await cast("_Showing", connection).show(rows.whose())


async def _undo_nothing(_: Connection) -> None:
    """An open transaction is rolled back by asyncpg itself, before this."""


async def check(opened: asyncpg.Pool) -> None:
    """Raise unless the database answers."""
    await opened.fetchval("SELECT 1")


def migrate(url: str, package: str) -> None:
    """Bring the schema to the newest of ``package``'s ``migrations/*.sql``. Repeating it, or two at once, is harmless."""
    scheme, rest = url.split("://", 1)
    if not scheme.startswith("postgres"):
        raise ValueError(f"not a PostgreSQL URL: {scheme}://…")
    with resources.as_file(resources.files(package) / "migrations") as folder, _alone(url):
        migrations = yoyo.read_migrations(str(folder))
        backend = yoyo.get_backend(f"postgresql+psycopg://{rest}")
        backend.execute(f"SET {rows.SETTING} = '{rows.EVERYBODY}'")
        backend.apply_migrations(backend.to_apply(migrations))
        backend.execute((resources.files("chassis") / "row_security.sql").read_text(encoding="utf-8"))
        backend.connection.close()


@contextmanager
def _alone(url: str) -> Iterator[None]:
    """One migration of a schema at a time. PostgreSQL's own lock: it ends with whoever holds it, also by kill -9, where
    a row in a table would keep everybody out until somebody deletes it."""
    with psycopg.connect(url, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(hashtextextended('migrations of ' || current_schema(), 0))")
        yield
