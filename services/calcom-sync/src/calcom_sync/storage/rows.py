"""Rows to domain and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from calcom_sync.domain.appointment import Appointment, AppointmentRef, Attendee, Plan
from calcom_sync.domain.intent import Doubt, Held, Intent, State

OF_APPOINTMENT = "of_appointment_"
"""Begins the names of an appointment's columns in rows of its intents."""
APPOINTMENT_COLUMNS = (
    "tenant_id", "appointment_id", "branch_id", "service_id", "attendee_name", "attendee_email", "attendee_phone",
    "time_zone", "language", "call_id", "traceparent", "plan", "wanted", "spoiled", "received_at", "called_off",
    "moved_to", "moved_from", "ready",
)  # fmt: skip


_HELD = ("held_uid", "held_start", "held_end", "held_mark", "held_setbacks")


def intent_of(row: asyncpg.Record) -> Intent:
    """An intent as it is stored, with the booking that it is to take over."""
    fields = {name: value for name, value in row.items() if not name.startswith(OF_APPOINTMENT)}
    del fields["seen_at"]
    held = [fields.pop(name) for name in _HELD]
    fields["held"] = Held(*held) if held[0] else None
    fields["start"], fields["end"] = fields.pop("start_time"), fields.pop("end_time")
    fields["state"] = State(fields["state"])
    fields["doubt"] = Doubt(fields["doubt"]) if fields["doubt"] else None
    return Intent(**fields)


def intent_values(intent: Intent, now: datetime) -> list[Any]:
    """What an update of an intent may change, in the order of its statement; after key and revision."""
    return [
        intent.tenant_id, intent.phase_id, intent.revision, intent.account_id, intent.event_type_id,
        intent.state.value, intent.due_at, intent.attempts, intent.setbacks, intent.refusals, intent.looks,
        intent.doubt.value if intent.doubt else None, intent.unknown_since, intent.booking_uid, intent.booking_number,
        intent.without_phone, intent.last_error, now, intent.mark, intent.revived,
    ]  # fmt: skip


def appointment_of(row: asyncpg.Record, intents: Sequence[Intent]) -> Appointment:
    """An appointment with its intents, from a row of one of them."""
    fields = {name: row[OF_APPOINTMENT + name] for name in APPOINTMENT_COLUMNS}
    ref = AppointmentRef(fields.pop("tenant_id"), fields.pop("appointment_id"))
    attendee = Attendee(*(fields.pop(f"attendee_{part}") for part in ("name", "email", "phone")))
    plan = Plan(fields.pop("plan"))
    return Appointment(ref=ref, attendee=attendee, plan=plan, intents=intents, **fields)


def ref_of_row(row: asyncpg.Record) -> AppointmentRef:
    """The key of an appointment."""
    tenant_id: UUID = row["tenant_id"]
    return AppointmentRef(tenant_id, row["appointment_id"])
