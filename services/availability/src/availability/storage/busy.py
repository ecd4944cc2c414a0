"""Owns the tables ``busy`` and ``consumed``: an effect and the position behind it are one transaction."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain

import asyncpg
from asyncpg import Record

from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.domain.ledger import BusySource
from availability.storage.recording import RECORD, arrays_of
from availability.usecases.calendars import BusyChange, Start
from availability.usecases.follow_busy import BusyEvent, EventRefusedError, StoredBusy
from availability.usecases.following import StreamLostError
from chassis.postgres import Pool

_LOGS = {BusySource.APPOINTMENT: "booking", BusySource.EXTERNAL: "calendars"}
_POSITION = "SELECT position FROM consumed WHERE log = $1"
_LOAD = (
    "SELECT tenant_id::text, appointment_id::text, person_id::text, starts_at, ends_at"
    " FROM busy WHERE ends_at > least($1, now() - interval '2 days') AND source = $2"
)
_LOAD_STARTS = (
    "SELECT tenant_id::text, appointment_id::text, branch_id::text, service_id::text, starts_at"
    " FROM service_start AS each WHERE EXISTS ("
    "SELECT FROM busy WHERE ends_at > least($1, now() - interval '2 days')"
    " AND busy.tenant_id = each.tenant_id AND busy.appointment_id = each.appointment_id)"
)
_PRUNE = (
    (
        "DELETE FROM busy WHERE (tenant_id, appointment_id, ordinal) IN"
        " (SELECT tenant_id, appointment_id, ordinal FROM busy WHERE ends_at < least($1, now() - interval '2 days')"
        "  ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
    ),
    (
        "DELETE FROM service_start WHERE (tenant_id, appointment_id, ordinal) IN"
        " (SELECT tenant_id, appointment_id, ordinal FROM service_start AS each"
        "  WHERE starts_at < least($1, now() - interval '2 days')"
        "  AND NOT EXISTS (SELECT FROM busy WHERE busy.tenant_id = each.tenant_id"
        "   AND busy.appointment_id = each.appointment_id)"
        "  ORDER BY starts_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
    ),
)
"""What a replica is just rewriting, or another one dropping, is left to it. Here as above, the database's clock has a say: what
a replica's clock that has jumped ahead calls over is still to come for all others (two days are LOOK_BACK)."""


class BusyTables:
    """Implements usecases.follow_busy.BusyStore, for takings from one source, and usecases.prune.OverStore, for all."""

    def __init__(self, pool: Pool, source: BusySource = BusySource.APPOINTMENT) -> None:
        self._pool, self._source, self._log = pool, source, _LOGS[source]

    async def load(self, since: datetime) -> StoredBusy:
        """See BusyStore."""
        with _faults():
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                position = await connection.fetchval(_POSITION, self._log)
                rows = await connection.fetch(_LOAD, since, _text(self._source))
                starts = await connection.fetch(_LOAD_STARTS, since)
        return StoredBusy(position, _changes(rows, starts, self._source))

    async def record(self, after: str, *events: BusyEvent) -> bool:
        """See BusyStore."""
        changes = chain.from_iterable(event.changes or () for event in events)
        with _faults():
            try:
                moved = await self._pool.fetchval(
                    RECORD, self._log, after, events[-1].position, *arrays_of(changes)
                )
            except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
                raise EventRefusedError(f"{type(error).__name__}: {error}") from error
        return bool(moved)

    async def position(self) -> str:
        """See BusyStore."""
        with _faults():
            return str(await self._pool.fetchval(_POSITION, self._log))

    async def prune(self, before: datetime, at_most: int) -> int:
        """See OverStore; at most so many rows of each table."""
        with _faults():
            done = [await self._pool.execute(statement, before, at_most) for statement in _PRUNE]
        return sum(int(each.removeprefix("DELETE ")) for each in done)


def _changes(rows: Sequence[Record], starts: Sequence[Record], source: BusySource) -> list[BusyChange]:
    takings: dict[tuple[str, str], list[Taking]] = defaultdict(list)
    for tenant_id, busy_id, owner_id, starts_at, ends_at in rows:
        takings[tenant_id, busy_id].append(Taking(owner_id, Interval.of(starts_at, ends_at)))
    started: dict[tuple[str, str], list[Start]] = defaultdict(list)
    for tenant_id, appointment_id, *start in starts:
        started[tenant_id, appointment_id].append(Start(*start))
    return [
        BusyChange(*key, tuple(found), tuple(started.get(key, ())), source) for key, found in takings.items()
    ]


def _text(source: BusySource) -> str:
    return source.name.lower()


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
