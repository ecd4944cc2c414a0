"""What booking is asked for, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.domain.pleas import Plea, PleaKind
from calcom_sync.storage.loading import load_appointment
from chassis.postgres import Connection, Pool
from signals.metrics import Gauge

LEASE = timedelta(seconds=30)
BATCH = 20
_waiting = Gauge("rufbuch_calcom_sync_pleas_waiting", "What booking was asked for and has not answered")


async def make_plea(
    connection: Connection, ref: AppointmentRef, kind: PleaKind, detail: str, now: datetime
) -> None:
    """In the transaction of the reason; one that waits already is enough."""
    await connection.execute(
        "INSERT INTO plea (tenant_id, appointment_id, kind, detail, made_at, due_at) VALUES ($1, $2, $3, $4, $5, $5)"
        " ON CONFLICT (tenant_id, appointment_id, kind) WHERE answered_at IS NULL DO NOTHING",
        ref.tenant_id, ref.appointment_id, kind.value, detail, now,
    )  # fmt: skip


class SqlPleas:
    """The table plea."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(self, now: datetime) -> Sequence[Plea]:
        """Those that are due, put off meanwhile, so that nobody else asks at the same time."""
        async with self._pool.acquire() as connection, connection.transaction():
            _waiting.set(await connection.fetchval("SELECT count(*) FROM plea WHERE answered_at IS NULL"))
            rows = await connection.fetch(
                "UPDATE plea SET due_at = $2, attempts = attempts + 1 WHERE request_id IN ("
                "  SELECT request_id FROM plea WHERE answered_at IS NULL AND due_at <= $1"
                "  ORDER BY made_at LIMIT $3 FOR UPDATE SKIP LOCKED)"
                " RETURNING request_id, tenant_id, appointment_id, kind, detail, attempts",
                now, now + LEASE, BATCH,
            )  # fmt: skip
            taken = []
            for row in rows:
                ref = AppointmentRef(row["tenant_id"], row["appointment_id"])
                appointment = await load_appointment(connection, ref)
                if appointment:
                    kind = PleaKind(row["kind"])
                    taken.append(
                        Plea(row["request_id"], kind, row["detail"], row["attempts"] - 1, appointment)
                    )
        return taken

    async def answered(self, plea: Plea, answer: str, now: datetime) -> None:
        """Nobody asks for it again."""
        await self._pool.execute(
            "UPDATE plea SET answered_at = $2, last_error = $3 WHERE request_id = $1",
            plea.request_id, now, answer,
        )  # fmt: skip

    async def put_off(self, plea: Plea, error: str, until: datetime) -> None:
        """To be asked for again."""
        await self._pool.execute(
            "UPDATE plea SET due_at = $2, last_error = $3 WHERE request_id = $1 AND answered_at IS NULL",
            plea.request_id, until, error,
        )  # fmt: skip
