"""How far series have come, in PostgreSQL."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.series import (
    Alternative,
    Failure,
    PlannedDate,
    SeriesAnswer,
    SeriesDate,
    SeriesWish,
)
from booking.errors import RequestIdReusedError
from booking.storage.documents import SELECT_DOCUMENTS, from_document
from booking.usecases.book_series import Begun
from chassis.postgres import Pool

AT_ONCE = 3
"""So many series may each keep a connection for their turn; the others of the pool are for the bookings themselves."""

_DROP = """
DELETE FROM series s WHERE s.tenant_id = $1 AND s.request_id = $2 AND s.dates IS NULL AND NOT EXISTS (
    SELECT 1 FROM appointment a WHERE a.tenant_id = $1 AND a.series_id = s.series_id)
"""
_MADE = f"""
{SELECT_DOCUMENTS}
 WHERE a.tenant_id = $1
   AND (a.series_id = $2 AND a.series_position = $3
        OR a.call_id = $4 AND a.start_time = $5 AND a.service_id = $6 AND a.state = 'booked')
 ORDER BY a.series_id = $2 DESC NULLS LAST LIMIT 1
"""


class SqlSerieses:
    """The port of BookSeries over the service's own schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._seats = pool, asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def turn(self, wish: SeriesWish) -> AsyncIterator[None]:
        """See ``Serieses``. The lock is a transaction's that does nothing else: it ends with its connection, and readers
        of the event log do not wait for a transaction that has no id."""
        name = f"series {wish.wish.tenant_id} {wish.wish.request_id}"
        async with self._seats, self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)
            yield

    async def find(self, wish: SeriesWish) -> Begun | None:
        """See ``Serieses``."""
        one = wish.wish
        row = await self._pool.fetchrow(
            "SELECT series_id, fingerprint, dates FROM series WHERE tenant_id = $1 AND request_id = $2",
            one.tenant_id, one.request_id,
        )  # fmt: skip
        if row is None:
            return None
        if row["fingerprint"] != wish.fingerprint:
            raise RequestIdReusedError("the request_id was used for another series")
        dates = row["dates"]
        answer = await self._answer(one.tenant_id, row["series_id"], json.loads(dates)) if dates else None
        return Begun(row["series_id"], answer)

    async def begin(self, wish: SeriesWish, *, now: datetime) -> Begun:
        """See ``Serieses``."""
        one = wish.wish
        await self._pool.execute(
            "INSERT INTO series (tenant_id, request_id, series_id, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (tenant_id, request_id) DO NOTHING",
            one.tenant_id, one.request_id, uuid.uuid4(), wish.fingerprint, now,
        )  # fmt: skip
        # Also where a twin's turn ended with its connection and it goes on nevertheless.
        begun = await self.find(wish)
        if begun is None:
            raise RuntimeError("a series that is neither new nor known")
        return begun

    async def drop(self, wish: SeriesWish) -> None:
        """See ``Serieses``."""
        await self._pool.execute(_DROP, wish.wish.tenant_id, wish.wish.request_id)

    async def made(self, begun: Begun, first: Appointment, date: PlannedDate) -> Appointment | None:
        """See ``Serieses``."""
        document = await self._pool.fetchval(
            _MADE,
            first.tenant_id,
            begun.series_id,
            date.position,
            first.call_id,
            date.start_time,
            first.service_id,
        )
        return from_document(document) if document else None

    async def finish(self, wish: SeriesWish, answer: SeriesAnswer) -> None:
        """See ``Serieses``."""
        await self._pool.execute(
            "UPDATE series SET dates = $3 WHERE tenant_id = $1 AND request_id = $2",
            wish.wish.tenant_id,
            wish.wish.request_id,
            json.dumps([_document(date) for date in answer.dates]),
        )

    async def _answer(self, tenant_id: UUID, series_id: UUID, dates: list[dict[str, Any]]) -> SeriesAnswer:
        ids = [UUID(date["appointment_id"]) for date in dates if date["appointment_id"]]
        where = "WHERE a.tenant_id = $1 AND a.appointment_id = ANY($2::uuid[])"
        rows = await self._pool.fetch(f"{SELECT_DOCUMENTS} {where}", tenant_id, ids)
        made = {one.appointment_id: one for one in (from_document(row["document"]) for row in rows)}
        return SeriesAnswer(series_id, tuple(_date_from(date, made) for date in dates), repeated=True)


def _document(date: SeriesDate) -> dict[str, Any]:
    other = date.alternative
    return {
        "position": date.position,
        "start_time": date.start_time.isoformat(),
        "appointment_id": str(date.appointment.appointment_id) if date.appointment else None,
        "failure": date.failure.value if date.failure else None,
        "alternative": other and {
            "start_time": other.start_time.isoformat(),
            "end_time": other.end_time.isoformat(),
            "person_id": str(other.person_id),
            "option_id": other.option_id,
            "held_until": other.held_until.isoformat() if other.held_until else None,
        },
    }  # fmt: skip


def _date_from(entry: dict[str, Any], made: dict[UUID, Appointment]) -> SeriesDate:
    return SeriesDate(
        entry["position"],
        _instant(entry["start_time"]),
        made[UUID(entry["appointment_id"])] if entry["appointment_id"] else None,
        Failure(entry["failure"]) if entry["failure"] else None,
        _alternative_from(entry["alternative"]) if entry["alternative"] else None,
    )


def _alternative_from(entry: dict[str, Any]) -> Alternative:
    return Alternative(
        _instant(entry["start_time"]),
        _instant(entry["end_time"]),
        UUID(entry["person_id"]),
        entry["option_id"],
        _instant(entry["held_until"]) if entry["held_until"] else None,
    )


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
