"""Reads an appointment with its intents."""

from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.storage.rows import APPOINTMENT_COLUMNS, OF_APPOINTMENT, appointment_of, intent_of
from chassis.postgres import Connection, Pool

# One statement sees one moment, and so needs no transaction. A booking that is to be taken over is read with the intent, as
# long as it stands.
_LOAD = f"""
SELECT {", ".join(f"appointment.{name} AS {OF_APPOINTMENT}{name}" for name in APPOINTMENT_COLUMNS)},
       intent.*, held.booking_uid AS held_uid, held.start_time AS held_start, held.end_time AS held_end,
       coalesce(held.mark, held.phase_id) AS held_mark, held.setbacks AS held_setbacks
  FROM appointment
  LEFT JOIN intent ON intent.tenant_id = $1 AND intent.appointment_id = $2
  LEFT JOIN intent held ON held.tenant_id = $1 AND held.phase_id = intent.takes_over AND held.state = 'synced'
 WHERE appointment.tenant_id = $1 AND appointment.appointment_id = $2
 ORDER BY intent.position
"""  # noqa: S608 - made of constants


async def load_appointment(on: Connection | Pool, ref: AppointmentRef) -> Appointment | None:
    """An appointment with its intents in order; in the transaction of the caller, where it is called in one."""
    rows = await on.fetch(_LOAD, ref.tenant_id, ref.appointment_id)
    if not rows:
        return None
    return appointment_of(rows[0], [intent_of(row) for row in rows if row["phase_id"]])
