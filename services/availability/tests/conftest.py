"""What the tests of this service share: real Redis and PostgreSQL."""

from collections.abc import AsyncIterator, Iterator

import pytest

from availability.clients.redis_holds import RedisHolds, connected
from availability.domain.holds import HoldRules, Scope
from availability.testing import at
from chassis import postgres
from chassis.testing import SettableClock
from local_stack.databases import MigratedDatabases


def migrate(url: str) -> None:
    postgres.migrate(url, "availability")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(at(8))


@pytest.fixture
def scope() -> Scope:
    return Scope("4f9a9c1e-0000-4000-8000-000000000001", "4f9a9c1e-0000-4000-8000-00000000000b")


@pytest.fixture
async def holds(redis_url: str) -> AsyncIterator[RedisHolds]:
    # A machine that runs all tests at once may be slow to answer.
    async with connected(redis_url, cluster=False, timeout_s=5) as redis:
        yield RedisHolds(redis, HoldRules(), timeout_s=5)


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("availability", migrate) as url:
        yield url
