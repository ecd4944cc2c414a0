"""An append-only log in PostgreSQL that can be read in order without ever stepping over an event.

Sequence numbers commit out of order: number 6 can be visible while the transaction with number 5 is still running. So
an event carries its transaction's id, readers go by (transaction id, number), and see only transactions that are older
than every one still running: below that border nothing can appear any more.

The owner's migration makes the table::

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

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from opentelemetry.instrumentation.utils import suppress_instrumentation

from chassis.errors import PositionInvalidError
from chassis.postgres import Connection, Pool
from chassis.rows import of_everybody
from signals.tracing import current_traceparent

LOOK_EVERY_S = 0.5
"""How often a reader looks that nobody wakes (another replica wrote). All readers of a process look at the same moments, so that
one look does for all of them; who has just looked leaves one moment out."""
GATHER_S = 0.005
"""How long a reader lets more come together once it is woken: each look costs a query, whatever it finds."""
SOON_S = 0.02
"""When it looks again that was woken and found nothing: a transaction that was still running hid the event."""
JUST_LOOKED_S = 0.05
BATCH = 200
_POSITION = re.compile(r"(\d{1,20})-(\d{1,19})")


@dataclass(frozen=True)
class Event:
    """One entry. ``position`` is where a reader goes on after it."""

    position: str
    recorded_at: datetime
    traceparent: str
    kind: str
    payload: dict[str, Any]


class EventLog:
    """The table ``event`` of the service's own schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._news = asyncio.Event()
        self._looks: dict[_Look, asyncio.Task[list[Event]]] = {}

    async def append(
        self, connection: Connection, kind: str, payload: dict[str, Any], *, now: datetime
    ) -> None:
        """Add an event in the transaction that makes the change."""
        await connection.execute(
            "INSERT INTO event (recorded_at, traceparent, kind, payload) VALUES ($1, $2, $3, $4)",
            now, current_traceparent(), kind, json.dumps(payload),
        )  # fmt: skip

    async def wake(self) -> None:
        """Tell the readers in this process that a transaction with events has been committed."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def read(self, after: str, *, limit: int = BATCH) -> list[Event]:
        """The next events after a position ("": from the beginning), oldest first. Raises PositionInvalidError."""
        return await self._look(_Look(*_parse(after), limit))

    async def _look_together(self, after: str) -> list[Event]:
        """Readers that are at the same place look once for all of them. Whoever comes after news joins no look that may have
        begun before them."""
        look = _Look(*_parse(after), BATCH, self._news)
        task = self._looks.get(look)
        if task is None:
            task = self._looks[look] = asyncio.create_task(self._look(look))
            task.add_done_callback(partial(self._looked, look))
        # Whoever goes away takes nobody else's look along.
        return await asyncio.shield(task)

    async def _look(self, look: "_Look") -> list[Event]:
        # It is all readers', so the trace and the rows of whoever came first are not asked for.
        with suppress_instrumentation(), of_everybody("the log is about all owners"):
            rows = await self._pool.fetch(
                "SELECT number, transaction_id::text AS xid, recorded_at, traceparent, kind, payload FROM event"
                " WHERE (transaction_id, number) > ($1::text::xid8, $2)"
                " AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())"
                " ORDER BY transaction_id, number LIMIT $3",
                look.transaction_id, look.number, look.limit,
            )  # fmt: skip
        return [
            Event(
                f"{row['xid']}-{row['number']}",
                row["recorded_at"],
                row["traceparent"],
                row["kind"],
                json.loads(row["payload"]),
            )
            for row in rows
        ]

    def _looked(self, look: "_Look", task: "asyncio.Task[list[Event]]") -> None:
        del self._looks[look]
        if not task.cancelled():
            # Where all who waited have gone away, nobody else would look at it, and asyncio complains.
            task.exception()

    async def watch(self, after: str) -> AsyncGenerator[Event, None]:
        """All events after a position, and then the new ones as they come, until the reader goes away. They are shared with
        other readers: change none."""
        async with aclosing(self.batches(after)) as batches:
            async for events in batches:
                for event in events:
                    yield event

    async def batches(self, after: str, *, gather_s: float = GATHER_S) -> AsyncGenerator[list[Event], None]:
        """The same, as many at once as have come together; a reader in no hurry lets more of them."""
        woken = False
        while True:
            # Taken before the look, so that what is committed during it is not slept through.
            news = self._news
            events = await self._look_together(after)
            if events:
                yield events
                after = events[-1].position
            if len(events) < BATCH:
                woken = await _told(
                    news, SOON_S if woken and not events else _until_the_next_look(), gather_s
                )


@dataclass(frozen=True)
class _Look:
    """What one query finds out; ``news``: what whoever looks would be woken by."""

    transaction_id: str
    number: int
    limit: int
    news: asyncio.Event | None = None


def _until_the_next_look() -> float:
    """Seconds. Whoever has just looked, or a rounding before the moment, waits for the next one."""
    left_s = LOOK_EVERY_S - asyncio.get_running_loop().time() % LOOK_EVERY_S
    return left_s if left_s > JUST_LOOKED_S else left_s + LOOK_EVERY_S


async def _told(news: asyncio.Event, within_s: float, gather_s: float) -> bool:
    """Whether somebody had news in that time."""
    try:
        await asyncio.wait_for(news.wait(), within_s)
    except TimeoutError:
        return False
    await asyncio.sleep(gather_s)
    return True


def _parse(position: str) -> tuple[str, int]:
    if not position:
        return "0", 0
    match = _POSITION.fullmatch(position)
    if match is None or int(match[1]) >= 2**64 or int(match[2]) >= 2**63:
        raise PositionInvalidError("a position has the form it was given out in", position=position[:60])
    return match[1], int(match[2])
