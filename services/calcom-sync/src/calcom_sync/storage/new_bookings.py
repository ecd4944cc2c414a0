"""Appointments that booking has made, stored by one statement with their intents, and the end of what was held for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calcom_sync.domain.appointment import AppointmentRef, Plan
from calcom_sync.domain.intent import State
from calcom_sync.storage.rows import ref_of_row
from calcom_sync.storage.settlements import count_settled
from calcom_sync.usecases.take_in import Booked, Event
from chassis.postgres import Connection, Pool

Told = Sequence[tuple[Event, Booked]]
# A reservation is not consumed by a booking: what is booked is not held any more. Rows of one statement do not see each other,
# but foreign keys are looked at when all are there.
_STORE = """
WITH made AS (
    INSERT INTO appointment (tenant_id, appointment_id, branch_id, service_id, attendee_name, attendee_email, attendee_phone,
                             call_id, traceparent, plan, time_zone, language, customer_id, received_at)
    SELECT told.*, $1::timestamptz FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                                  $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::uuid[]) AS told
    ON CONFLICT DO NOTHING RETURNING tenant_id, appointment_id
), phase AS MATERIALIZED (
    SELECT told.* FROM unnest($15::uuid[], $16::uuid[], $17::uuid[], $18::int[], $19::uuid[], $20::timestamptz[],
                              $21::timestamptz[], $22::text[], $23::uuid[], $24::int[], $25::uuid[], $26::bigint[])
           AS told (tenant_id, appointment_id, phase_id, position, person_id, start_time, end_time, state, service_id,
                    service_position, account_id, event_type_id)
      JOIN made USING (tenant_id, appointment_id)
), kept AS (
    INSERT INTO intent (tenant_id, appointment_id, phase_id, position, person_id, start_time, end_time, state, service_id,
                        service_position, account_id, event_type_id, due_at, updated_at)
    SELECT phase.*, CASE state WHEN 'pending' THEN $1::timestamptz END, $1 FROM phase
), ended AS (
    UPDATE reservation SET wanted_until = $1, due_at = $1, revision = revision + 1 FROM phase
     WHERE reservation.tenant_id = phase.tenant_id AND reservation.person_id = phase.person_id
       AND reservation.start_time < phase.end_time AND reservation.end_time > phase.start_time
){moved}
SELECT tenant_id, appointment_id FROM made
"""
MOVE_ON = """
    INSERT INTO stream (name, position, moved_at) VALUES ('booking', {position}, {now})
        ON CONFLICT (name) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at
"""
_AND_MOVE_ON = ", moved AS (" + MOVE_ON.format(position="$27", now="$1") + ")"
_APPOINTMENT_FIELDS, _PHASE_FIELDS = 13, 12


async def store_bookings(
    on: Connection | Pool, told: Told, now: datetime, position: str | None = None
) -> set[AppointmentRef]:
    """All or nothing, with how far the log was read where that is said. Those that were new."""
    values = [
        now,
        *_columns([_appointment(*one) for one in told], _APPOINTMENT_FIELDS),
        *_columns([phase for one in told for phase in _phases(*one)], _PHASE_FIELDS),
    ]
    if position is None:
        rows = await on.fetch(_STORE.format(moved=""), *values)
    else:
        rows = await on.fetch(_STORE.format(moved=_AND_MOVE_ON), *values, position)
    new = {ref_of_row(row) for row in rows}
    for event, booked in told:
        if event.planned and booked.ref in new:
            count_settled(event.planned.settlements)
    return new


def needs_work(event: Event, booked: Booked) -> bool:
    """Whether anything is left to be done: finding out where it goes, or asking Cal.com."""
    return bool(booked.phases) and _plan(event, booked) is not Plan.NOT_NEEDED


def _plan(event: Event, booked: Booked) -> Plan:
    if event.planned:
        return event.planned.plan
    return Plan.OPEN if booked.phases else Plan.NOT_NEEDED


def _appointment(event: Event, booked: Booked) -> tuple[Any, ...]:
    attendee, planned = booked.attendee, event.planned
    return (
        booked.ref.tenant_id, booked.ref.appointment_id, booked.branch_id, booked.service_id, attendee.name, attendee.email,
        attendee.phone, booked.call_id, event.traceparent, _plan(event, booked).value,
        planned.time_zone if planned else "", planned.language if planned else "", booked.customer_id,
    )  # fmt: skip


def _phases(event: Event, booked: Booked) -> list[tuple[Any, ...]]:
    """With where they go, where that is known already."""
    intents = {one.intent.phase_id: one.intent for one in event.planned.settlements} if event.planned else {}
    rows = []
    for phase in booked.phases:
        intent = intents.get(phase.phase_id)
        state = intent.state if intent else State.PENDING
        target = (intent.account_id, intent.event_type_id) if intent else (None, None)
        rows.append(
            (
                booked.ref.tenant_id, booked.ref.appointment_id, phase.phase_id, phase.position, phase.person_id,
                phase.start, phase.end, state.value, phase.service_id, phase.service_position, *target,
            )
        )  # fmt: skip
    return rows


def _columns(rows: Sequence[tuple[Any, ...]], many: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) or [()] * many
