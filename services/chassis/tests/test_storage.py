"""What counts as a database that has to be asked again."""

import asyncio
from collections.abc import Iterator

import asyncpg
import psycopg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver

from chassis import postgres, rows
from chassis.errors import StorageUnavailableError
from chassis.postgres import reaching_storage
from local_stack.databases import MigratedDatabases

OWNER = "00000000-0000-4000-8000-000000000001"


def make_table(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (number integer PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES (1), (2)")


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("chassis_storage", make_table) as url:
        yield url


async def _lock(connection: postgres.Connection, number: int) -> None:
    await connection.execute("SELECT FROM person WHERE number = $1 FOR UPDATE", number)


async def test_whoever_made_way_in_a_deadlock_asks_again(database_url: str) -> None:
    """BK-22: two transactions in the wrong order, and the loop of the one that was ended stopped its process."""
    both_have_one = asyncio.Barrier(2)

    async def crosswise(pool: asyncpg.Pool, first: int, second: int) -> None:
        with reaching_storage():
            async with pool.acquire() as connection, connection.transaction():
                await _lock(connection, first)
                await both_have_one.wait()
                await _lock(connection, second)

    async with postgres.pool(database_url) as pool:
        ends = await asyncio.gather(crosswise(pool, 1, 2), crosswise(pool, 2, 1), return_exceptions=True)

    assert [type(each) for each in ends if each is not None] == [StorageUnavailableError]


@pytest.mark.parametrize("state", ["53100", "53200", "53300"])
async def test_a_full_disk_is_waited_for(database_url: str, state: str) -> None:
    """No space, no memory, no connection: a loop that took it for a bug of its own ended its process again and again."""
    async with postgres.pool(database_url) as pool:
        with pytest.raises(StorageUnavailableError), reaching_storage():
            await pool.execute(f"DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '{state}'; END $$")


async def test_a_connection_that_somebody_reset_shows_again_what_it_should(database_url: str) -> None:
    """The queue's library resets its connection with RESET ALL when its listening fails, and gives it back: whoever took it next
    saw nobody's rows, found no appointments, and its loop ended the process."""

    async def shown(pool: asyncpg.Pool) -> set[object]:
        query = f"SELECT current_setting('{rows.SETTING}', true)"
        async with pool.acquire() as one, pool.acquire() as other:
            return {await one.fetchval(query), await other.fetchval(query)}

    async with postgres.pool(database_url, connections_max=2) as pool:
        # Not everybody's: to roles of tests that is what a reset leaves.
        with rows.only_of(OWNER):
            assert await shown(pool) == {OWNER}
            async with AsyncpgPoolDriver(pool) as queue:
                await queue.add_listener("jobs", lambda _: None)
            assert await shown(pool) == {OWNER}
