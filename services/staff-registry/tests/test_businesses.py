"""Businesses in PostgreSQL, and what its constraints refuse on their own."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from chassis.postgres import Pool
from staff_registry.domain.business import Business
from staff_registry.domain.ids import Ids
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.usecases.import_business import import_business

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
OURS, THEIRS = Ids("salon-lindenhof"), Ids("salon-nord")


@pytest.fixture
async def two_businesses(businesses: SqlBusinesses, salon: Business) -> None:
    await import_business(salon, imports=businesses, now=NOW)
    branch = replace(salon.branches[0], dialled_numbers=("+493023125101",))
    await import_business(replace(salon, key="salon-nord", branches=(branch,)), imports=businesses, now=NOW)


@pytest.mark.usefixtures("two_businesses")
@pytest.mark.parametrize(
    ("table", "columns", "ids"),
    [
        ("skill", "person_id, service_id", (OURS.person("anna"), THEIRS.service("gloss"))),
        ("skill", "person_id, service_id", (THEIRS.person("anna"), OURS.service("gloss"))),
        ("person_branch", "person_id, branch_id", (OURS.person("anna"), THEIRS.branch("mitte"))),
        ("dialled_number", "branch_id, number", (THEIRS.branch("mitte"), "+493023125109")),
        ("policy", "position, branch_id", (99, THEIRS.branch("mitte"))),
        ("policy", "position, service_id", (99, THEIRS.service("gloss"))),
        ("policy", "position, person_id", (99, THEIRS.person("anna"))),
    ],
)
async def test_nothing_refers_to_what_another_business_has(
    pool: Pool, table: str, columns: str, ids: tuple[UUID | str | int, ...]
) -> None:
    """SR-05: somebody who was copied into another business without a filter. The database itself refuses it."""
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await pool.execute(
            f"INSERT INTO {table} (tenant_id, {columns}) VALUES ($1, $2, $3)", OURS.tenant, *ids
        )


@pytest.mark.usefixtures("two_businesses")
@pytest.mark.parametrize(
    ("service", "position", "person", "account"),
    [
        (OURS.service("gloss"), 0, OURS.person("ben"), OURS.account("anna")),  # another person's account
        (OURS.service("gloss"), 0, OURS.person("ben"), THEIRS.account("ben")),  # another business's account
        (THEIRS.service("gloss"), 0, OURS.person("ben"), OURS.account("ben")),  # another business's service
        (OURS.service("gloss"), 7, OURS.person("ben"), OURS.account("ben")),  # no such phase
        (OURS.service("ansatzfaerbung"), 1, OURS.person("ben"), OURS.account("ben")),  # a gap
    ],
)
async def test_a_mapping_fits_its_service_person_and_account(
    pool: Pool, service: UUID, position: int, person: UUID, account: UUID
) -> None:
    """SR-08: rows that contradict each other, so that look-ups fail later. The database itself refuses them."""
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await pool.execute(
            "INSERT INTO mapping (tenant_id, service_id, phase_position, person_id, account_id, event_type_id)"
            " VALUES ($1, $2, $3, $4, $5, 1)",
            OURS.tenant, service, position, person, account,
        )  # fmt: skip


@pytest.mark.usefixtures("two_businesses")
async def test_a_mapping_that_fits_is_stored(pool: Pool) -> None:
    """The counterpart of the refusals above: their statement is right but for the ids."""
    await pool.execute("DELETE FROM mapping")
    await pool.execute(
        "INSERT INTO mapping (tenant_id, service_id, phase_position, person_id, account_id, event_type_id)"
        " VALUES ($1, $2, 0, $3, $4, 1)",
        OURS.tenant, OURS.service("gloss"), OURS.person("ben"), OURS.account("ben"),
    )  # fmt: skip


@pytest.mark.usefixtures("two_businesses")
@pytest.mark.parametrize(
    ("person", "service", "position"),
    [
        (OURS.person("ben"), OURS.service("gloss"), 0),  # he cannot do it
        (OURS.person("anna"), OURS.service("gloss"), 7),  # no such phase
        (OURS.person("anna"), THEIRS.service("gloss"), 0),  # another business's service
    ],
)
async def test_minutes_of_ones_own_fit_what_one_is_able_to_do(
    pool: Pool, person: UUID, service: UUID, position: int
) -> None:
    insert = "INSERT INTO phase_minutes VALUES ($1, $2, $3, $4, 20)"
    await pool.execute(insert, OURS.tenant, OURS.person("anna"), OURS.service("gloss"), 0)  # this fits
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await pool.execute(insert, OURS.tenant, person, service, position)


@pytest.mark.usefixtures("two_businesses")
async def test_a_part_of_the_business_has_one_policy(pool: Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await pool.execute("INSERT INTO policy (tenant_id, position) VALUES ($1, 99)", OURS.tenant)


@pytest.mark.usefixtures("two_businesses")
async def test_a_number_leads_to_one_branch(pool: Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await pool.execute(
            "INSERT INTO dialled_number VALUES ('+493023125100', $1, $2)",
            THEIRS.tenant,
            THEIRS.branch("mitte"),
        )


@pytest.mark.usefixtures("two_businesses")
async def test_every_table_names_the_tenant(pool: Pool) -> None:
    """SR-05. The log of changes has it in its payload, and the migration tool keeps tables of its own."""
    without = await pool.fetch(
        "SELECT table_name FROM information_schema.tables t WHERE table_schema = current_schema()"
        " AND table_name <> 'event' AND table_name NOT SIMILAR TO '(_|yoyo)%' AND NOT EXISTS (SELECT 1"
        " FROM information_schema.columns c WHERE (c.table_schema, c.table_name) = (t.table_schema, t.table_name)"
        " AND c.column_name = 'tenant_id')"
    )
    assert [row["table_name"] for row in without] == []


async def test_readers_see_whole_businesses_while_one_is_imported(
    businesses: SqlBusinesses, salon: Business
) -> None:
    """Everything that GetBusiness tells is of one moment."""
    bare = replace(salon, mappings=(), people=())
    await import_business(bare, imports=businesses, now=NOW)
    versions = [
        replace(bare, name=f"{n}", services=(replace(bare.services[0], name=f"{n}"),)) for n in range(10)
    ]

    async def imports() -> None:
        for version in versions:
            await import_business(version, imports=businesses, now=NOW)

    importing = asyncio.create_task(imports())
    seen = set()
    while not importing.done():
        found = await businesses.find(Ids(salon.key).tenant)
        assert found
        seen.add((found.business.name, found.business.services[0].name))
    await importing
    assert {name for name, _ in seen} & {"8", "9"}
    assert all(name == service for name, service in seen if name.isdigit())
