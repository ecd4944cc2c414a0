"""What is let go when it is long over, in small steps; several replicas at once share the work (SE-17)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from chassis.postgres import Pool

BATCH = 500
"""So many rows in one statement: nobody waits for it."""
CASES_KEPT = timedelta(days=3 * 365)
"""Who has decided what about an appointment is known longer than whom it was for."""

_ATTENDEES = """
UPDATE appointment SET attendee_name = '-', attendee_email = '', attendee_phone = ''
 WHERE (tenant_id, appointment_id) IN (
    SELECT a.tenant_id, a.appointment_id FROM appointment a
     WHERE a.attendee_email <> '' AND a.received_at < $1 AND NOT EXISTS (
        SELECT FROM intent i WHERE i.tenant_id = a.tenant_id AND i.appointment_id = a.appointment_id
           AND (i.end_time >= $1 OR i.due_at IS NOT NULL OR i.state IN ('pending', 'in_flight', 'unknown')))
     LIMIT $2 FOR UPDATE OF a SKIP LOCKED)
"""
_WEBHOOKS = """
DELETE FROM webhook WHERE webhook_id IN (
    SELECT webhook_id FROM webhook WHERE received_at < $1 AND state NOT IN ('stored', 'unverified')
     LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
# A report that comes late does not come months late.
_BUSY = """
DELETE FROM busy WHERE (tenant_id, source, key) IN (
    SELECT tenant_id, source, key FROM busy
     WHERE seen_at < $1 AND (end_time < $1 OR (gone AND end_time IS NULL)) LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_PLEAS = """
DELETE FROM plea WHERE request_id IN (
    SELECT request_id FROM plea WHERE answered_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_SKIPPED = """
DELETE FROM skipped_event WHERE position IN (
    SELECT position FROM skipped_event WHERE skipped_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_CASES = """
DELETE FROM sync_case WHERE case_id IN (
    SELECT case_id FROM sync_case WHERE closed_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_OLD = {
    "appointment": _ATTENDEES, "webhook": _WEBHOOKS, "busy": _BUSY, "plea": _PLEAS, "skipped_event": _SKIPPED,
}  # fmt: skip


class OldCopies:
    """Over the service's own schema."""

    def __init__(self, pool: Pool, kept: timedelta) -> None:
        self._pool, self._kept = pool, kept

    async def forget(self, now: datetime) -> Mapping[str, int]:
        """Let go all that was over long enough ago; rows by table."""
        gone = {table: await self._all(statement, now - self._kept) for table, statement in _OLD.items()}
        return gone | {"sync_case": await self._all(_CASES, now - max(self._kept, CASES_KEPT))}

    async def _all(self, statement: str, before: datetime) -> int:
        count, some = 0, BATCH
        while some == BATCH:
            some = int((await self._pool.execute(statement, before, BATCH)).split()[1])
            count += some
        return count
