"""The reference salon, and the service over a database of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from calendar_peer import CalendarPeer
from cryptography.fernet import Fernet
from desk import Desk, seated, twice

from chassis import postgres
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from chassis.testing import SettableClock, serving
from local_stack.databases import MigratedDatabases
from rufbuch.staff.v1 import service_pb2_grpc
from staff_registry.assembly import Assembled, assemble
from staff_registry.clients.calendar_sync import CalendarSync
from staff_registry.domain.business import Business, PhaseMapping
from staff_registry.samples import SALON
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.storage.sealing import Sealer
from staff_registry.testing.peers import MemoryPeers
from staff_registry.yaml_file import describe

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
API_KEYS = {key: f"cal_test_key_of_{key}" for key in ("anna", "ben", "clara")}


@pytest.fixture(scope="session")
def salon_text() -> str:
    """The reference salon's file."""
    return SALON.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def salon(salon_text: str) -> Business:
    """The reference salon with its secrets and with every mapping that its people need."""
    bare = describe(salon_text)
    mappings = [
        PhaseMapping(service.key, position, person.key, person.accounts[0].key, 1000 + 50 * n + position)
        for person in bare.people
        for n, service in enumerate(bare.services)
        if service.key in person.service_keys
        for position in service.active_positions()
    ]
    return describe(salon_text, api_keys=API_KEYS, mappings=mappings, webhook_secret="whsec_of_the_salon")


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(Fernet.generate_key().decode())


def migrate(url: str) -> None:
    postgres.migrate(url, "staff_registry")


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("staff_registry", migrate) as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with postgres.pool(database_url) as opened:
        yield opened


@pytest.fixture
def businesses(pool: Pool, sealer: Sealer) -> SqlBusinesses:
    return SqlBusinesses(pool, EventLog(pool), sealer)


@dataclass
class Running:
    """The service behind its real gRPC server."""

    stub: "service_pb2_grpc.StaffRegistryServiceAsyncStub"
    clock: SettableClock
    peers: MemoryPeers
    parts: Assembled
    calendars: CalendarPeer


@asynccontextmanager
async def running(pool: Pool, sealer: Sealer) -> AsyncIterator[Running]:
    clock, peers, peer = SettableClock(NOW), MemoryPeers(), CalendarPeer()  # type: ignore[abstract] # answers what is asked
    async with serving(peer.as_servicer()) as calendars:
        parts = assemble(pool, sealer, peers.all(), clock, CalendarSync(calendars))
        async with serving(parts.servicer) as channel:
            stub = service_pb2_grpc.StaffRegistryServiceStub(channel)
            yield Running(stub, clock, peers, parts, peer)


@pytest.fixture
async def registry(pool: Pool, sealer: Sealer) -> AsyncIterator[Running]:
    async with running(pool, sealer) as service:
        yield service


@pytest.fixture
async def desk(registry: Running, salon: Business) -> Desk:
    """An operator of the salon who has Anna listed twice, with two accounts at Cal.com."""
    return await seated(registry, twice(salon))
