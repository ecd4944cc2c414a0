"""Erasures in PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from booking.domain.appointment import Appointment
from booking.domain.erasure import Erasure, Step, StepName
from booking.errors import AppointmentsAheadError
from booking.storage.customers import forget_customer
from booking.storage.documents import SELECT_DOCUMENTS, from_document
from booking.storage.forgetting import OF_CUSTOMER
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool, reaching_storage

_AHEAD = "a.tenant_id = $1 AND a.customer_id = $2 AND a.state = 'booked' AND a.end_time > $3"
_CALLS = f"""
SELECT call_id FROM appointment WHERE tenant_id = $1 AND customer_id = $2 AND call_id <> ''
UNION SELECT call_id FROM callback WHERE {OF_CUSTOMER} AND call_id <> ''
UNION SELECT call_id FROM waitlist_entry WHERE tenant_id = $1 AND phone_number = $3
UNION SELECT withheld_in_call FROM customer WHERE tenant_id = $1 AND customer_id = $2 AND withheld_in_call IS NOT NULL
"""  # noqa: S608 - made of constants
_NOBODY_YET = """
INSERT INTO customer (tenant_id, customer_id, name, phone_number, calendar_email, created_at, booked_at)
VALUES ($1, gen_random_uuid(), 'nobody yet', $2, gen_random_uuid() || '@erased.invalid', $3, $3) RETURNING customer_id
"""
"""Callbacks and wishes are found through a customer; whoever never booked is one for the length of a transaction."""
_TAKE = """
UPDATE erasure SET due_at = $2 WHERE (tenant_id, erasure_id) = (
    SELECT tenant_id, erasure_id FROM erasure WHERE finished_at IS NULL AND due_at <= $1
     ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING tenant_id, erasure_id
"""


class SqlErasures:
    """The port of erasing over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def begin(self, erasure: Erasure) -> Erasure:
        """See ``Erasures``."""
        async with self._pool.acquire() as connection, connection.transaction():
            # Two at once for one number: the second sees what the first has begun.
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('erasure ' || $1::text || $2::text, 0))",
                str(erasure.tenant_id), erasure.phone_number,
            )  # fmt: skip
            running = await connection.fetchval(
                "SELECT erasure_id FROM erasure WHERE tenant_id = $1 AND phone_number = $2",
                erasure.tenant_id, erasure.phone_number,
            )  # fmt: skip
            if running is None:
                await self._insert(connection, erasure)
        kept = await self.get(erasure.tenant_id, running or erasure.erasure_id)
        if kept is None:
            raise RuntimeError("an erasure that was kept a moment ago is gone")
        return kept

    async def _insert(self, connection: Connection, erasure: Erasure) -> None:
        customer_id = await connection.fetchval(
            "SELECT customer_id FROM customer WHERE tenant_id = $1 AND phone_number = $2",
            erasure.tenant_id, erasure.phone_number,
        )  # fmt: skip
        ahead = await connection.fetchval(
            f"SELECT count(*) FROM appointment a WHERE {_AHEAD}",  # noqa: S608 - made of constants
            erasure.tenant_id, customer_id, erasure.created_at,
        )  # fmt: skip
        if ahead and not erasure.cancel_ahead:
            raise AppointmentsAheadError("the customer still has appointments ahead")
        await connection.execute(
            "INSERT INTO erasure (tenant_id, erasure_id, phone_number, customer_id, operator, cancel_ahead, created_at,"
            " due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
            erasure.tenant_id, erasure.erasure_id, erasure.phone_number, customer_id, erasure.operator,
            erasure.cancel_ahead, erasure.created_at,
        )  # fmt: skip
        await connection.executemany(
            "INSERT INTO erasure_step (tenant_id, erasure_id, position, name) VALUES ($1, $2, $3, $4)",
            [(erasure.tenant_id, erasure.erasure_id, at, name.value) for at, name in enumerate(StepName)],
        )

    async def get(self, tenant_id: UUID, erasure_id: UUID) -> Erasure | None:
        """See ``Erasures``."""
        row = await self._pool.fetchrow(
            "SELECT * FROM erasure WHERE tenant_id = $1 AND erasure_id = $2", tenant_id, erasure_id
        )
        if row is None:
            return None
        steps = await self._pool.fetch(
            "SELECT * FROM erasure_step WHERE tenant_id = $1 AND erasure_id = $2 ORDER BY position",
            tenant_id, erasure_id,
        )  # fmt: skip
        return Erasure(
            tenant_id=tenant_id,
            erasure_id=erasure_id,
            phone_number=row["phone_number"] or "",
            customer_id=row["customer_id"],
            operator=row["operator"],
            cancel_ahead=row["cancel_ahead"],
            created_at=row["created_at"],
            finished_at=row["finished_at"],
            certificate=row["certificate"],
            steps=tuple(map(_step, steps)),
        )

    async def take(self, now: datetime, lease: timedelta) -> Erasure | None:
        """See ``Erasures``."""
        with reaching_storage():
            row = await self._pool.fetchrow(_TAKE, now, now + lease)
            return await self.get(row["tenant_id"], row["erasure_id"]) if row else None

    async def done(self, erasure: Erasure, step: Step) -> None:
        """See ``Erasures``."""
        with reaching_storage():
            await _note_done(self._pool, erasure, step)

    async def forget_customer(self, erasure: Erasure, now: datetime) -> None:
        """See ``Erasures``."""
        ids = (erasure.tenant_id, erasure.phone_number)
        with reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                # Somebody may have booked under the number for the first time since it began.
                customer_id = await connection.fetchval(
                    "SELECT customer_id FROM customer WHERE tenant_id = $1 AND phone_number = $2", *ids
                )
                known = customer_id or await connection.fetchval(_NOBODY_YET, *ids, now)
                erased = await forget_customer(
                    connection, self._events, erasure.tenant_id, known, operator=erasure.operator, now=now
                )
                if not customer_id:
                    await connection.execute(
                        "DELETE FROM customer WHERE tenant_id = $1 AND customer_id = $2",
                        erasure.tenant_id,
                        known,
                    )
                await connection.execute(
                    "UPDATE erasure SET customer_id = $3 WHERE tenant_id = $1 AND erasure_id = $2",
                    erasure.tenant_id, erasure.erasure_id, customer_id or erasure.customer_id,
                )  # fmt: skip
                await _note_done(connection, erasure, Step(StepName.CUSTOMER, erased or {}, done_at=now))
            await self._events.wake()

    async def failed(self, erasure: Erasure, step: StepName, error: str, due_at: datetime) -> None:
        """See ``Erasures``."""
        with reaching_storage():
            await self._pool.execute(
                "UPDATE erasure_step SET attempts = attempts + 1, last_error = $4"
                " WHERE tenant_id = $1 AND erasure_id = $2 AND name = $3",
                erasure.tenant_id, erasure.erasure_id, step.value, error,
            )  # fmt: skip
            await self._pool.execute(
                "UPDATE erasure SET due_at = $3 WHERE tenant_id = $1 AND erasure_id = $2",
                erasure.tenant_id, erasure.erasure_id, due_at,
            )  # fmt: skip

    async def conclude(self, erasure: Erasure, certificate: str, now: datetime) -> None:
        """See ``Erasures``."""
        with reaching_storage():
            await self._pool.execute(
                "UPDATE erasure SET finished_at = $3, certificate = $4, phone_number = NULL"
                " WHERE tenant_id = $1 AND erasure_id = $2 AND finished_at IS NULL",
                erasure.tenant_id, erasure.erasure_id, now, certificate,
            )  # fmt: skip

    async def ahead(self, erasure: Erasure, now: datetime) -> list[Appointment]:
        """See ``Erasures``."""
        with reaching_storage():
            rows = await self._pool.fetch(
                f"{SELECT_DOCUMENTS} WHERE {_AHEAD} ORDER BY a.start_time",
                erasure.tenant_id,
                erasure.customer_id,
                now,
            )
        return [from_document(row["document"]) for row in rows]

    async def unsettled(self, erasure: Erasure, now: datetime) -> list[UUID]:
        """See ``Erasures``."""
        with reaching_storage():
            rows = await self._pool.fetch(
                "SELECT appointment_id FROM appointment WHERE tenant_id = $1 AND customer_id = $2 AND end_time > $3",
                erasure.tenant_id, erasure.customer_id, now,
            )  # fmt: skip
        return [row["appointment_id"] for row in rows]

    async def call_ids(self, erasure: Erasure) -> Sequence[str]:
        """See ``Erasures``."""
        with reaching_storage():
            rows = await self._pool.fetch(
                _CALLS, erasure.tenant_id, erasure.customer_id, erasure.phone_number
            )
        return [row["call_id"] for row in rows]


async def _note_done(connection: Connection | Pool, erasure: Erasure, step: Step) -> None:
    await connection.execute(
        "UPDATE erasure_step SET done_at = $4, erased = $5, left_there = $6, last_error = ''"
        " WHERE tenant_id = $1 AND erasure_id = $2 AND name = $3 AND done_at IS NULL",
        erasure.tenant_id, erasure.erasure_id, step.name.value, step.done_at, json.dumps(dict(step.erased)),
        json.dumps(list(step.left_there)),
    )  # fmt: skip


def _step(row: asyncpg.Record) -> Step:
    return Step(
        name=StepName(row["name"]),
        erased=json.loads(row["erased"]),
        left_there=json.loads(row["left_there"]),
        attempts=row["attempts"],
        last_error=row["last_error"],
        done_at=row["done_at"],
    )
