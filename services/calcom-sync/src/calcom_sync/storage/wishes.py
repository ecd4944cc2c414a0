"""What booking wants of an appointment that is here already: to be called off, to make way for another, to be forgotten.

Each is one change of the appointment's row and of what waits below it, under the row's lock; what is in flight is dealt with
when its outcome is stored. A new revision keeps whoever has read the old one from sending what is not wanted any more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.storage.queue import remind
from calcom_sync.storage.rows import ref_of_row
from chassis.postgres import Connection


async def call_off(connection: Connection, ref: AppointmentRef, now: datetime) -> bool:
    """Have all copies cancelled. False: unknown here, or over already."""
    key = ref.tenant_id, ref.appointment_id
    changed = await connection.fetchval(
        "UPDATE appointment SET wanted = false, called_off = true"
        " WHERE tenant_id = $1 AND appointment_id = $2 AND NOT called_off AND moved_to IS NULL RETURNING true",
        *key,
    )
    if not changed:
        return False
    await take_back(connection, ref, now)
    await _close_cases(connection, ref, "called off", now)
    await remind(connection, [ref])
    return True


async def take_back(connection: Connection, ref: AppointmentRef, now: datetime) -> None:
    """What waits or stands of an appointment is to be undone now; what is being undone already is left alone."""
    await connection.execute(
        "UPDATE intent SET due_at = $3, revision = revision + 1, updated_at = $3"
        " WHERE tenant_id = $1 AND appointment_id = $2"
        " AND (state = 'pending' OR (state = 'synced' AND due_at IS NULL))",
        ref.tenant_id, ref.appointment_id, now,
    )  # fmt: skip


async def let_go(connection: Connection, tenant_id: UUID, phases: Sequence[UUID], now: datetime) -> None:
    """Have bookings of a predecessor cancelled that nobody takes over; a pause that they are in already is kept."""
    rows = await connection.fetch(
        "UPDATE intent SET due_at = $3, revision = revision + 1"
        " WHERE tenant_id = $1 AND phase_id = ANY($2) AND state = 'synced' AND due_at IS NULL"
        " RETURNING tenant_id, appointment_id",
        tenant_id, phases, now,
    )  # fmt: skip
    await remind(connection, list({ref_of_row(row) for row in rows}))


async def make_way(
    connection: Connection, old: AppointmentRef, new: AppointmentRef, now: datetime
) -> AppointmentRef | None:
    """The old appointment's bookings are the new one's to take over. Says whose bookings the new one has to wait for: one
    that was itself still waiting is left out. None: nothing of the old one is known here, or it is over."""
    key = old.tenant_id, old.appointment_id
    row = await connection.fetchrow(
        "SELECT ready, moved_from FROM appointment"
        " WHERE tenant_id = $1 AND appointment_id = $2 AND NOT called_off AND moved_to IS NULL FOR UPDATE",
        *key,
    )
    if row is None:
        return None
    await connection.execute(
        "UPDATE appointment SET wanted = false, moved_to = $3, ready = true WHERE tenant_id = $1 AND appointment_id = $2",
        *key, new.appointment_id,
    )  # fmt: skip
    # Never sent, so there is nothing of it that could be moved; a booking that it holds is handed on.
    await connection.execute(
        "UPDATE intent SET state = 'cancelled', due_at = NULL, revision = revision + 1, updated_at = $3"
        " WHERE tenant_id = $1 AND appointment_id = $2 AND state = 'pending'",
        *key, now,
    )  # fmt: skip
    await _close_cases(connection, old, "moved", now)
    return old if row["ready"] else AppointmentRef(old.tenant_id, row["moved_from"])


async def forget(connection: Connection, tenant_id: UUID, customer_id: UUID) -> bool:
    """Overwrite what names a customer, in the webhooks about her appointments as well. False: nothing was here."""
    rows = await connection.fetch(
        "UPDATE appointment SET attendee_name = '-', attendee_email = '', attendee_phone = ''"
        " WHERE tenant_id = $1 AND customer_id = $2 AND attendee_email <> '' RETURNING appointment_id",
        tenant_id, customer_id,
    )  # fmt: skip
    appointments = [row["appointment_id"] for row in rows]
    await connection.execute(
        "UPDATE webhook SET body = '' FROM intent WHERE intent.tenant_id = $1 AND intent.appointment_id = ANY($2)"
        " AND webhook.tenant_id = $1 AND webhook.phase_id = intent.phase_id",
        tenant_id, appointments,
    )  # fmt: skip
    return bool(rows)


async def reassign(connection: Connection, ref: AppointmentRef, people: Mapping[UUID, UUID]) -> bool:
    """Whose phases they are. Where they go at Cal.com stays as it is. False: they were so already, or are not known here."""
    changed = await connection.fetch(
        "UPDATE intent SET person_id = new.person_id FROM unnest($3::uuid[], $4::uuid[]) AS new(phase_id, person_id)"
        " WHERE intent.tenant_id = $1 AND intent.appointment_id = $2 AND intent.phase_id = new.phase_id"
        " AND intent.person_id <> new.person_id RETURNING intent.phase_id",
        ref.tenant_id, ref.appointment_id, list(people), list(people.values()),
    )  # fmt: skip
    return bool(changed)


async def _close_cases(connection: Connection, ref: AppointmentRef, why: str, now: datetime) -> None:
    """Nobody has to look at what is not to be any more; what does not go is still a case."""
    await connection.execute(
        "UPDATE sync_case SET closed_at = $4, resolution = $3 WHERE tenant_id = $1 AND appointment_id = $2"
        " AND closed_at IS NULL AND kind <> 'call_off_refused'",
        ref.tenant_id, ref.appointment_id, why, now,
    )  # fmt: skip
