"""Reads an appointment with its intents, in the transaction of the caller."""

from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.storage.rows import appointment_of, intent_of
from chassis.postgres import Connection

# A booking that is to be taken over is read with the intent, as long as it stands.
_INTENTS = (
    "SELECT intent.*, held.booking_uid AS held_uid, held.start_time AS held_start, held.end_time AS held_end,"
    " coalesce(held.mark, held.phase_id) AS held_mark"
    " FROM intent LEFT JOIN intent held ON held.tenant_id = intent.tenant_id AND held.phase_id = intent.takes_over"
    " AND held.state = 'synced'"
)


async def load_appointment(connection: Connection, ref: AppointmentRef) -> Appointment | None:
    """An appointment with its intents in order, in the transaction of the caller."""
    key = ref.tenant_id, ref.appointment_id
    row = await connection.fetchrow(
        "SELECT * FROM appointment WHERE tenant_id = $1 AND appointment_id = $2", *key
    )
    if row is None:
        return None
    rows = await connection.fetch(
        f"{_INTENTS} WHERE intent.tenant_id = $1 AND intent.appointment_id = $2 ORDER BY intent.position",
        *key,
    )
    return appointment_of(row, [intent_of(one) for one in rows])
