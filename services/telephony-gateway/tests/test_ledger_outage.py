"""The ledger while its database is gone: it waits, it loses nothing, and it never ends the gateway."""

import asyncio
import json
import uuid
from datetime import UTC, datetime

import asyncpg
import pytest

from chassis import postgres
from chassis.service import background
from local_stack.embedded import EmbeddedPostgres
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.storage.entries import Said
from telephony_gateway.storage.ledger import BACKLOG_MAX, GATHERED_S, Answered, Asked, Heard, Ledger
from telephony_gateway.storage.ledger_statements import write_all

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CALL = "call_0123456789abcdef"


def a_function(number: int) -> list[Heard | Asked | Answered]:
    request_id = str(uuid.UUID(int=number))
    return [
        Heard(Caller(CALL, "+493023125100", ""), "", "", NOW),
        Asked(request_id, CALL, "get_context", {}, "0" * 32, NOW),
        Answered(request_id, {"status": "ok"}, 1),
    ]


async def rows(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM function_call WHERE answer IS NOT NULL"))
    finally:
        await connection.close()


@pytest.mark.parametrize("ending", ["kill", "stop"])
async def test_a_database_that_dies_costs_no_entry_and_no_call(
    private_postgres: EmbeddedPostgres, ending: str
) -> None:
    """Killed in the middle of writing, again and again: whatever asyncpg calls it, the ledger waits."""
    await asyncio.to_thread(postgres.migrate, private_postgres.url, "telephony_gateway")
    stop = asyncio.Event()
    async with postgres.pool(private_postgres.url) as pool:
        ledger = Ledger(pool)
        async with background(ledger.write, name="ledger", stop=stop):
            for number in range(300):
                ledger.record(*a_function(number + 1))
                if number % 100 == 50:
                    await asyncio.to_thread(getattr(private_postgres, ending))
                    await asyncio.to_thread(private_postgres.start)
            async with asyncio.timeout(60):
                while await rows(private_postgres.url) < 300 and not stop.is_set():  # noqa: ASYNC110 - another process writes
                    await asyncio.sleep(0.05)
            assert not stop.is_set()


async def test_an_entry_that_cannot_be_written_is_dropped_and_the_next_one_is_not(database_url: str) -> None:
    stop = asyncio.Event()
    async with postgres.pool(database_url) as pool:
        ledger = Ledger(pool)
        async with background(ledger.write, name="ledger", stop=stop):
            nested: dict[str, object] = {}
            deep = nested
            for _ in range(3000):
                deep["x"] = deep = {}
            ledger.record(Asked(str(uuid.uuid4()), "call_unknown", "get_context", {}, "0" * 32, NOW))
            ledger.record(Asked(str(uuid.uuid4()), CALL, "get_context", nested, "0" * 32, NOW))
            ledger.record(*a_function(1))
            await ledger.flush()
            assert not stop.is_set()
    assert await rows(database_url) == 1


async def test_of_more_than_may_wait_the_first_are_kept(database_url: str) -> None:
    async with postgres.pool(database_url) as pool:
        ledger = Ledger(pool)
        for number in range(BACKLOG_MAX // 3 + 10):
            ledger.record(*a_function(number + 1))
        async with background(ledger.write, name="ledger", stop=asyncio.Event()):
            async with asyncio.timeout(60):
                while await rows(database_url) < BACKLOG_MAX // 3:  # noqa: ASYNC110 - another task writes
                    await asyncio.sleep(0.05)
            ledger.record(*a_function(100_000))
            await ledger.flush()
    assert await rows(database_url) == BACKLOG_MAX // 3 + 1


async def test_what_is_behind_is_written_at_the_end_without_a_pause_for_more(database_url: str) -> None:
    """After an outage thousands wait; with a pause before each two hundred of them a gateway that ends would lose some."""
    waited = list[float]()

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    async with postgres.pool(database_url) as pool:
        ledger = Ledger(pool, pause=pause)
        for number in range(1000):
            ledger.record(*a_function(number + 1))
        async with background(ledger.write, name="ledger", stop=asyncio.Event()):
            await ledger.flush()
    assert await rows(database_url) == 1000
    assert waited in ([], [GATHERED_S])


@pytest.mark.parametrize("name", ["Kim", 'Kim "die Schnelle"', "Kim\x00", "\\u0000", "Zoë 🙂"])
async def test_an_answer_is_kept_as_it_was_sent_but_for_what_the_database_cannot_hold(
    database_url: str, name: str
) -> None:
    heard, asked, _ = a_function(1)
    answer = {"status": "ok", "name": name}
    async with postgres.pool(database_url) as pool:
        await write_all(pool, [heard, asked, Answered(str(uuid.UUID(int=1)), answer, 1, json.dumps(answer))])
        kept = await pool.fetchval("SELECT answer->>'name' FROM function_call")
    assert kept == name.replace("\x00", "")


async def test_the_words_of_a_call_in_which_nobody_spoke_leave_no_connection_behind(
    database_url: str,
) -> None:
    """asyncpg only prepares what it is to execute for nothing: the transaction was open, and the table locked, until the
    connection's next use; a migration of it would have waited. Found in simulated calls of those who hang up at once."""
    async with postgres.pool(database_url) as pool:
        await write_all(pool, [Heard(Caller(CALL, "+493023125100", ""), "", "", NOW), Said(CALL, (), NOW)])
        beside = await asyncpg.connect(database_url)
        try:
            locked = await beside.fetchval(
                # The server itself looks after the table, too; and tables of other tests' databases have the same number.
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE relation = 'utterance'::regclass"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND datname = current_database()"
            )
        finally:
            await beside.close()
    assert locked == 0
