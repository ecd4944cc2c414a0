"""What the tests of this service share: real Redis and PostgreSQL, and the peers of one salon."""

from collections.abc import AsyncIterator, Iterator

import pytest

from availability.clients.redis_holds import RedisHolds, connected
from availability.domain.holds import HoldRules, Scope
from availability.testing.peers import BookingPeer, CalendarPeer, RegistryPeer
from availability.testing.replicas import SLOW_MACHINE_S, Running, Surroundings
from availability.testing.salon import at, salon
from chassis import postgres
from chassis.testing import SettableClock, serving
from local_stack.databases import MigratedDatabases


def migrate(url: str) -> None:
    postgres.migrate(url, "availability")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(at(7))


@pytest.fixture
def scope() -> Scope:
    return Scope("4f9a9c1e-0000-4000-8000-000000000001", "4f9a9c1e-0000-4000-8000-00000000000b")


@pytest.fixture
async def holds(redis_url: str) -> AsyncIterator[RedisHolds]:
    async with connected(redis_url, cluster=False, timeout_s=SLOW_MACHINE_S) as redis:
        yield RedisHolds(redis, HoldRules(), timeout_s=SLOW_MACHINE_S)


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("availability", migrate) as url:
        yield url


@pytest.fixture
def registry() -> RegistryPeer:
    return RegistryPeer(salon())  # type: ignore[abstract] # availability asks for no more than it has


@pytest.fixture
def booking() -> BookingPeer:
    return BookingPeer()  # type: ignore[abstract] # availability asks for no more than it has


@pytest.fixture
def outside() -> CalendarPeer:
    return CalendarPeer()  # type: ignore[abstract] # availability asks for no more than it has


@pytest.fixture
async def surroundings(
    database_url: str,
    redis_url: str,
    registry: RegistryPeer,
    booking: BookingPeer,
    outside: CalendarPeer,
    clock: SettableClock,
) -> AsyncIterator[Surroundings]:
    async with serving(registry.as_servicer(), booking.as_servicer(), outside.as_servicer()) as peers:
        yield Surroundings(database_url, redis_url, peers, clock)


@pytest.fixture
async def service(surroundings: Surroundings) -> AsyncIterator[Running]:
    async with surroundings.running() as running:
        yield running
