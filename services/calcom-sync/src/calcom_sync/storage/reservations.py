"""What is held for callers, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from calcom_sync.domain.reservation import Reservation
from calcom_sync.domain.setup import Target
from calcom_sync.usecases.mirror_holds import Held, HeldPhase
from chassis.postgres import Connection, Pool
from signals.metrics import Counter

REMEMBERED = timedelta(hours=6)
"""How long it is known what a call has told last."""
BATCH = 50
_reservations = Counter(
    "rufbuch_calcom_sync_reservations",
    "What became of held times at Cal.com",
    {"outcome": ("stands", "waits", "over")},
)


class SqlReservations:
    """The tables held_call and reservation."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def replace(self, held: Held, targets: Sequence[tuple[HeldPhase, Target]], now: datetime) -> None:
        """What a call holds, unless something newer is known."""
        key = held.tenant_id, held.call_id
        async with self._pool.acquire() as connection, connection.transaction():
            newest = await connection.fetchval(
                "INSERT INTO held_call (tenant_id, call_id, as_of) VALUES ($1, $2, $3)"
                " ON CONFLICT (tenant_id, call_id) DO UPDATE SET as_of = excluded.as_of WHERE held_call.as_of < excluded.as_of"
                " RETURNING true",
                *key, held.as_of,
            )  # fmt: skip
            if not newest:
                return
            if held.phases or held.until is None:
                await connection.execute(
                    "UPDATE reservation SET wanted_until = $3, due_at = $3, revision = revision + 1"
                    " WHERE tenant_id = $1 AND call_id = $2",
                    *key, now,
                )  # fmt: skip
            if held.until is None:
                return
            if not held.phases:
                await connection.execute(
                    "UPDATE reservation SET wanted_until = $3, due_at = $4, revision = revision + 1"
                    " WHERE tenant_id = $1 AND call_id = $2 AND wanted_until > $4",
                    *key, held.until, now,
                )  # fmt: skip
            await self._wanted(connection, held, held.until, targets, now)

    async def _wanted(
        self, connection: Connection, held: Held, until: datetime, targets: Sequence[tuple[HeldPhase, Target]], now: datetime
    ) -> None:  # fmt: skip
        await connection.executemany(
            "INSERT INTO reservation (tenant_id, call_id, account_id, event_type_id, person_id, start_time, end_time,"
            " told_at, wanted_until, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $8, $9)"
            " ON CONFLICT (tenant_id, call_id, event_type_id, start_time)"
            " DO UPDATE SET told_at = $9, wanted_until = $8, due_at = $9, revision = reservation.revision + 1",
            [
                (
                    held.tenant_id, held.call_id, target.account_id, target.event_type_id, phase.spot.person_id,
                    phase.start, phase.end, until, now,
                )
                for phase, target in targets
            ],
        )  # fmt: skip

    async def due(self, now: datetime, until: datetime) -> Sequence[Reservation]:
        """Those with something to do, leased until then, so that nobody else does it at the same time."""
        await self._pool.execute("DELETE FROM held_call WHERE as_of < $1", now - REMEMBERED)
        rows = await self._pool.fetch(
            "UPDATE reservation SET leased_until = $2 WHERE reservation_id IN ("
            "  SELECT reservation_id FROM reservation WHERE due_at <= $1 AND coalesce(leased_until, '-infinity') <= $1"
            "  ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)"
            " RETURNING *",
            now, until, BATCH,
        )  # fmt: skip
        return [_reservation(row) for row in rows]

    async def save(self, reservation: Reservation) -> None:
        """What stands at Cal.com. Where what is wanted was changed meanwhile, it is due when that says."""
        await self._pool.execute(
            "UPDATE reservation SET uid = $2, stands_until = $3, leased_until = NULL,"
            " due_at = CASE WHEN revision = $5 THEN $4 ELSE due_at END WHERE reservation_id = $1",
            reservation.reservation_id, reservation.uid, reservation.stands_until, reservation.due_at,
            reservation.revision,
        )  # fmt: skip
        _reservations.labels("stands" if reservation.uid else "waits").inc()

    async def drop(self, reservation: Reservation) -> None:
        """Nothing has to be done about it any more, unless it is wanted anew since."""
        await self._pool.execute(
            "UPDATE reservation SET uid = '', stands_until = NULL, leased_until = NULL"
            " WHERE reservation_id = $1 AND revision <> $2",
            reservation.reservation_id, reservation.revision,
        )  # fmt: skip
        await self._pool.execute(
            "DELETE FROM reservation WHERE reservation_id = $1 AND revision = $2",
            reservation.reservation_id, reservation.revision,
        )  # fmt: skip
        _reservations.labels("over").inc()


def _reservation(row: asyncpg.Record) -> Reservation:
    return Reservation(
        reservation_id=row["reservation_id"],
        tenant_id=row["tenant_id"],
        account_id=row["account_id"],
        event_type_id=row["event_type_id"],
        start=row["start_time"],
        told_at=row["told_at"],
        wanted_until=row["wanted_until"],
        due_at=row["due_at"],
        uid=row["uid"],
        stands_until=row["stands_until"],
        revision=row["revision"],
    )
