"""Busy times in PostgreSQL; each change is told in the event log in the transaction that makes it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg

from calcom_sync.domain.busy import Busy, Owner, Source, Span
from calcom_sync.domain.survey import LAG
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool

CHANGED = "busy_changed"


class SqlBusy:
    """The tables busy and event."""

    def __init__(self, pool: Pool, log: EventLog) -> None:
        self._pool, self.log = pool, log

    async def appear(
        self, owner: Owner, source: Source, key: str, span: Span, now: datetime, *, listed: bool = False
    ) -> None:
        """See ``BusyTimes``."""
        async with self._changing() as connection:
            await self.note(
                connection, owner, source, key, span, now, back_before=now - LAG if listed else None
            )

    async def note(
        self, connection: Connection, owner: Owner, source: Source, key: str, span: Span, now: datetime,
        *, back_before: datetime | None = None,
    ) -> None:  # fmt: skip
        """The same in a transaction of the caller. ``back_before``: what is gone since an earlier instant comes back."""
        known = await connection.fetchrow(
            "UPDATE busy SET seen_at = greatest(seen_at, $4), account_id = $5"
            " WHERE tenant_id = $1 AND source = $2 AND key = $3 AND NOT gone RETURNING busy_id, person_id",
            owner.tenant_id, source.value, key, now, owner.account_id,
        )  # fmt: skip
        if known:
            # The account may have become another person's since (SR-01), or the booking another host's.
            if known["person_id"] != owner.person_id:
                await self.give(connection, owner.tenant_id, [known["busy_id"]], owner.person_id, now)
            return
        # Under a new id: who was told that the old one is gone may hear of it once more.
        row = await connection.fetchrow(
            "INSERT INTO busy (tenant_id, source, key, account_id, person_id, start_time, end_time, gone, seen_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, false, $8) ON CONFLICT (tenant_id, source, key) DO UPDATE"
            " SET busy_id = gen_random_uuid(), account_id = $4, person_id = $5, start_time = $6, end_time = $7,"
            " gone = false, seen_at = $8 WHERE busy.gone AND busy.seen_at < $9 RETURNING *",
            owner.tenant_id, source.value, key, owner.account_id, owner.person_id, span.start, span.end, now,
            back_before,
        )  # fmt: skip
        if row:
            await self._tell(connection, row, now, gone=False)

    async def give(
        self, connection: Connection, tenant_id: UUID, busy: Sequence[UUID], person_id: UUID, now: datetime
    ) -> None:
        """Whose time it is has turned out to be another's; told as a change."""
        rows = await connection.fetch(
            "UPDATE busy SET person_id = $3 WHERE tenant_id = $1 AND busy_id = ANY($2) AND NOT gone RETURNING *",
            tenant_id, busy, person_id,
        )  # fmt: skip
        for row in rows:
            await self._tell(connection, row, now, gone=False)

    async def vanish(self, tenant_id: UUID, source: Source, key: str, now: datetime) -> None:
        """For good, also where it was never heard of."""
        async with self._changing() as connection:
            await self.drop(connection, tenant_id, source, key, now)

    async def drop(
        self, connection: Connection, tenant_id: UUID, source: Source, key: str, now: datetime
    ) -> None:
        """The same in a transaction of the caller."""
        row = await connection.fetchrow(
            "UPDATE busy SET gone = true, seen_at = $4 WHERE tenant_id = $1 AND source = $2 AND key = $3 AND NOT gone"
            " RETURNING *",
            tenant_id, source.value, key, now,
        )  # fmt: skip
        if row:
            await self._tell(connection, row, now, gone=True)
        else:
            await connection.execute(
                "INSERT INTO busy (tenant_id, source, key, gone, seen_at) VALUES ($1, $2, $3, true, $4) ON CONFLICT DO NOTHING",
                tenant_id, source.value, key, now,
            )  # fmt: skip

    async def unseen(self, owner: Owner, since: datetime, now: datetime, limit: int) -> list[str]:
        """Bookings that were not seen since an instant and are not over, those that were seen longest ago first."""
        rows = await self._pool.fetch(
            "SELECT key FROM busy WHERE tenant_id = $1 AND account_id = $2 AND source = 'booking' AND NOT gone"
            " AND seen_at < $3 AND end_time > $4 ORDER BY seen_at, start_time LIMIT $5",
            owner.tenant_id, owner.account_id, since, now, limit,
        )  # fmt: skip
        return [row["key"] for row in rows]

    async def _forget_unseen(self, connection: Connection, owner: Owner, now: datetime) -> None:
        """Of the calendars of an account what was not seen now."""
        rows = await connection.fetch(
            "SELECT key FROM busy WHERE tenant_id = $1 AND account_id = $2 AND source = 'calendar' AND NOT gone"
            " AND seen_at < $3 AND end_time > $3",
            owner.tenant_id, owner.account_id, now,
        )  # fmt: skip
        for row in rows:
            await self.drop(connection, owner.tenant_id, Source.CALENDAR, row["key"], now)

    async def leave(
        self, connection: Connection, tenant_id: UUID, account_id: UUID, heirs: Sequence[Owner], now: datetime
    ) -> None:
        """An account is asked no more. What it showed is looked at with another one of the same person's, or is gone."""
        for heir in heirs:
            await connection.execute(
                "UPDATE busy SET account_id = $4 WHERE tenant_id = $1 AND account_id = $2 AND person_id = $3 AND NOT gone",
                tenant_id, account_id, heir.person_id, heir.account_id,
            )  # fmt: skip
        rows = await connection.fetch(
            "DELETE FROM busy WHERE tenant_id = $1 AND account_id = $2 AND NOT gone RETURNING *",
            tenant_id, account_id,
        )  # fmt: skip
        for row in rows:
            await self._tell(connection, row, now, gone=True)

    async def replace_calendar(self, owner: Owner, spans: Sequence[Span], now: datetime) -> None:
        """Exactly these spans are taken by the calendars of an account."""
        keys = {f"{owner.account_id}/{span.start.isoformat()}/{span.end.isoformat()}": span for span in spans}
        async with self._changing() as connection:
            await connection.execute(
                "DELETE FROM busy WHERE tenant_id = $1 AND source = 'calendar' AND gone AND key = ANY($2)",
                owner.tenant_id, list(keys),
            )  # fmt: skip
            for key, span in keys.items():
                await self.note(connection, owner, Source.CALENDAR, key, span, now)
            await self._forget_unseen(connection, owner, now)

    async def between(self, tenant_id: UUID, span: Span, people: Sequence[UUID]) -> list[Busy]:
        """What is taken in a span, by start; of all people where none are named."""
        rows = await self._pool.fetch(
            "SELECT * FROM busy WHERE tenant_id = $1 AND NOT gone AND start_time < $3 AND end_time > $2"
            " AND (cardinality($4::uuid[]) = 0 OR person_id = ANY($4)) ORDER BY start_time, busy_id",
            tenant_id, span.start, span.end, people,
        )  # fmt: skip
        return [busy_of(row) for row in rows]

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[Connection]:
        async with self._pool.acquire() as connection, connection.transaction():
            yield connection
        await self.log.wake()

    async def _tell(self, connection: Connection, row: asyncpg.Record, now: datetime, *, gone: bool) -> None:
        busy = busy_of(row)
        payload = {
            "busy_id": str(busy.busy_id),
            "tenant_id": str(busy.tenant_id),
            "person_id": str(busy.person_id),
            "start": busy.span.start.isoformat(),
            "end": busy.span.end.isoformat(),
            "source": busy.source.value,
            "gone": gone,
        }
        await self.log.append(connection, CHANGED, payload, now=now)


def busy_of(row: asyncpg.Record) -> Busy:
    """As it is stored."""
    return Busy(
        row["busy_id"],
        row["tenant_id"],
        row["person_id"],
        Span(row["start_time"], row["end_time"]),
        Source(row["source"]),
    )
