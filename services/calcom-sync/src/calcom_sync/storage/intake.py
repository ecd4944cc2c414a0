"""What booking has told, stored together with how far it was read."""

from datetime import datetime

import asyncpg

from calcom_sync.domain.appointment import AppointmentRef, Plan
from calcom_sync.storage.queue import remind
from calcom_sync.storage.reservations import end_reservations
from calcom_sync.storage.wishes import call_off, forget, make_way, reassign
from calcom_sync.usecases.take_in import (
    Booked,
    CalledOff,
    Change,
    Event,
    EventRefusedError,
    Forgotten,
    NotUnderstood,
    Reassigned,
)
from chassis.postgres import Connection, Pool

BOOKING = "booking"


class SqlIntake:
    """The tables stream, appointment, intent and skipped_event, and the queue."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def position(self) -> str:
        """Of the last event that was taken in; "": none."""
        found: str | None = await self._pool.fetchval("SELECT position FROM stream WHERE name = $1", BOOKING)
        return found or ""

    async def record(self, event: Event, now: datetime) -> bool:
        """Store the change with all that follows from it, reminders and the position, all or nothing. False: it was known
        already, or changes nothing. Raises EventRefusedError: nothing was stored."""
        try:
            return await self._recorded(event, now)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            raise EventRefusedError(f"{type(error).__name__}: {error}") from error

    async def _recorded(self, event: Event, now: datetime) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            new = await self._apply(connection, event, event.change, now)
            await connection.execute(
                "INSERT INTO stream (name, position, moved_at) VALUES ($1, $2, $3)"
                " ON CONFLICT (name) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at",
                BOOKING, event.position, now,
            )  # fmt: skip
        return new

    async def _apply(self, connection: Connection, event: Event, change: Change, now: datetime) -> bool:
        if isinstance(change, Booked):
            return await self._booked(connection, event, change, now)
        if isinstance(change, CalledOff):
            return await call_off(connection, change.ref, now)
        if isinstance(change, Forgotten):
            return await forget(connection, change.tenant_id, change.customer_id)
        if isinstance(change, Reassigned):
            return await reassign(connection, change.ref, change.people)
        if isinstance(change, NotUnderstood):
            await connection.execute(
                "INSERT INTO skipped_event (position, body, skipped_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                event.position, change.body, now,
            )  # fmt: skip
        return False

    async def _booked(self, connection: Connection, event: Event, booked: Booked, now: datetime) -> bool:
        if not await self._appointment(connection, event, booked, now):
            return False
        await self._intents(connection, booked, now)
        await end_reservations(connection, booked, now)
        if booked.took_place_of:
            await self._follow(connection, booked, booked.took_place_of, now)
        await remind(connection, [booked.ref])
        return True

    async def _follow(
        self, connection: Connection, booked: Booked, previous: AppointmentRef, now: datetime
    ) -> None:
        """Note whose bookings are to be taken over. What has nothing to send takes nothing over."""
        if not booked.phases:
            await call_off(connection, previous, now)
            return
        waits_for = await make_way(connection, previous, booked.ref, now)
        if waits_for:
            await connection.execute(
                "UPDATE appointment SET moved_from = $3, ready = false WHERE tenant_id = $1 AND appointment_id = $2",
                booked.ref.tenant_id, booked.ref.appointment_id, waits_for.appointment_id,
            )  # fmt: skip

    async def _appointment(self, connection: Connection, event: Event, booked: Booked, now: datetime) -> bool:
        attendee = booked.attendee
        plan = Plan.OPEN if booked.phases else Plan.NOT_NEEDED
        new: bool | None = await connection.fetchval(
            "INSERT INTO appointment (tenant_id, appointment_id, branch_id, service_id, attendee_name, attendee_email,"
            " attendee_phone, call_id, traceparent, plan, received_at, customer_id)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING true",
            booked.ref.tenant_id, booked.ref.appointment_id, booked.branch_id, booked.service_id, attendee.name,
            attendee.email, attendee.phone, booked.call_id, event.traceparent, plan.value, now, booked.customer_id,
        )  # fmt: skip
        return bool(new)

    async def _intents(self, connection: Connection, booked: Booked, now: datetime) -> None:
        await connection.executemany(
            "INSERT INTO intent (tenant_id, appointment_id, phase_id, position, person_id, start_time, end_time, state,"
            " due_at, updated_at, service_id, service_position)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $8, $9, $10)",
            [
                (
                    booked.ref.tenant_id, booked.ref.appointment_id, phase.phase_id, phase.position, phase.person_id,
                    phase.start, phase.end, now, phase.service_id, phase.service_position,
                )
                for phase in booked.phases
            ],
        )  # fmt: skip
