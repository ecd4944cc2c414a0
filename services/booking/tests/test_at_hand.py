"""Connections that stay at hand: what a statement finds is what it would find over the pool, whatever happened before it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest

from booking.at_hand import MOST, at_hand
from chassis import rows
from chassis.postgres import Pool

A, B = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
WHICH = "SELECT pg_backend_pid()"
WHOSE = f"SELECT current_setting('{rows.SETTING}')"
SLEEP = "SELECT pg_backend_pid() FROM pg_sleep(0.3)"


async def taken(pool: asyncpg.Pool) -> int:
    return int(pool.get_size() - pool.get_idle_size())


async def test_one_statement_after_the_other_goes_over_one_connection(pool: Pool) -> None:
    async with at_hand(pool) as kept:
        assert len({await kept.fetchval(WHICH) for _ in range(5)}) == 1
        assert await taken(pool) == 1
    assert await taken(pool) == 0


async def test_each_statement_sees_the_rows_of_its_own_business(pool: Pool) -> None:
    async with at_hand(pool) as kept:
        for owner in (A, B, B, A):
            with rows.only_of(owner):
                assert await kept.fetchval(WHOSE) == owner
        with rows.only_of(rows.NOBODY):
            assert await kept.fetchval(WHOSE) == rows.NOBODY


async def test_what_needs_a_connection_for_longer_finds_one_beside_those_at_hand(pool: Pool) -> None:
    async with at_hand(pool) as kept:
        assert len(set(await asyncio.gather(*(kept.fetchval(SLEEP) for _ in range(16))))) == 16
        assert await taken(pool) <= MOST
        async with asyncio.timeout(10), kept.acquire() as connection, connection.transaction():
            assert await connection.fetchval(WHICH)


@asynccontextmanager
async def the_other_half(pool: Pool) -> AsyncIterator[None]:
    """Is with those who need it for long: they wait for a lock, for one."""
    async with AsyncExitStack() as stack:
        for _ in range(pool.get_max_size() - MOST):
            await stack.enter_async_context(pool.acquire())
        yield


async def test_whoever_waits_for_a_connection_is_given_what_a_booking_has_done_with(pool: Pool) -> None:
    """Other bookings, and whatever else is asked."""
    async with asyncio.timeout(10), at_hand(pool) as kept, the_other_half(pool):
        await asyncio.gather(*(kept.fetchval(SLEEP) for _ in range(MOST + 2)), pool.fetchval(WHICH))


async def test_what_is_at_hand_is_given_back_where_the_rest_is_used_up(pool: Pool) -> None:
    async with asyncio.timeout(10), at_hand(pool) as kept:
        await asyncio.gather(*(kept.fetchval(SLEEP) for _ in range(MOST)))
        async with the_other_half(pool):
            assert await pool.fetchval(WHICH)


async def test_a_statement_that_failed_leaves_nothing_behind(pool: Pool) -> None:
    async with at_hand(pool) as kept:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await kept.fetchval("SELECT 1 / 0")
        assert await taken(pool) == 0
        assert await kept.fetchval("SELECT 1") == 1


async def test_a_statement_that_was_given_up_is_no_answer_to_the_next_one(pool: Pool) -> None:
    async with at_hand(pool) as kept:
        await kept.fetchval(WHICH)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(kept.fetchval("SELECT 1 FROM pg_sleep(20)"), 0.2)
            assert await kept.fetchval("SELECT 2") == 2


async def test_a_transaction_that_a_statement_began_is_ended_with_it(pool: Pool) -> None:
    async with at_hand(pool) as kept:
        await kept.fetchval("BEGIN")
        assert await taken(pool) == 0


@pytest.mark.parametrize("how_many", [1, 3])
async def test_a_connection_that_has_ended_meanwhile_is_not_asked(
    pool: Pool, database_url: str, how_many: int
) -> None:
    admin = await asyncpg.connect(database_url)
    async with at_hand(pool) as kept:
        ended = await asyncio.gather(*(kept.fetchval(SLEEP) for _ in range(how_many)))
        for each in ended:
            await admin.execute("SELECT pg_terminate_backend($1, 10_000)", each)
        # The process hears of it in the next moment.
        async with asyncio.timeout(30):
            while pool.get_size():  # noqa: ASYNC110 - a pool does not tell
                await asyncio.sleep(0.01)

        assert await kept.fetchval(WHICH) not in ended
    await admin.close()


async def test_what_nobody_asked_for_a_while_is_given_back(pool: Pool) -> None:
    async with at_hand(pool, kept_s=0.05) as kept:
        first = await kept.fetchval(WHICH)
        async with asyncio.timeout(30):
            while await taken(pool):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert await kept.fetchval(WHICH) == first


async def test_a_statement_under_way_at_the_end_keeps_nothing(pool: Pool) -> None:
    async with at_hand(pool) as kept:
        late = asyncio.create_task(kept.fetchval(SLEEP))
        await asyncio.sleep(0.1)
    assert await late
    assert await taken(pool) == 0
