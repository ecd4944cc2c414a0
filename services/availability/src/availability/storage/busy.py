"""Owns the tables ``busy`` and ``consumed``: an effect and the position behind it are one transaction."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import asyncpg

from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.usecases.calendars import BusyChange
from availability.usecases.follow_bookings import BookingEvent, StoredBusy
from availability.usecases.following import StreamLostError
from chassis.postgres import Connection, Pool

_LOG = "booking"


class BusyTables:
    """Implements usecases.follow_bookings.BusyStore."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def load(self, since: datetime) -> StoredBusy:
        """See BusyStore."""
        with _faults():
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                position = await connection.fetchval("SELECT position FROM consumed WHERE log = $1", _LOG)
                rows = await connection.fetch(
                    "SELECT tenant_id::text, appointment_id::text, person_id::text, starts_at, ends_at"
                    " FROM busy WHERE ends_at > $1",
                    since,
                )
        takings: dict[tuple[str, str], list[Taking]] = defaultdict(list)
        for tenant_id, appointment_id, person_id, starts_at, ends_at in rows:
            takings[tenant_id, appointment_id].append(Taking(person_id, Interval.of(starts_at, ends_at)))
        changes = [BusyChange(*key, tuple(found)) for key, found in takings.items()]
        return StoredBusy(position, changes)

    async def record(self, after: str, event: BookingEvent) -> bool:
        """See BusyStore."""
        with _faults():
            async with self._pool.acquire() as connection, connection.transaction():
                moved = await connection.fetchval(
                    "UPDATE consumed SET position = $3 WHERE log = $1 AND position = $2 RETURNING true",
                    _LOG, after, event.position,
                )  # fmt: skip
                if moved and event.change:
                    await _replace(connection, event.change)
        return bool(moved)


async def _replace(connection: Connection, change: BusyChange) -> None:
    await connection.execute(
        "DELETE FROM busy WHERE tenant_id = $1::text::uuid AND appointment_id = $2::text::uuid",
        change.tenant_id, change.appointment_id,
    )  # fmt: skip
    await connection.executemany(
        "INSERT INTO busy (tenant_id, appointment_id, ordinal, person_id, starts_at, ends_at, source)"
        " VALUES ($1::text::uuid, $2::text::uuid, $3, $4::text::uuid, $5, $6, 'appointment')",
        [
            (
                change.tenant_id,
                change.appointment_id,
                ordinal,
                taking.person_id,
                taking.interval.start,
                taking.interval.end,
            )
            for ordinal, taking in enumerate(change.takings)
        ],
    )


@contextmanager
def _faults() -> Iterator[None]:
    """A database that is away, is starting or was set back is waited for; a statement that is wrong is a bug."""
    try:
        yield
    except (
        OSError,
        TimeoutError,
        asyncpg.PostgresConnectionError,
        asyncpg.OperatorInterventionError,
        asyncpg.InsufficientResourcesError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
    ) as error:
        raise StreamLostError(f"the database is out of reach: {type(error).__name__}") from error
