"""The event log against a real PostgreSQL: nothing is missed, nothing comes twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime

import asyncpg
import psycopg
import pytest

from chassis import eventlog, postgres
from chassis.errors import PositionInvalidError
from chassis.eventlog import EventLog
from local_stack.databases import MigratedDatabases
from local_stack.embedded import EmbeddedPostgres

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TABLE = """
CREATE TABLE event (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at timestamptz NOT NULL,
    traceparent text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL
);
CREATE INDEX event_in_order ON event (transaction_id, number);
"""


def make_table(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)


@pytest.fixture(scope="module")
def own_server() -> Iterator[MigratedDatabases]:
    """Readers wait for every transaction of a server, whatever its database: on one that other tests use as well, what
    has just been committed may stay unseen for as long as theirs run."""
    with EmbeddedPostgres() as server:
        databases = MigratedDatabases(server.url, run="eventlog")
        yield databases
        databases.close()


@pytest.fixture
def database_url(own_server: MigratedDatabases) -> Iterator[str]:
    with own_server("chassis", make_table) as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with postgres.pool(database_url) as opened:
        yield opened


@pytest.fixture
def log(pool: asyncpg.Pool) -> EventLog:
    return EventLog(pool)


async def append(pool: asyncpg.Pool, log: EventLog, number: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await log.append(connection, "counted", {"number": number}, now=NOW)


async def numbers(log: EventLog, after: str = "") -> list[int]:
    return [event.payload["number"] for event in await log.read(after)]


async def test_events_come_in_the_order_of_their_transactions(pool: asyncpg.Pool, log: EventLog) -> None:
    for number in range(3):
        await append(pool, log, number)
    assert await numbers(log) == [0, 1, 2]


async def test_a_reader_goes_on_after_its_position(pool: asyncpg.Pool, log: EventLog) -> None:
    for number in range(3):
        await append(pool, log, number)
    first = (await log.read("", limit=1))[0]
    assert await numbers(log, first.position) == [1, 2]


async def test_a_reader_waits_for_the_gap_that_a_running_transaction_may_still_fill(
    pool: asyncpg.Pool, log: EventLog
) -> None:
    """The number 0 is taken first and committed last: whoever read 1 before it would never see it."""
    async with pool.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await log.append(slow, "counted", {"number": 0}, now=NOW)
        await append(pool, log, 1)
        seen_while_open = await numbers(log)
        await transaction.commit()
    assert (seen_while_open, await numbers(log)) == ([], [0, 1])


async def test_what_was_rolled_back_never_happened_and_blocks_nobody(
    pool: asyncpg.Pool, log: EventLog
) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await log.append(connection, "counted", {"number": 0}, now=NOW)
        await transaction.rollback()
    await append(pool, log, 1)
    assert await numbers(log) == [1]


async def test_under_load_a_watcher_misses_and_repeats_nothing(pool: asyncpg.Pool, log: EventLog) -> None:
    async def write(first: int) -> None:
        for number in range(first, first + 25):
            await append(pool, log, number)
            await log.wake()

    writing = asyncio.gather(*(write(writer * 25) for writer in range(8)))
    seen: list[int] = []
    async with aclosing(log.watch("")) as events:
        async for event in events:
            seen.append(event.payload["number"])
            if len(seen) == 200:
                break
    await writing
    assert sorted(seen) == list(range(200))


async def test_a_watcher_hears_of_an_event_that_comes_later(pool: asyncpg.Pool, log: EventLog) -> None:
    async with aclosing(log.watch("")) as events:
        waiting = asyncio.ensure_future(anext(events))
        await append(pool, log, 7)
        assert (await asyncio.wait_for(waiting, 5)).payload == {"number": 7}


@pytest.mark.parametrize(
    "position",
    [
        "x",
        "1",
        "1-",
        "-1",
        "1-2-3",
        "9" * 30,
        "99999999999999999999-1",
        "1-9999999999999999999",
        "1-2'; DROP TABLE event; --",
    ],
)
async def test_a_position_that_nobody_gave_out_is_refused(log: EventLog, position: str) -> None:
    with pytest.raises(PositionInvalidError):
        await log.read(position)


async def test_waking_never_waits_for_a_reader_that_was_cut_off(pool: asyncpg.Pool, log: EventLog) -> None:
    """A writer wakes the readers after its commit: if that could hang, a booked caller would hear nothing."""
    for _ in range(20):
        watching = asyncio.create_task(anext(log.watch("")))
        await asyncio.sleep(0)
        watching.cancel()
        watching.cancel()
    async with asyncio.timeout(10):
        await log.wake()


async def test_readers_at_the_same_place_look_once_for_all_of_them(
    pool: asyncpg.Pool, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look costs a query, and a service has half a dozen readers of its log."""
    looks: list[str] = []
    fetch = asyncpg.Pool.fetch

    async def counted(self: asyncpg.Pool, query: str, *args: object) -> list[asyncpg.Record]:
        looks.append(query)
        return await fetch(self, query, *args)

    monkeypatch.setattr(asyncpg.Pool, "fetch", counted)
    await append(pool, log, 1)
    watches = [log.watch("") for _ in range(6)]
    firsts = await asyncio.gather(*(anext(watch) for watch in watches))
    assert [first.payload["number"] for first in firsts] == [1] * 6
    assert len(looks) == 1

    waiting = [asyncio.ensure_future(anext(watch)) for watch in watches]
    await until_all_wait(log, looks)
    looks.clear()
    await append(pool, log, 2)
    await log.wake()
    seconds = await asyncio.gather(*waiting)
    assert [second.payload["number"] for second in seconds] == [2] * 6
    assert len(looks) <= 2, "one for the news, and one more where a border still hid it"
    for watch in watches:
        await watch.aclose()


async def until_all_wait(log: EventLog, looks: list[str]) -> None:
    """They have looked again, and found nothing."""
    while len(looks) < 2 or log._looks:  # noqa: ASYNC110 - the looks are the server's: there is nothing here to wait on
        await asyncio.sleep(0)


async def test_a_reader_that_goes_away_takes_no_look_of_others_along(
    pool: asyncpg.Pool, log: EventLog
) -> None:
    await append(pool, log, 1)
    leaving, staying = log.watch(""), log.watch("")
    first, second = asyncio.ensure_future(anext(leaving)), asyncio.ensure_future(anext(staying))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).payload["number"] == 1
    await staying.aclose()


async def test_a_look_that_comes_a_rounding_before_its_moment_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The simulation's clock stands where the timer was set to: a reader looked again and again and never waited."""
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "time", lambda: 12.5 - 1e-12)
    assert eventlog._until_the_next_look() == pytest.approx(eventlog.LOOK_EVERY_S)


async def test_a_transaction_whose_process_is_gone_holds_nobody_up_for_long(
    database_url: str, pool: asyncpg.Pool, log: EventLog
) -> None:
    """A machine that is lost says nothing: its transactions stay open until TCP gives up, hours later, and all that is
    committed after them stays unread."""
    async with postgres.pool(database_url, left_open_s=2.5) as lost:
        connection = await lost.acquire()
        await connection.execute("BEGIN")
        await log.append(connection, "counted", {"number": 1}, now=NOW)
        await append(pool, log, 2)
        assert await numbers(log) == []
        async with aclosing(log.watch("")) as watch:
            assert (await anext(watch)).payload["number"] == 2
        await lost.release(connection)
