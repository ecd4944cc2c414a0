"""What a person has to look at, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

import asyncpg

from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.domain.cases import OpenedCase
from calcom_sync.domain.patience import Patience
from calcom_sync.errors import AppointmentUnknownError, NotWantedError
from calcom_sync.storage.loading import load_appointment
from calcom_sync.storage.reviving import try_again
from chassis.clock import Clock
from chassis.postgres import Pool

_CASES = """
SELECT sync_case.*, (SELECT min(i.start_time) FROM intent i
    WHERE i.tenant_id = sync_case.tenant_id AND i.appointment_id = sync_case.appointment_id) AS appointment_start
  FROM sync_case WHERE tenant_id = $1"""


class SqlCases:
    """The table sync_case, and bringing back what failed."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock

    async def page(
        self,
        tenant_id: UUID,
        appointment_id: UUID | None,
        after: tuple[datetime, UUID] | None,
        size: int,
        *,
        closed: bool,
    ) -> list[OpenedCase]:
        """The next cases of a business after one, the oldest first."""
        rows = await self._pool.fetch(
            f"{_CASES} AND ($2::uuid IS NULL OR appointment_id = $2)"
            " AND ($3 OR closed_at IS NULL) AND ($4::timestamptz IS NULL OR (opened_at, case_id) > ($4, $5::uuid))"
            " ORDER BY opened_at, case_id LIMIT $6",
            tenant_id, appointment_id, closed, after and after[0], after and after[1], size,
        )  # fmt: skip
        return [_case_of(row) for row in rows]

    async def resolve(
        self, tenant_id: UUID, case_id: UUID, operator: str, resolution: str
    ) -> OpenedCase | None:
        """Close a case; one that is closed keeps its first resolution. None: there is none."""
        key = tenant_id, case_id
        await self._pool.execute(
            "UPDATE sync_case SET closed_at = $3, resolved_by = $4, resolution = $5"
            " WHERE tenant_id = $1 AND case_id = $2 AND closed_at IS NULL",
            *key, self._clock.now(), operator, resolution,
        )  # fmt: skip
        row = await self._pool.fetchrow(f"{_CASES} AND case_id = $2", *key)
        return _case_of(row) if row else None

    async def revive(self, ref: AppointmentRef, operator: str, patience: Patience) -> Appointment:
        """Have an appointment's copies tried again, and close its cases. Raises AppointmentUnknownError, NotWantedError."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT FROM appointment WHERE tenant_id = $1 AND appointment_id = $2 FOR UPDATE",
                ref.tenant_id, ref.appointment_id,
            )  # fmt: skip
            known = await load_appointment(connection, ref)
            if known is None:
                raise AppointmentUnknownError("nothing is known about the appointment here")
            if known.called_off or known.moved_to:
                raise NotWantedError("the appointment was called off or moved")
            await try_again(connection, known, operator, patience, self._clock.now())
            again = await load_appointment(connection, ref)
        return again or known


def _case_of(row: asyncpg.Record) -> OpenedCase:
    return OpenedCase(**dict(row))
