"""Forgetting whom copies were made for, once nothing of them is under way."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from calcom_sync.storage.wishes import forget
from chassis.postgres import Pool, reaching_storage

_THEIRS = "SELECT appointment_id FROM appointment WHERE tenant_id = $1 AND customer_id = $2"
_WORDS = {
    # What Cal.com said of a booking may repeat the attendee.
    "intent": f"""
UPDATE intent SET last_error = '' WHERE tenant_id = $1 AND appointment_id IN ({_THEIRS}) AND last_error <> ''
""",  # noqa: S608 - made of constants
    "sync_case": f"""
UPDATE sync_case SET detail = '', resolution = ''
 WHERE tenant_id = $1 AND appointment_id IN ({_THEIRS}) AND closed_at IS NOT NULL AND (detail, resolution) <> ('', '')
""",  # noqa: S608 - made of constants
    "plea": f"""
UPDATE plea SET detail = '', last_error = ''
 WHERE tenant_id = $1 AND appointment_id IN ({_THEIRS}) AND answered_at IS NOT NULL AND (detail, last_error) <> ('', '')
""",  # noqa: S608 - made of constants
    "webhook": f"""
UPDATE webhook w SET body = '' FROM intent i
 WHERE w.tenant_id = $1 AND i.tenant_id = $1 AND i.appointment_id IN ({_THEIRS}) AND w.body <> ''
   AND (w.phase_id = i.phase_id OR (i.booking_uid <> '' AND w.booking_uid = i.booking_uid))
""",  # noqa: S608 - made of constants
    # Kept as it came, and not understood: if it is about the customer it says so by the id.
    "skipped_event": """
UPDATE skipped_event SET body = '' WHERE $1::uuid IS NOT NULL AND position(convert_to($2::uuid::text, 'UTF8') IN body) > 0
""",
}
_STILL_THERE = f"""
SELECT DISTINCT booking_uid FROM intent WHERE tenant_id = $1 AND appointment_id IN ({_THEIRS}) AND booking_uid <> ''
 ORDER BY booking_uid
"""  # noqa: S608 - made of constants


class SqlAttendees:
    """Over the service's own schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def forget(self, tenant_id: UUID, customer_id: UUID) -> tuple[Mapping[str, int], Sequence[str]]:
        """Overwrite it all at once: rows by table, and the bookings that still say so at Cal.com. Done again it finds
        nothing but those."""
        ids = (tenant_id, customer_id)
        with reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                # A webhook that is being looked at now is either noted before this, or finds the attendee forgotten.
                await connection.execute(f"{_THEIRS} ORDER BY appointment_id FOR UPDATE", *ids)
                named = await connection.fetchval(
                    "SELECT count(*) FROM appointment WHERE tenant_id = $1 AND customer_id = $2 AND attendee_email <> ''",
                    *ids,
                )
                erased = {"appointment": int(named)}
                for table, statement in _WORDS.items():
                    done = await connection.execute(statement, *ids)
                    erased[table] = int(done.removeprefix("UPDATE "))
                await forget(connection, *ids)
                rows = await connection.fetch(_STILL_THERE, *ids)
        return erased, [row["booking_uid"] for row in rows]
