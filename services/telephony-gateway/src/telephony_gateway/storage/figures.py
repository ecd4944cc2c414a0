"""Counts for operators, from the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.postgres import Pool

# By the best that came of a call: an appointment, a change of one, something noted for later.
_DAYS = """
WITH heard AS (
    SELECT call_id, (first_heard_at AT TIME ZONE $4)::date::text AS day FROM call
     WHERE tenant_id = $1 AND first_heard_at >= $2 AND first_heard_at < $3
), ended AS (
    SELECT day, call_id,
           (SELECT min(CASE f.answer->>'status' WHEN 'booked' THEN 1 WHEN 'rescheduled' THEN 2 WHEN 'cancelled' THEN 2
                            WHEN 'callback_noted' THEN 3 WHEN 'waitlist_noted' THEN 3 END)
              FROM function_call f WHERE f.call_id = heard.call_id) AS best,
           EXISTS (SELECT FROM truth_case t WHERE t.call_id = heard.call_id) AS untrue
      FROM heard
)
SELECT day, count(*) AS calls, count(*) FILTER (WHERE best = 1) AS booked, count(*) FILTER (WHERE best = 2) AS changed,
       count(*) FILTER (WHERE best = 3) AS noted, count(*) FILTER (WHERE untrue) AS untrue
  FROM ended GROUP BY day ORDER BY day
"""
_STATUS = """
WITH latest AS (
    SELECT call_id, agent_id, agent_version FROM call WHERE tenant_id = $1 ORDER BY first_heard_at DESC, call_id DESC LIMIT 50
)
SELECT (SELECT max(received_at) FROM call_event JOIN latest USING (call_id)) AS webhook_at,
       (SELECT max(received_at) FROM function_call JOIN latest USING (call_id)) AS function_at,
       coalesce((SELECT agent_id FROM latest WHERE agent_version IS NOT NULL LIMIT 1), '') AS agent_id,
       coalesce((SELECT agent_version FROM latest WHERE agent_version IS NOT NULL LIMIT 1), 0) AS agent_version
"""


@dataclass(frozen=True)
class CallDay:
    """The calls of one local day (ISO), by the best that came of each."""

    day: str
    calls: int
    booked: int
    changed: int
    noted: int
    untrue: int


@dataclass(frozen=True)
class CallStatus:
    """What was heard last; None: never. ``agent_version`` 0: the agent did not say."""

    webhook_at: datetime | None
    function_at: datetime | None
    agent_id: str
    agent_version: int


class SqlFigures:
    """Reads only."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def days(self, tenant_id: UUID, start: datetime, end: datetime, zone: str) -> Sequence[CallDay]:
        """Each local day with a call, in order."""
        return [CallDay(**dict(row)) for row in await self._pool.fetch(_DAYS, tenant_id, start, end, zone)]

    async def status(self, tenant_id: UUID) -> CallStatus:
        """Of the latest calls."""
        row = await self._pool.fetchrow(_STATUS, tenant_id)
        return CallStatus(**dict(row or {}))
