"""A database of the version before, with a business in it, comes along."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources

import pytest
import yoyo

from chassis import postgres
from chassis.eventlog import EventLog
from local_stack.databases import MigratedDatabases
from staff_registry.domain.business import (
    Branch,
    Business,
    Person,
    Phase,
    PhaseKind,
    PhaseMinutes,
    Policy,
    Service,
    WeeklyHours,
)
from staff_registry.domain.ids import Ids
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.storage.sealing import Sealer
from staff_registry.usecases.import_business import import_business

IDS = Ids("salon")
BEFORE = Business(
    key="salon",
    name="Salon",
    language="de-DE",
    branches=(
        Branch("mitte", "Mitte", "Europe/Berlin", "", ("+493023125100",), 15, 15, 180, 300,
               (WeeklyHours((2, 3), "09:00", "18:00"),)),
    ),
    people=(Person("anna", "Anna", ("mitte",), (WeeklyHours((2,), "09:00", "18:00"),), (), (), ("gloss",)),),
    services=(Service("gloss", "Gloss", (), (Phase("Auftragen", PhaseKind.ACTIVE, 30),), 4500, "EUR"),),
    mappings=(),
    calendar_sync=False,
)  # fmt: skip
ROWS = f"""
    INSERT INTO tenant VALUES ('{IDS.tenant}', 'salon', 'Salon', 'de-DE', false, '', 3, now());
    INSERT INTO branch VALUES ('{IDS.tenant}', '{IDS.branch("mitte")}', 'mitte', 0, 'Mitte', 'Europe/Berlin', '',
        15, 15, 180, 300);
    INSERT INTO dialled_number VALUES ('+493023125100', '{IDS.tenant}', '{IDS.branch("mitte")}');
    INSERT INTO opening_hours VALUES ('{IDS.tenant}', '{IDS.branch("mitte")}', 0, '{{2,3}}', '09:00', '18:00');
    INSERT INTO service VALUES ('{IDS.tenant}', '{IDS.service("gloss")}', 'gloss', 0, 'Gloss', '{{}}', 4500, 'EUR');
    INSERT INTO phase VALUES ('{IDS.tenant}', '{IDS.service("gloss")}', 0, 'Auftragen', 'ACTIVE', 30);
    INSERT INTO person VALUES ('{IDS.tenant}', '{IDS.person("anna")}', 'anna', 0, 'Anna');
    INSERT INTO person_branch VALUES ('{IDS.tenant}', '{IDS.person("anna")}', '{IDS.branch("mitte")}');
    INSERT INTO working_hours VALUES ('{IDS.tenant}', '{IDS.person("anna")}', 0, '{{2}}', '09:00', '18:00');
    INSERT INTO skill VALUES ('{IDS.tenant}', '{IDS.person("anna")}', '{IDS.service("gloss")}');
"""


def migrate_to_the_first(url: str) -> None:
    with resources.as_file(resources.files("staff_registry") / "migrations") as folder:
        first = yoyo.read_migrations(str(folder)).filter(lambda migration: migration.id.startswith("0001."))
        backend = yoyo.get_backend(url.replace("postgresql://", "postgresql+psycopg://"))
        backend.apply_migrations(backend.to_apply(first))
        backend.connection.close()


@pytest.fixture
def first_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("staff_registry_first", migrate_to_the_first) as url:
        yield url


async def test_a_business_that_was_stored_before_is_the_same_and_takes_what_is_new(
    first_url: str, sealer: Sealer
) -> None:
    async with postgres.pool(first_url) as pool:
        await pool.execute(ROWS)
    postgres.migrate(first_url, "staff_registry")
    async with postgres.pool(first_url) as pool:
        businesses = SqlBusinesses(pool, EventLog(pool), sealer)
        found = await businesses.find_with_secrets(IDS.tenant)
        assert found
        assert (found.business, found.revision) == (BEFORE, 3)
        await takes_what_is_new(businesses)


async def takes_what_is_new(businesses: SqlBusinesses) -> None:
    now = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
    assert not (await import_business(BEFORE, imports=businesses, now=now)).changed
    (anna,) = BEFORE.people
    slower = replace(anna, phase_minutes=(PhaseMinutes("gloss", 0, 40),), buffer_after_minutes=5)
    after = replace(BEFORE, people=(slower,), policies=(Policy(moves_max=1),))
    assert (await import_business(after, imports=businesses, now=now)).changed
    found = await businesses.find(IDS.tenant)
    assert found
    assert found.business == after
