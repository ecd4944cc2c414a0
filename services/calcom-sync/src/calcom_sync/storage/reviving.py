"""A person wants an appointment's copies tried again, in the transaction of the caller, under the appointment's lock."""

from datetime import datetime

from calcom_sync.domain.appointment import Appointment, AppointmentRef, Plan
from calcom_sync.domain.intent import State
from calcom_sync.domain.patience import Patience
from calcom_sync.storage.loading import load_appointment
from calcom_sync.storage.queue import remind
from calcom_sync.storage.settlements import TRIED_AGAIN, update_intent
from chassis.postgres import Connection


async def try_again(
    connection: Connection, known: Appointment, operator: str, patience: Patience, now: datetime
) -> None:
    """What is settled is wanted anew; what waits for its turn has it now; what is being taken back comes after that."""
    if not known.next_due:
        await _revive(connection, known, operator, patience, now)
    elif known.wanted:
        await _hasten(connection, known, operator, now)
    else:
        await connection.execute(
            "UPDATE appointment SET retry_by = $3 WHERE tenant_id = $1 AND appointment_id = $2",
            known.ref.tenant_id, known.ref.appointment_id, operator,
        )  # fmt: skip


async def try_again_if_asked(
    connection: Connection, ref: AppointmentRef, patience: Patience, now: datetime
) -> None:
    """After a settlement: somebody may have asked for another try while copies were taken back."""
    operator = await connection.fetchval(
        "SELECT retry_by FROM appointment WHERE tenant_id = $1 AND appointment_id = $2 AND retry_by IS NOT NULL"
        " AND NOT called_off AND moved_to IS NULL AND NOT EXISTS (SELECT FROM intent"
        " WHERE tenant_id = $1 AND appointment_id = $2 AND due_at IS NOT NULL)",
        ref.tenant_id, ref.appointment_id,
    )  # fmt: skip
    known = await load_appointment(connection, ref) if operator else None
    if known:
        await _revive(connection, known, operator, patience, now)


async def _hasten(connection: Connection, known: Appointment, operator: str, now: datetime) -> None:
    for intent in known.intents:
        if intent.state in {State.PENDING, State.UNKNOWN}:
            await update_intent(connection, intent.hastened(now), now)
    await _close_cases(connection, known.ref, operator, now)
    await remind(connection, [known.ref])


async def _revive(
    connection: Connection, known: Appointment, operator: str, patience: Patience, now: datetime
) -> None:
    # Where its phases go is found out anew, since that may be what was wrong.
    unsent = all(
        one.state in {State.FAILED, State.CANCELLED, State.PENDING} and not one.attempts
        for one in known.intents
    )
    plan = Plan.OPEN if unsent and known.intents else known.plan
    await connection.execute(
        "UPDATE appointment SET wanted = true, spoiled = false, plan = $3, retry_by = NULL"
        " WHERE tenant_id = $1 AND appointment_id = $2",
        known.ref.tenant_id, known.ref.appointment_id, plan.value,
    )  # fmt: skip
    for intent in known.intents:
        await update_intent(connection, intent.asked_for_again(now, patience), now)
    await _close_cases(connection, known.ref, operator, now)
    await remind(connection, [known.ref])


async def _close_cases(connection: Connection, ref: AppointmentRef, operator: str, now: datetime) -> None:
    await connection.execute(
        "UPDATE sync_case SET closed_at = $3, resolved_by = $4, resolution = $5"
        " WHERE tenant_id = $1 AND appointment_id = $2 AND closed_at IS NULL",
        ref.tenant_id, ref.appointment_id, now, operator, TRIED_AGAIN,
    )  # fmt: skip
