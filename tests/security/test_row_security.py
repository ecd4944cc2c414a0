"""Row level security in every service's schema: read from PostgreSQL's catalogue, so that no table can be forgotten (SE-16)."""

import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import asyncpg
import psycopg
import pytest

from booking.migration import migrate as migrate_booking
from calcom_sync.migration import migrate as migrate_calcom_sync
from chassis import postgres, rows
from local_stack.databases import MigratedDatabases

OURS, OTHERS = str(uuid.uuid4()), str(uuid.uuid4())
SCHEMAS: dict[str, Callable[[str], None]] = {
    "booking": migrate_booking,
    "calcom_sync": migrate_calcom_sync,
    **{
        name: partial(postgres.migrate, package=name)
        for name in ("availability", "console", "staff_registry", "telephony_gateway")
    },
}
QUEUE = "the queue's own: reminders that something of an id may be due, read by the service's workers alone"
LIBRARY = "which migrations were applied"
LOG = "the log is read in order by the other services, which follow all businesses; no RPC of one business reads it"
INSTALLATION = "what is wrong with the installation, for whoever runs it; no RPC of a business reads it"
POSITION = "how far a log was read"
OPEN = {
    "_yoyo_log": LIBRARY,
    "_yoyo_migration": LIBRARY,
    "_yoyo_version": LIBRARY,
    "yoyo_lock": LIBRARY,
    "job": QUEUE,
    "job_log": QUEUE,
    "job_schedule": QUEUE,
    "job_statistics": QUEUE,
    "booking.event": LOG,
    "calcom_sync.event": LOG,
    "staff_registry.event": LOG,
    "booking.message_reader": POSITION,
    "booking.waitlist_stream": POSITION,
    "availability.consumed": POSITION,
    "calcom_sync.stream": POSITION,
    "calcom_sync.skipped_event": "an event that was not understood names no business",
    "calcom_sync.alarm": INSTALLATION,
    "calcom_sync.alarm_notice": INSTALLATION,
    "console.account": "somebody may work for several businesses, and signs in before one is known",
    "console.sign_in_under_way": "who it is, the provider has yet to say",
    "console.sign_in_failure": "digests of addresses that somebody typed",
    "telephony_gateway.disclosure": "who has looked at a call, kept longer than the call; written only",
}
"""Tables without a policy, and why."""


@pytest.fixture(params=SCHEMAS)
def schema(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(schema: str, migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database(schema, SCHEMAS[schema]) as url:
        yield url


def test_every_table_is_closed_or_says_why(schema: str, database_url: str) -> None:
    """SE-16: also to the role that owns it, which is the service's own."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)"
            " FROM pg_class c WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
        ).fetchall()
    open_tables = {name for name, closed in found if not closed}

    assert {name for name in open_tables if name not in OPEN and f"{schema}.{name}" not in OPEN} == set()
    assert {name for name in OPEN if name.startswith(f"{schema}.")} <= {
        f"{schema}.{each}" for each in open_tables
    }


def test_a_table_with_a_business_is_never_open(database_url: str) -> None:
    """SE-07: no reason counts for those that say whose their rows are."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
            " WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relforcerowsecurity"
        ).fetchall()
    assert found == []


@pytest.fixture
def customers(migrated_database: MigratedDatabases) -> Iterator[str]:
    """A database in which two businesses have a customer each."""
    with migrated_database("booking", migrate_booking) as url:
        with psycopg.connect(url) as connection:
            for tenant in (OURS, OTHERS):
                connection.execute(
                    "INSERT INTO customer (tenant_id, customer_id, name, phone_number, calendar_email, created_at, booked_at)"
                    " VALUES (%s, gen_random_uuid(), 'Erika Mustermann', '+493023125042', %s, now(), now())",
                    [tenant, f"k-{tenant}@kunden.example.org"],
                )
        yield url


async def seen(pool: postgres.Pool) -> list[str]:
    return [str(row["tenant_id"]) for row in await pool.fetch("SELECT tenant_id FROM customer ORDER BY 1")]


async def test_without_a_business_nothing_is_seen_and_with_one_only_its_own(customers: str) -> None:
    """SE-07, SE-16: a statement that forgets its filter shows nobody else's customers."""
    async with postgres.pool(customers, connections_max=1) as pool:
        with rows.only_of(""):
            assert await seen(pool) == []
        with rows.only_of("' OR true --"):
            assert await seen(pool) == []
        with rows.only_of(OURS):
            assert await seen(pool) == [OURS]
        # The same connection, which showed the other one's before.
        with rows.only_of(OTHERS):
            assert await seen(pool) == [OTHERS]
        with rows.of_everybody("both are counted"):
            assert await seen(pool) == sorted([OURS, OTHERS])


async def test_nobody_elses_rows_are_changed_or_made(customers: str) -> None:
    """SE-09."""
    async with postgres.pool(customers) as pool:
        with rows.only_of(OURS):
            assert (
                await pool.execute("UPDATE customer SET name = 'x' WHERE tenant_id = $1", OTHERS)
                == "UPDATE 0"
            )
            assert await pool.execute("DELETE FROM customer WHERE tenant_id = $1", OTHERS) == "DELETE 0"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute("UPDATE customer SET tenant_id = $1", OTHERS)


class CutOff(postgres._Showing):
    """A connection whose answers get lost."""

    is_cut = False

    async def execute(self, *args: Any, **kwargs: Any) -> str:
        done = await super().execute(*args, **kwargs)
        if self.is_cut:
            raise TimeoutError
        return done


async def test_a_connection_that_was_cut_off_while_it_was_told_is_told_again(customers: str) -> None:
    """Whether the word was heard is not known then: it must not be taken for said."""
    connection = await asyncpg.connect(customers, connection_class=CutOff)
    await connection.show(OURS)
    connection.is_cut = True
    with pytest.raises(TimeoutError):
        await connection.show(OTHERS)
    connection.is_cut = False
    await connection.show(OURS)

    found = await connection.fetch("SELECT tenant_id FROM customer")
    await connection.close()
    assert [str(row["tenant_id"]) for row in found] == [OURS]


def test_whoever_looks_at_all_rows_says_why() -> None:
    with pytest.raises(ValueError, match="say why"):
        rows.of_everybody(" ")
