"""Forgets people of whom nothing has been heard for long, and the words of what is over; several replicas share the work."""

from datetime import datetime
from uuid import UUID

from booking.errors import AppointmentsAheadError
from booking.storage.customers import forget_customer
from booking.storage.forgetting import NOBODY, NOTHING_SAID, SOMETHING_SAID
from chassis.clock import Clock
from chassis.eventlog import EventLog
from chassis.postgres import Pool, reaching_storage

BATCH = 200
"""So many in one round of statements: nobody waits for it."""
WHO = "retention"
"""Stands where an operator's name would."""
_LONG_SILENT = f"""
SELECT tenant_id, customer_id FROM customer c
 WHERE c.name <> '{NOBODY}' AND c.booked_at < $1 AND NOT EXISTS (
    SELECT FROM appointment a
     WHERE a.tenant_id = c.tenant_id AND a.customer_id = c.customer_id AND a.end_time >= $1)
 ORDER BY c.booked_at LIMIT $2
"""  # noqa: S608 - made of constants
_CERTIFICATES = """
DELETE FROM erasure WHERE (tenant_id, erasure_id) IN (
    SELECT tenant_id, erasure_id FROM erasure WHERE finished_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_CALLBACKS = """
UPDATE callback SET name = '', topic = '', phone_number = NULL, resolution = ''
 WHERE (tenant_id, callback_id) IN (
    SELECT tenant_id, callback_id FROM callback
     WHERE state = 'resolved' AND due_time < $1 AND create_time < $1
       AND (name, topic, phone_number, resolution) IS DISTINCT FROM ('', '', null, '')
     LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING callback_id::text AS id
"""
_CALLBACKS_TOLD = f"""
UPDATE event SET payload = payload || {NOTHING_SAID} WHERE payload->>'callback_id' = ANY($1) AND {SOMETHING_SAID}
"""  # noqa: S608 - made of constants
_WISHES = f"""
UPDATE waitlist_entry SET phone_number = '', customer_name = '{NOBODY}', fingerprint = 'forgotten'
 WHERE (tenant_id, waitlist_entry_id) IN (
    SELECT tenant_id, waitlist_entry_id FROM waitlist_entry
     WHERE state NOT IN ('waiting', 'offered') AND window_end < $1 AND phone_number <> ''
     LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING waitlist_entry_id::text AS id
"""  # noqa: S608 - made of constants
_WISHES_TOLD = f"""
UPDATE event SET payload = payload || '{{"phone_number": "", "customer_name": "{NOBODY}"}}'
 WHERE payload->>'waitlist_entry_id' = ANY($1) AND payload ? 'customer_name'
"""  # noqa: S608 - made of constants
_WISHES_WHY = (
    "UPDATE waitlist_change SET reason = '' WHERE waitlist_entry_id::text = ANY($1) AND reason <> ''"
)
_WORDS = ((_CALLBACKS, (_CALLBACKS_TOLD,)), (_WISHES, (_WISHES_TOLD, _WISHES_WHY)))


class SqlOldWords:
    """Callbacks that were made and wishes that have ended stay as facts; whose they were and what was said goes, also where
    nobody became a customer."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def forget(self, before: datetime) -> int:
        """See ``Old``."""
        with reaching_storage():
            return sum([await self._all(rows, told, before) for rows, told in _WORDS])

    async def _all(self, rows: str, told: tuple[str, ...], before: datetime) -> int:
        count, some = 0, BATCH
        while some == BATCH:
            async with self._pool.acquire() as connection, connection.transaction():
                ids = [row["id"] for row in await connection.fetch(rows, before, BATCH)]
                for statement in told if ids else ():
                    await connection.execute(statement, ids)
            some = len(ids)
            count += some
        return count


class SqlOldCustomers:
    """Customers whose last appointment was long ago are forgotten as if they had asked for it: all readers are told."""

    def __init__(self, pool: Pool, events: EventLog, clock: Clock) -> None:
        self._pool, self._events, self._clock = pool, events, clock

    async def forget(self, before: datetime) -> int:
        """See ``Old``."""
        count, some = 0, BATCH
        with reaching_storage():
            while some == BATCH:
                silent = await self._pool.fetch(_LONG_SILENT, before, BATCH)
                for row in silent:
                    count += await self._one(row["tenant_id"], row["customer_id"])
                some = len(silent)
            await self._pool.execute(_CERTIFICATES, before, BATCH)
        if count:
            await self._events.wake()
        return count

    async def _one(self, tenant_id: UUID, customer_id: UUID) -> bool:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                erased = await forget_customer(
                    connection, self._events, tenant_id, customer_id, operator=WHO, now=self._clock.now()
                )
        except AppointmentsAheadError:
            return False  # Booked again in between.
        return bool(erased and any(erased.values()))
