"""Appointments, their intents and cases in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from prometheus_client import Counter

from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.domain.cases import Case
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.settling import Settlement
from calcom_sync.storage.rows import appointment_of, intent_of, intent_values, ref_of_row
from calcom_sync.usecases.ports import Planned
from chassis.clock import Clock
from chassis.postgres import Connection, Pool

_cases = Counter("rufbuch_calcom_sync_cases", "Cases opened for a person", ["kind"])
_settled = Counter("rufbuch_calcom_sync_settled", "Steps of intents, by the state they led to", ["state"])


class SqlAppointments:
    """The tables appointment, intent and sync_case."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock

    async def load(self, ref: AppointmentRef) -> Appointment | None:
        """An appointment with its intents in order."""
        key = ref.tenant_id, ref.appointment_id
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            row = await connection.fetchrow(
                "SELECT * FROM appointment WHERE tenant_id = $1 AND appointment_id = $2", *key
            )
            if row is None:
                return None
            rows = await connection.fetch(
                "SELECT * FROM intent WHERE tenant_id = $1 AND appointment_id = $2 ORDER BY position",
                *key,
            )
        return appointment_of(row, [intent_of(one) for one in rows])

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
                await self._settle(connection, planned.settlements, now)

    async def save(self, intents: Sequence[Intent]) -> list[Intent]:
        """Store those that nobody has changed meanwhile, and return them; committed on return."""
        async with self._pool.acquire() as connection, connection.transaction():
            saved = [await self._update(connection, intent, self._clock.now()) for intent in intents]
        return [intent for intent in saved if intent]

    async def settle(self, settlement: Settlement, now: datetime) -> bool:
        """Store a settlement with all that follows from it. False: somebody else has taken over, nothing is stored."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await self._settle(connection, [settlement], now)

    async def _settle(self, connection: Connection, settlements: Sequence[Settlement], now: datetime) -> bool:
        """Settlements of one appointment. False: at least one of them was not stored."""
        intent = settlements[0].intent
        # Settlements of sisters come one after the other, so none can miss that another has failed.
        wanted = await connection.fetchval(
            "SELECT wanted FROM appointment WHERE tenant_id = $1 AND appointment_id = $2 FOR UPDATE",
            intent.tenant_id, intent.appointment_id,
        )  # fmt: skip
        stored = [one for one in settlements if await self._store(connection, one, now, wanted=wanted)]
        if any(one.spoils for one in stored):
            await self._spoil(connection, intent, now)
        return len(stored) == len(settlements)

    async def _store(
        self, connection: Connection, settlement: Settlement, now: datetime, *, wanted: bool
    ) -> bool:
        intent = settlement.intent if wanted else settlement.intent.if_unwanted(now)
        if not await self._update(connection, intent, now):
            return False
        _settled.labels(intent.state.value).inc()
        if settlement.case:
            await self._open_case(connection, intent, settlement.case, now)
        return True

    async def _update(self, connection: Connection, intent: Intent, now: datetime) -> Intent | None:
        done = await connection.fetchval(
            "UPDATE intent SET revision = revision + 1, account_id = $4, event_type_id = $5, state = $6, due_at = $7,"
            " attempts = $8, setbacks = $9, refusals = $10, looks = $11, doubt = $12, unknown_since = $13,"
            " booking_uid = $14, booking_number = $15, without_phone = $16, last_error = $17, updated_at = $18"
            " WHERE tenant_id = $1 AND phase_id = $2 AND revision = $3 RETURNING true",
            *intent_values(intent, now),
        )  # fmt: skip
        return replace(intent, revision=intent.revision + 1) if done else None

    async def _open_case(self, connection: Connection, intent: Intent, case: Case, now: datetime) -> None:
        opened = await connection.fetchval(
            "INSERT INTO sync_case (tenant_id, appointment_id, phase_id, kind, detail, opened_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (tenant_id, phase_id, kind) WHERE closed_at IS NULL DO NOTHING RETURNING true",
            intent.tenant_id, intent.appointment_id, intent.phase_id, case.kind.value, case.detail, now,
        )  # fmt: skip
        if opened:
            _cases.labels(case.kind.value).inc()

    async def _spoil(self, connection: Connection, failed: Intent, now: datetime) -> None:
        key = failed.tenant_id, failed.appointment_id
        await connection.execute(
            "UPDATE appointment SET wanted = false, spoiled = true WHERE tenant_id = $1 AND appointment_id = $2",
            *key,
        )
        # A new revision, so that nobody who has read the old one sends what is not wanted any more.
        await connection.execute(
            "UPDATE intent SET due_at = $3, revision = revision + 1, updated_at = $3"
            " WHERE tenant_id = $1 AND appointment_id = $2 AND state IN ('pending', 'synced')",
            *key, now,
        )  # fmt: skip

    async def overdue(self, before: datetime, *, limit: int = 500) -> list[AppointmentRef]:
        """Appointments with something that was due before an instant, the longest waiting first."""
        rows = await self._pool.fetch(
            "SELECT tenant_id, appointment_id FROM intent WHERE due_at <= $1"
            " GROUP BY tenant_id, appointment_id ORDER BY min(due_at) LIMIT $2",
            before, limit,
        )  # fmt: skip
        return [ref_of_row(row) for row in rows]
