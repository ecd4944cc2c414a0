"""Appointments and their intents in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.moves import HandOver, hand_over
from calcom_sync.domain.patience import Patience
from calcom_sync.domain.settling import Settlement
from calcom_sync.storage.loading import load_appointment
from calcom_sync.storage.reviving import try_again_if_asked
from calcom_sync.storage.rows import ref_of_row
from calcom_sync.storage.settlements import store_settlements, update_intent
from calcom_sync.storage.wishes import let_go
from calcom_sync.usecases.ports import Planned
from chassis.clock import Clock
from chassis.postgres import Connection, Pool

_WAS_OURS = """
SELECT EXISTS (
    SELECT FROM intent JOIN appointment USING (tenant_id, appointment_id)
     WHERE tenant_id = $1 AND appointment_id <> $2 AND account_id = $3 AND start_time < $5 AND end_time > $4
       AND CASE state WHEN 'cancelled' THEN attempts > 0 AND intent.updated_at >= $6
                      WHEN 'in_flight' THEN NOT wanted OR moved_to IS NOT NULL
                      WHEN 'unknown' THEN NOT wanted OR moved_to IS NOT NULL
                      WHEN 'synced' THEN NOT wanted OR moved_to IS NOT NULL
                      ELSE false END)
"""


class SqlAppointments:
    """The tables appointment, intent and sync_case."""

    def __init__(self, pool: Pool, clock: Clock, patience: Patience) -> None:
        self._pool, self._clock, self._patience = pool, clock, patience

    async def load(self, ref: AppointmentRef) -> Appointment | None:
        """An appointment with its intents in order."""
        return await load_appointment(self._pool, ref)

    async def plan(self, planned: Planned, now: datetime) -> None:
        """Store a plan with its first settlements, unless it was planned already."""
        key = planned.ref.tenant_id, planned.ref.appointment_id
        async with self._pool.acquire() as connection, connection.transaction():
            first = await connection.fetchval(
                "UPDATE appointment SET plan = $3, time_zone = $4, language = $5"
                " WHERE tenant_id = $1 AND appointment_id = $2 AND plan = 'open' RETURNING true",
                *key, planned.plan.value, planned.time_zone, planned.language,
            )  # fmt: skip
            if first:
                await store_settlements(connection, planned.settlements, now)

    async def save(self, intents: Sequence[Intent]) -> list[Intent]:
        """Store those that nobody has changed meanwhile, and return them; committed on return."""
        if len(intents) == 1:
            # One statement is all or nothing without a transaction around it.
            saved = [await update_intent(self._pool, intents[0], self._clock.now())]
        else:
            async with self._pool.acquire() as connection, connection.transaction():
                saved = [await update_intent(connection, intent, self._clock.now()) for intent in intents]
        return [intent for intent in saved if intent]

    async def settle(self, settlement: Settlement, now: datetime) -> bool:
        """Store a settlement with all that follows from it. False: somebody else has taken over, nothing is stored."""
        async with self._pool.acquire() as connection, connection.transaction():
            stored = await store_settlements(connection, [settlement], now)
            if stored.retry_by:
                ref = AppointmentRef(settlement.intent.tenant_id, settlement.intent.appointment_id)
                await try_again_if_asked(connection, ref, self._patience, now)
        return stored.all

    async def hand_over(self, ref: AppointmentRef, now: datetime) -> bool:
        """Let an appointment take over the bookings of the one whose place it took, as far as that can be decided now.
        False: not yet, or something has to be cancelled first."""
        async with self._pool.acquire() as connection, connection.transaction():
            previous = await connection.fetchval(
                "SELECT moved_from FROM appointment WHERE tenant_id = $1 AND appointment_id = $2",
                ref.tenant_id, ref.appointment_id,
            )  # fmt: skip
            old_ref = AppointmentRef(ref.tenant_id, previous)
            for one in (old_ref, ref):
                await _lock(connection, one)
            old, new = await load_appointment(connection, old_ref), await load_appointment(connection, ref)
            if old is None or new is None:
                raise LookupError(f"no appointment {old_ref} or {ref}")
            decided = hand_over(old, new, now, self._patience)
            await self._store(connection, ref, decided, now)
        return decided.ready

    async def was_ours(self, intent: Intent, since: datetime) -> bool:
        """See ``Appointments``."""
        found: bool = await self._pool.fetchval(
            _WAS_OURS,
            intent.tenant_id,
            intent.appointment_id,
            intent.account_id,
            intent.start,
            intent.end,
            since,
        )
        return found

    async def _store(
        self, connection: Connection, ref: AppointmentRef, decided: HandOver, now: datetime
    ) -> None:
        for phase_id, held in decided.takes.items():
            await connection.execute(
                "UPDATE intent SET takes_over = $3, revision = revision + 1 WHERE tenant_id = $1 AND phase_id = $2",
                ref.tenant_id, phase_id, held,
            )  # fmt: skip
        await let_go(connection, ref.tenant_id, decided.lets_go, now)
        if decided.ready:
            await connection.execute(
                "UPDATE appointment SET ready = true WHERE tenant_id = $1 AND appointment_id = $2",
                ref.tenant_id, ref.appointment_id,
            )  # fmt: skip

    async def overdue(self, before: datetime, *, limit: int = 500) -> list[AppointmentRef]:
        """Appointments with something that was due before an instant, the oldest first."""
        rows = await self._pool.fetch(
            "SELECT tenant_id, appointment_id FROM appointment NATURAL JOIN ("
            "  SELECT tenant_id, appointment_id FROM intent WHERE due_at <= $1"
            "  UNION SELECT tenant_id, appointment_id FROM appointment WHERE NOT ready AND received_at <= $1) AS due"
            " ORDER BY received_at, appointment_id LIMIT $2",
            before, limit,
        )  # fmt: skip
        return [ref_of_row(row) for row in rows]


async def _lock(connection: Connection, ref: AppointmentRef) -> None:
    await connection.execute(
        "SELECT FROM appointment WHERE tenant_id = $1 AND appointment_id = $2 FOR UPDATE",
        ref.tenant_id, ref.appointment_id,
    )  # fmt: skip
