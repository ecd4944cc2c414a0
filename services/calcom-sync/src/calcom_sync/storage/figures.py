"""Counts for operators, from the tables that the work goes by."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from calcom_sync.domain.figures import Day, Status, Unsettled
from chassis.postgres import Pool

# Of what is called off or moved nothing is wanted; what is still there of it has to go.
_UNSETTLED = """
WITH troubled AS (
    SELECT appointment_id, min(CASE state WHEN 'unknown' THEN coalesce(unknown_since, updated_at) ELSE updated_at END) AS since
      FROM intent WHERE tenant_id = $1 AND end_time > $2 AND (due_at IS NOT NULL OR state = 'failed')
     GROUP BY appointment_id
)
SELECT a.appointment_id, min(i.start_time) AS start_time, NOT (a.called_off OR a.moved_to IS NOT NULL) AS wanted,
       count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'in_flight') AS in_flight,
       count(*) FILTER (WHERE state = 'unknown') AS unknown, count(*) FILTER (WHERE state = 'failed') AS failed,
       count(*) FILTER (WHERE state = 'synced' AND due_at IS NOT NULL) AS leaving, count(*) AS copies, t.since,
       min(due_at) AS next_try, coalesce(max(last_error) FILTER (WHERE last_error <> ''), '') AS last_error
  FROM troubled t JOIN appointment a ON a.tenant_id = $1 AND a.appointment_id = t.appointment_id
       JOIN intent i ON i.tenant_id = $1 AND i.appointment_id = t.appointment_id
 GROUP BY a.appointment_id, a.called_off, a.moved_to, t.since
HAVING NOT (a.called_off OR a.moved_to IS NOT NULL) OR min(due_at) IS NOT NULL
 ORDER BY t.since, a.appointment_id LIMIT $3
"""
_COPIES = """
SELECT (a.received_at AT TIME ZONE $4)::date AS day,
       CASE WHEN i.state IN ('pending', 'in_flight', 'unknown') THEN 'under_way' ELSE i.state END AS what, count(*)
  FROM appointment a JOIN intent i USING (tenant_id, appointment_id)
 WHERE a.tenant_id = $1 AND a.received_at >= $2 AND a.received_at < $3 GROUP BY 1, 2
"""
_DOUBTS = """
SELECT (settled_at AT TIME ZONE $4)::date AS day, outcome AS what, count(*) FROM verification
 WHERE tenant_id = $1 AND settled_at >= $2 AND settled_at < $3 GROUP BY 1, 2
"""
_STATUS = """
SELECT (SELECT max(received_at) FROM webhook WHERE tenant_id = $1 AND state <> 'refused') AS webhook_at,
       (SELECT max(received_at) FROM webhook WHERE tenant_id = $1 AND state = 'refused') AS refused_at,
       coalesce((SELECT position FROM stream WHERE name = 'booking'), '') AS booking_position,
       count(*) FILTER (WHERE wanted_until > $2) AS held,
       count(*) FILTER (WHERE wanted_until > $2 AND stands_until > $2) AS reserved
  FROM reservation WHERE tenant_id = $1
"""


class SqlFigures:
    """Reads all tables; changes none."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def unsettled(self, tenant_id: UUID, now: datetime, *, limit: int) -> list[Unsettled]:
        """The one that is longest in trouble first."""
        rows = await self._pool.fetch(_UNSETTLED, tenant_id, now, limit)
        return [Unsettled(**dict(row)) for row in rows]

    async def days(self, tenant_id: UUID, start: datetime, end: datetime, zone: str) -> Sequence[Day]:
        """Each local day with anything in it, in order."""
        days: dict[date, Day] = {}
        for row in await self._pool.fetch(_COPIES, tenant_id, start, end, zone):
            days.setdefault(row["day"], Day(row["day"])).copies[row["what"]] = row["count"]
        for row in await self._pool.fetch(_DOUBTS, tenant_id, start, end, zone):
            days.setdefault(row["day"], Day(row["day"])).doubts[row["what"]] = row["count"]
        return [days[day] for day in sorted(days)]

    async def status(self, tenant_id: UUID, now: datetime) -> Status:
        """As it is now."""
        row = await self._pool.fetchrow(_STATUS, tenant_id, now)
        return Status(**dict(row or {}))
