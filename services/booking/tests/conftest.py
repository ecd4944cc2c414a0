"""Databases of one's own, an availability to be told what to say, and the service itself."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import asyncpg
import pytest

from chassis import postgres
from local_stack.databases import MigratedDatabases

NOW = datetime(2025, 11, 24, 9, 30, tzinfo=UTC)


def migrate(url: str) -> None:
    postgres.migrate(url, "booking")


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("booking", migrate) as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with postgres.pool(database_url) as opened:
        yield opened
