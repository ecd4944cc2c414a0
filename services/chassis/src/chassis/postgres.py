"""A service's own schema in PostgreSQL: the pool and the migrations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources

import asyncpg
import yoyo

Pool = asyncpg.Pool
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy


@asynccontextmanager
async def pool(
    url: str, *, connections_max: int = 16, command_timeout_s: float = 5.0
) -> AsyncIterator[asyncpg.Pool]:
    """Connections to the database; none is opened before it is needed, so that services start in any order."""
    opened = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=connections_max,
        command_timeout=command_timeout_s,
        timeout=command_timeout_s,
    )
    async with opened:
        yield opened


async def check(opened: asyncpg.Pool) -> None:
    """Raise unless the database answers."""
    await opened.fetchval("SELECT 1")


def migrate(url: str, package: str) -> None:
    """Bring the schema to the newest of ``package``'s ``migrations/*.sql``. Repeating it, or two at once, is harmless."""
    scheme, rest = url.split("://", 1)
    if not scheme.startswith("postgres"):
        raise ValueError(f"not a PostgreSQL URL: {scheme}://…")
    with resources.as_file(resources.files(package) / "migrations") as folder:
        migrations = yoyo.read_migrations(str(folder))
        backend = yoyo.get_backend(f"postgresql+psycopg://{rest}")
        with backend.lock():
            backend.apply_migrations(backend.to_apply(migrations))
        backend.connection.close()
