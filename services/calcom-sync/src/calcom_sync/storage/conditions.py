"""What the tables say is wrong, by business."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import asyncpg

from calcom_sync.domain.alarms import AlarmKind, Observed
from calcom_sync.storage.troubles import PARTS, STUCK
from chassis.postgres import Pool
from signals.metrics import Gauge

STUCK_AFTER = timedelta(minutes=10)
PARTIAL_AFTER = timedelta(minutes=5)
CASE_AFTER = timedelta(hours=4)
SILENT_AFTER = timedelta(hours=2)
PLEA_AFTER = timedelta(minutes=15)
OVERDUE_AFTER = timedelta(minutes=10)
STALE_AFTER = timedelta(hours=2)
SHOWN_FOR = timedelta(hours=1)
"""For so long an event that was stepped over counts as being wrong."""
LATELY = timedelta(days=1)
_silent = Gauge(
    "rufbuch_calcom_sync_webhook_silent_seconds",
    "For how long Cal.com has told a business nothing although bookings were made there; of the one for which it is longest",
)
_STUCK = f"""
    SELECT tenant_id::text AS subject, count(*) AS many, min(since) AS since FROM ({STUCK}) AS stuck
    GROUP BY tenant_id"""  # noqa: S608 - only our own text
_PARTIAL = f"""
    SELECT tenant_id::text AS subject, count(*) AS many, min(since) AS since FROM ({PARTS}) AS parts
    GROUP BY tenant_id"""  # noqa: S608 - only our own text
_CASES = """
    SELECT tenant_id::text AS subject, count(*) AS many, min(opened_at) AS since FROM sync_case
    WHERE closed_at IS NULL AND opened_at <= $1 GROUP BY tenant_id"""
# Cal.com tells of every booking, ours too: who books and hears nothing has no webhook any more.
_WEBHOOKS = """
    SELECT intent.tenant_id::text AS subject, count(*) AS many, min(updated_at) AS since
    FROM intent LEFT JOIN (
        SELECT tenant_id, max(received_at) AS heard_at FROM webhook
        WHERE state NOT IN ('unverified', 'refused') AND received_at > $1 GROUP BY tenant_id
    ) AS told USING (tenant_id)
    WHERE state = 'synced' AND updated_at > $1 AND updated_at > coalesce(heard_at, '-infinity')
    GROUP BY intent.tenant_id"""
_PLEAS = """
    SELECT tenant_id::text AS subject, count(*) AS many, min(made_at) AS since FROM plea
    WHERE answered_at IS NULL AND made_at <= $1 GROUP BY tenant_id"""
_OVERDUE = """
    SELECT '' AS subject, count(*) AS many, min(due_at) AS since FROM intent WHERE due_at <= $1 HAVING count(*) > 0"""

_STALE = """
    SELECT tenant_id::text AS subject, count(*) AS many, min(coalesce(finished_at, registered_at)) AS since FROM survey
    WHERE coalesce(finished_at, registered_at) <= $1 GROUP BY tenant_id"""
_SKIPPED = """
    SELECT 'calcom-sync' AS subject, count(*) AS many, min(skipped_at) AS since FROM skipped_event WHERE skipped_at > $1
    HAVING count(*) > 0"""


class SqlConditions:
    """Reads all tables; changes none."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def wrong(self, now: datetime) -> list[Observed]:
        """All that is."""
        fetch = self._pool.fetch
        silent = await fetch(_WEBHOOKS, now - LATELY)
        _silent.set(max(((now - row["since"]).total_seconds() for row in silent), default=0.0))
        looks: Sequence[tuple[AlarmKind, timedelta, Sequence[asyncpg.Record]]] = (
            (AlarmKind.SYNC_STUCK, STUCK_AFTER, await fetch(_STUCK, now)),
            (AlarmKind.SYNC_PARTIAL, PARTIAL_AFTER, await fetch(_PARTIAL, now)),
            (AlarmKind.CASE_WAITS, CASE_AFTER, await fetch(_CASES, now)),
            (AlarmKind.WEBHOOKS_SILENT, SILENT_AFTER, silent),
            (AlarmKind.PLEAS_WAIT, PLEA_AFTER, await fetch(_PLEAS, now)),
            (AlarmKind.SYNC_OVERDUE, OVERDUE_AFTER, await fetch(_OVERDUE, now - OVERDUE_AFTER)),
            (AlarmKind.CALENDARS_STALE, STALE_AFTER, await fetch(_STALE, now - STALE_AFTER)),
            (AlarmKind.EVENTS_NOT_UNDERSTOOD, timedelta(), await fetch(_SKIPPED, now - SHOWN_FOR)),
        )
        return [one for kind, after, rows in looks for one in _observed(kind, rows, since_before=now - after)]


def _observed(
    kind: AlarmKind, rows: Sequence[asyncpg.Record], *, since_before: datetime
) -> Iterator[Observed]:
    for row in rows:
        if row["since"] <= since_before:
            yield Observed(kind, row["subject"], row["since"], f"{row['many']}")
