"""Takes the figures: writers and one reader over PostgreSQL, beside the plain table."""

import asyncio
from datetime import UTC, datetime
from time import perf_counter

from benchmarks.figure import Figure
from chassis import postgres
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from local_stack.embedded import EmbeddedPostgres

EVENTS, WRITERS = 3000, 8
RATIO_AT_LEAST = 0.5
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_TABLE = """
CREATE TABLE event (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(), recorded_at timestamptz NOT NULL,
    traceparent text NOT NULL, kind text NOT NULL, payload jsonb NOT NULL
);
CREATE INDEX event_in_order ON event (transaction_id, number);
CREATE TABLE plain (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb NOT NULL);
"""


def rows() -> list[Figure]:
    """A few seconds."""
    with EmbeddedPostgres() as server:
        return asyncio.run(_rows(server.url))


async def _rows(url: str) -> list[Figure]:
    async with postgres.pool(url, connections_max=WRITERS + 2) as pool:
        await pool.execute(_TABLE)
        plain = await _per_second(pool, None)
        log = EventLog(pool)
        began = perf_counter()
        written, _ = await asyncio.gather(_per_second(pool, log), _read(log))
        heard = EVENTS / (perf_counter() - began)
    floor_is = "plain INSERTs, each committed"
    return [
        Figure("events committed", written, "/s", plain, floor_is, ratio_at_least=RATIO_AT_LEAST),
        Figure("events committed and read in order", heard, "/s", plain, floor_is),
    ]


async def _per_second(pool: Pool, log: EventLog | None) -> float:
    waiting = iter(range(EVENTS))

    async def writer() -> None:
        for number in waiting:
            async with pool.acquire() as connection, connection.transaction():
                if log is None:
                    await connection.execute(
                        "INSERT INTO plain (payload) VALUES ($1)", f'{{"number": {number}}}'
                    )
                else:
                    await log.append(connection, "happened", {"number": number}, now=NOW)

    began = perf_counter()
    await asyncio.gather(*(writer() for _ in range(WRITERS)))
    return EVENTS / (perf_counter() - began)


async def _read(log: EventLog) -> None:
    seen = 0
    async for _ in log.watch(""):
        seen += 1
        if seen == EVENTS:
            return
