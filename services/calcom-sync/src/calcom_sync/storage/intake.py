"""What booking has told, stored together with how far it was read."""

from datetime import datetime

from calcom_sync.domain.appointment import Plan
from calcom_sync.storage.queue import remind
from calcom_sync.usecases.take_in import Booked, Event
from chassis.postgres import Connection, Pool

BOOKING = "booking"


class SqlIntake:
    """The tables stream, appointment and intent, and the queue."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def position(self) -> str:
        """Of the last event that was taken in; "": none."""
        found: str | None = await self._pool.fetchval("SELECT position FROM stream WHERE name = $1", BOOKING)
        return found or ""

    async def record(self, event: Event, now: datetime) -> bool:
        """Store appointment, intents, a reminder and the position, all or nothing. False: it was known already."""
        async with self._pool.acquire() as connection, connection.transaction():
            new = await self._appointment(connection, event, now)
            if new:
                await self._intents(connection, event.booked, now)
                await remind(connection, [event.booked.ref])
            await connection.execute(
                "INSERT INTO stream (name, position, moved_at) VALUES ($1, $2, $3)"
                " ON CONFLICT (name) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at",
                BOOKING, event.position, now,
            )  # fmt: skip
        return new

    async def _appointment(self, connection: Connection, event: Event, now: datetime) -> bool:
        booked, attendee = event.booked, event.booked.attendee
        plan = Plan.OPEN if booked.phases else Plan.NOT_NEEDED
        new: bool | None = await connection.fetchval(
            "INSERT INTO appointment (tenant_id, appointment_id, branch_id, service_id, attendee_name, attendee_email,"
            " attendee_phone, call_id, traceparent, plan, received_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING true",
            booked.ref.tenant_id, booked.ref.appointment_id, booked.branch_id, booked.service_id, attendee.name,
            attendee.email, attendee.phone, booked.call_id, event.traceparent, plan.value, now,
        )  # fmt: skip
        return bool(new)

    async def _intents(self, connection: Connection, booked: Booked, now: datetime) -> None:
        await connection.executemany(
            "INSERT INTO intent (tenant_id, appointment_id, phase_id, position, person_id, start_time, end_time, state,"
            " due_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $8)",
            [
                (
                    booked.ref.tenant_id, booked.ref.appointment_id, phase.phase_id, phase.position, phase.person_id,
                    phase.start, phase.end, now,
                )
                for phase in booked.phases
            ],
        )  # fmt: skip
