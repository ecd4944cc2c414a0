"""Counts for operators, and how far the readers of the event log are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.eventlog import EventLog
from chassis.postgres import Pool

COUNTED_MAX = 1000
_DAYS = """
SELECT (created_at AT TIME ZONE $4)::date::text AS day, state, count(*) FROM appointment
 WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 GROUP BY 1, 2 ORDER BY 1
"""
_OURS = """
SELECT 'waiting list' AS reader, position FROM waitlist_stream UNION ALL SELECT 'messages', position FROM message_reader
"""


@dataclass(frozen=True)
class Lag:
    """What a reader has not read yet; ``oldest`` None: nothing."""

    reader: str
    waiting: int
    oldest: datetime | None


class SqlFigures:
    """Reads only."""

    def __init__(self, pool: Pool, log: EventLog) -> None:
        self._pool, self._log = pool, log

    async def days(
        self, tenant_id: UUID, start: datetime, end: datetime, zone: str
    ) -> Mapping[str, Mapping[str, int]]:
        """Local day (ISO) → state now → how many appointments were made on it."""
        days: dict[str, dict[str, int]] = {}
        for row in await self._pool.fetch(_DAYS, tenant_id, start, end, zone):
            days.setdefault(row["day"], {})[row["state"]] = row["count"]
        return days

    async def lags(self, positions: Mapping[str, str]) -> Sequence[Lag]:
        """Of those and of our own readers. Raises PositionInvalidError."""
        ours = {row["reader"]: row["position"] for row in await self._pool.fetch(_OURS)}
        return [await self._lag(reader, after) for reader, after in {**positions, **ours}.items()]

    async def _lag(self, reader: str, after: str) -> Lag:
        waiting = await self._log.read(after, limit=COUNTED_MAX)
        return Lag(reader, len(waiting), waiting[0].recorded_at if waiting else None)
