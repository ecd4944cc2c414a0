"""Lets go what was over long ago and nobody looks at: messages, what was looked at for the waiting list, notes of the queue."""

from datetime import datetime

from booking.storage.jobs import forget_jobs
from chassis.postgres import Pool, reaching_storage

BATCH = 500
"""So many rows in one statement: nobody waits for it."""
_MESSAGES = """
DELETE FROM message WHERE (tenant_id, message_id) IN (
    SELECT m.tenant_id, m.message_id FROM message m JOIN appointment a USING (tenant_id, appointment_id)
     WHERE m.due_time IS NULL AND m.update_time < $1 AND a.end_time < $1
       AND (m.case_id IS NULL OR NOT EXISTS (
            SELECT FROM callback c
             WHERE c.tenant_id = m.tenant_id AND c.callback_id = m.case_id AND c.state <> 'resolved'))
     ORDER BY m.update_time LIMIT $2 FOR UPDATE OF m SKIP LOCKED)
"""
# What its time is over for cannot come again: the log, read anew, makes no vacancy of the past. Offers that stand are those
# of a vacancy that is not done, or not over.
_OFFERS = """
DELETE FROM waitlist_offer WHERE (tenant_id, offer_id) IN (
    SELECT o.tenant_id, o.offer_id FROM waitlist_offer o JOIN waitlist_vacancy v USING (vacancy_id)
     WHERE v.done_at < $1 AND v.end_time < $1 AND o.ended_at < $1 AND o.state NOT IN ('preparing', 'open')
     ORDER BY o.ended_at LIMIT $2 FOR UPDATE OF o SKIP LOCKED)
"""
_VACANCIES = """
DELETE FROM waitlist_vacancy WHERE vacancy_id IN (
    SELECT v.vacancy_id FROM waitlist_vacancy v
     WHERE v.done_at < $1 AND v.end_time < $1
       AND NOT EXISTS (SELECT FROM waitlist_offer o WHERE o.vacancy_id = v.vacancy_id)
     ORDER BY v.done_at LIMIT $2 FOR UPDATE OF v SKIP LOCKED)
"""


class SqlHistory:
    """The port of forgetting over the service's own schema. What names people is let go by ``old_people``; appointments stay,
    as facts about nobody in the end."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def forget(self, before: datetime) -> int:
        """See ``Old``. Several at once are harmless."""
        with reaching_storage():
            gone = 0
            for statement in (_MESSAGES, _OFFERS, _VACANCIES):
                gone += await self._all(statement, before)
            async with self._pool.acquire() as connection:
                gone += await forget_jobs(connection, before)
        return gone

    async def _all(self, statement: str, before: datetime) -> int:
        count, some = 0, BATCH
        while some == BATCH:
            some = int((await self._pool.execute(statement, before, BATCH)).removeprefix("DELETE "))
            count += some
        return count
