"""Finds what is overdue on the waiting list."""

from datetime import datetime

from booking.domain.waiting import WaitingChange
from booking.storage.jobs import Reminder, remind
from booking.storage.vacancies import VACANCY, offer_reminder
from booking.storage.waiting_documents import SELECT_ENTRIES, entry_from
from booking.storage.waiting_moves import move
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool, reaching_storage

BATCH = 200
_OVER = f"""
{SELECT_ENTRIES} WHERE w.state = 'waiting' AND w.window_end <= $1
 ORDER BY w.window_end LIMIT {BATCH} FOR NO KEY UPDATE OF w SKIP LOCKED
"""


class SqlOverdue:
    """The port of the sweep over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def expire(self, now: datetime) -> int:
        """See ``Overdue``."""
        ended, batch = 0, BATCH
        while batch == BATCH:
            with reaching_storage():
                async with self._pool.acquire() as connection, connection.transaction():
                    batch = await _expire_some(connection, now)
            ended += batch
        if ended:
            await self._events.wake()
        return ended

    async def remind(self, before: datetime) -> int:
        """See ``Overdue``."""
        with reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                vacancies = await connection.fetch(
                    "SELECT vacancy_id FROM waitlist_vacancy WHERE done_at IS NULL AND due_at < $1", before
                )
                offers = await connection.fetch(
                    "SELECT tenant_id, offer_id FROM waitlist_offer WHERE state = 'open' AND due_at < $1",
                    before,
                )
                reminders = [
                    reminder
                    for at_once in (False, True)
                    for reminder in (
                        *(Reminder(VACANCY, str(row["vacancy_id"]), at_once=at_once) for row in vacancies),
                        *(
                            offer_reminder(row["tenant_id"], row["offer_id"], at_once=at_once)
                            for row in offers
                        ),
                    )
                ]
                await remind(connection, reminders)
        return len(reminders)


async def _expire_some(connection: Connection, now: datetime) -> int:
    rows = await connection.fetch(_OVER, now)
    for row in rows:
        entry = entry_from(row["document"])
        await move(connection, entry, entry.expired(), WaitingChange(now, "the window is over"))
    return len(rows)
