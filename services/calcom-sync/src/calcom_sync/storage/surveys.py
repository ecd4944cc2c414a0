"""How far each account was surveyed, in PostgreSQL, and what is known here beside it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from calcom_sync.domain.answers import RemoteBooking
from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.domain.busy import Owner, Span
from calcom_sync.domain.cases import Case, CaseKind
from calcom_sync.domain.request import APPOINTMENT_KEY, PHASE_KEY
from calcom_sync.domain.survey import LAG, Finding, Task
from calcom_sync.storage.busy import SqlBusy
from calcom_sync.storage.settlements import open_case_of
from calcom_sync.usecases.survey_ports import AT_ONCE, Roll
from chassis.postgres import Pool
from signals.metrics import Gauge

LEASE = timedelta(seconds=90)
WISH_LASTS = timedelta(minutes=10)
"""A wish for a comparison that could not be fulfilled so long does not keep the next one waiting."""
AS_TAKEN = "WHERE tenant_id = $1 AND account_id = $2 AND started_at = $3 AND page = $4"
"""The pass as it was when it was taken: whoever asks for one may take it over from another who is at it."""
_drift = Gauge(
    "rufbuch_calcom_sync_drift",
    "What the last passes found, by kind",
    {"kind": [one.value for one in Finding]},
)
_age = Gauge(
    "rufbuch_calcom_sync_busy_age_seconds", "Age of the busy times of the account that was pulled longest ago"
)


class SqlSurveys:
    """The table survey."""

    def __init__(self, pool: Pool, busy: SqlBusy) -> None:
        self._pool, self._busy = pool, busy

    async def register(self, roll: Roll, now: datetime) -> None:
        """See ``Surveys``."""
        there = [(one.tenant_id, one.account_id) for one in roll.accounts]
        stay = [*there, *roll.keyless]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.executemany(
                "INSERT INTO survey (tenant_id, account_id, due_at, registered_at) VALUES ($1, $2, $3, $3)"
                " ON CONFLICT DO NOTHING",
                [(*key, now) for key in there],
            )
            left = await connection.fetch(
                "DELETE FROM survey WHERE (tenant_id, account_id) NOT IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"
                " AND ($3::uuid IS NULL OR tenant_id = $3) AND tenant_id <> ALL($4) RETURNING tenant_id, account_id",
                [tenant for tenant, _ in stay], [account for _, account in stay], roll.only, roll.silent,
            )  # fmt: skip
            for tenant_id, account_id in left:
                heirs = [one for one in roll.accounts if one.tenant_id == tenant_id]
                await self._busy.leave(connection, tenant_id, account_id, heirs, now)
            oldest = await connection.fetchval("SELECT min(coalesce(finished_at, registered_at)) FROM survey")
        if left:
            await self._busy.log.wake()
        _age.set((now - oldest).total_seconds() if oldest else 0)

    async def due(self, now: datetime, before: datetime | None = None) -> Sequence[Task]:
        """See ``Surveys``."""
        which = f"due_at <= $3 ORDER BY due_at LIMIT {AT_ONCE}"
        return await self._take(now, which, before or now)

    async def asked(self, tenant_id: UUID, now: datetime) -> Sequence[Task]:
        """See ``Surveys``. A pass that began before the wish begins anew: it has not seen what the wish was for."""
        await self._pool.execute(
            "UPDATE survey SET asked_at = $2, started_at = NULL, page = 0, drift = '{}' WHERE tenant_id = $1"
            " AND NOT EXISTS (SELECT FROM survey WHERE tenant_id = $1 AND asked_at > $3)",
            tenant_id, now, now - WISH_LASTS,
        )  # fmt: skip
        return await self._take(now, "tenant_id = $3 AND asked_at IS NOT NULL ORDER BY due_at", tenant_id)

    async def is_asked(self, tenant_id: UUID) -> bool:
        """See ``Surveys``."""
        open_yet: bool = await self._pool.fetchval(
            "SELECT EXISTS (SELECT FROM survey WHERE tenant_id = $1 AND asked_at IS NOT NULL)", tenant_id
        )
        return open_yet

    async def _take(self, now: datetime, which: str, argument: UUID | datetime) -> list[Task]:
        rows = await self._pool.fetch(
            "UPDATE survey SET due_at = $2, started_at = coalesce(started_at, $1) WHERE (tenant_id, account_id) IN"  # noqa: S608 - made of constants
            f" (SELECT tenant_id, account_id FROM survey WHERE {which} FOR UPDATE SKIP LOCKED)"
            " RETURNING *",
            now, now + LEASE, argument,
        )  # fmt: skip
        return [_task(row) for row in rows]

    async def go_on(self, task: Task, page: int, found: Sequence[Finding], due_at: datetime) -> Task | None:
        """Store how far a pass has come. None: somebody else has gone on with it meanwhile, or has ended it."""
        row = await self._pool.fetchrow(
            f"UPDATE survey SET page = $5, drift = $6, due_at = $7 {AS_TAKEN} RETURNING *",  # noqa: S608 - made of constants
            *_taken(task), page, json.dumps(_sum(task, found)), due_at,
        )  # fmt: skip
        return _task(row) if row else None

    async def finish(self, task: Task, found: Sequence[Finding], now: datetime, due_at: datetime) -> bool:
        """A pass has come to its end. False: somebody else has gone on with it meanwhile, or has ended it."""
        row = await self._pool.fetchrow(
            "UPDATE survey SET page = 0, drift = '{}', started_at = NULL, asked_at = NULL, finished_at = $5, found = $6,"  # noqa: S608 - as above
            f" due_at = $7 {AS_TAKEN} RETURNING tenant_id",
            *_taken(task), now, json.dumps(_sum(task, found)), due_at,
        )  # fmt: skip
        if row:
            await self._tell_drift()
        return row is not None

    async def has_ended(self, task: Task) -> bool:
        """Whether the pass, or a later one, has come to its end by somebody else."""
        ended: bool | None = await self._pool.fetchval(
            "SELECT finished_at >= $3 FROM survey WHERE tenant_id = $1 AND account_id = $2", *_taken(task)[:3]
        )
        return bool(ended)

    async def _tell_drift(self) -> None:
        rows = await self._pool.fetch("SELECT found FROM survey")
        sums = sum((Counter(json.loads(row["found"])) for row in rows), Counter[str]())
        for finding in Finding:
            _drift.labels(finding.value).set(sums[finding.value])

    async def found(self, tenant_id: UUID) -> list[tuple[UUID, datetime | None, dict[str, int]]]:
        """Of each account of a business: when its last pass ended (None: never), and what that found."""
        rows = await self._pool.fetch(
            "SELECT account_id, finished_at, found FROM survey WHERE tenant_id = $1 ORDER BY account_id",
            tenant_id,
        )
        return [(row["account_id"], row["finished_at"], json.loads(row["found"])) for row in rows]

    async def pulled(self, tenant_id: UUID) -> Mapping[UUID, datetime | None]:
        """When each account's busy times were pulled last; None: never."""
        return {account_id: ended for account_id, ended, _ in await self.found(tenant_id)}

    async def copies(self, owner: Owner, within: Span) -> Sequence[Span]:
        """When copies of ours, or reservations, hide an account's time; also those that are just being undone."""
        rows = await self._pool.fetch(
            "SELECT start_time, end_time FROM intent WHERE tenant_id = $1 AND account_id = $2"
            " AND state IN ('synced', 'in_flight', 'unknown') AND start_time < $4 AND end_time > $3"
            " UNION SELECT start_time, end_time FROM reservation"
            " WHERE tenant_id = $1 AND account_id = $2 AND start_time < $4 AND end_time > $3",
            owner.tenant_id, owner.account_id, within.start, within.end,
        )  # fmt: skip
        return [Span(row["start_time"], row["end_time"]) for row in rows]

    async def hurry(self, tenant_id: UUID, account_id: UUID, now: datetime) -> None:
        """Something was seen there that is not known here: pull soon, unless somebody is at it."""
        await self._pool.execute(
            "UPDATE survey SET due_at = $3 WHERE tenant_id = $1 AND account_id = $2 AND started_at IS NULL AND due_at > $3",
            tenant_id, account_id, now,
        )  # fmt: skip

    async def copy_of(self, tenant_id: UUID, booking: RemoteBooking) -> tuple[AppointmentRef, UUID] | None:
        """The phase that a booking is a copy of: by its uid, or by the id in its metadata."""
        row = await self._pool.fetchrow(
            "SELECT appointment_id, phase_id FROM intent WHERE tenant_id = $1"
            " AND (booking_uid = $2 OR coalesce(mark, phase_id)::text = $3)"
            " ORDER BY booking_uid = $2 DESC, state = 'cancelled', revision DESC LIMIT 1",
            tenant_id, booking.uid, booking.metadata.get(PHASE_KEY, ""),
        )  # fmt: skip
        return (AppointmentRef(tenant_id, row["appointment_id"]), row["phase_id"]) if row else None

    async def seen(self, tenant_id: UUID, phase_id: UUID, now: datetime) -> None:
        """The copy of a phase stands."""
        await self._pool.execute(
            "UPDATE intent SET seen_at = $3 WHERE tenant_id = $1 AND phase_id = $2", tenant_id, phase_id, now
        )

    async def stands(self, tenant_id: UUID, uid: str, now: datetime) -> None:
        """The copy with a uid stands."""
        await self._pool.execute(
            "UPDATE intent SET seen_at = $3 WHERE tenant_id = $1 AND booking_uid = $2", tenant_id, uid, now
        )

    async def missing(self, task: Task, now: datetime) -> Sequence[str]:
        """Copies that should stand and were not seen in the pass, by their uids; not what is too recent to be shown."""
        rows = await self._pool.fetch(
            "SELECT booking_uid FROM intent NATURAL JOIN appointment"
            " WHERE tenant_id = $1 AND account_id = $2 AND state = 'synced' AND wanted AND end_time > $5"
            " AND coalesce(seen_at, '-infinity') < $3 AND updated_at < $4 ORDER BY seen_at NULLS FIRST, start_time",
            task.tenant_id, task.account_id, task.started_at, task.started_at - LAG, now,
        )  # fmt: skip
        return [row["booking_uid"] for row in rows]

    async def unseen(self, owner: Owner, since: datetime, now: datetime, limit: int) -> Sequence[str]:
        """See ``Surveys``; not what came too recently to be shown."""
        return await self._busy.unseen(owner, since - LAG, now, limit)

    async def open_orphan_case(self, tenant_id: UUID, booking: RemoteBooking, now: datetime) -> None:
        """A booking with our marks that nothing here knows."""
        ids = [_uuid(booking.metadata.get(key, "")) for key in (APPOINTMENT_KEY, PHASE_KEY)]
        text = f"booking {booking.uid} at {booking.start.isoformat()}"
        await open_case_of(
            self._pool, (tenant_id, ids[0], ids[1]), Case(CaseKind.ORPHAN, text, once=True), now
        )

    async def own_spans(self, owner: Owner) -> Sequence[Span]:
        """When copies of ours and bookings of others stand in an account: a connected calendar shows those too."""
        rows = await self._pool.fetch(
            "SELECT start_time, end_time FROM intent WHERE tenant_id = $1 AND account_id = $2 AND state = 'synced'"
            " UNION SELECT start_time, end_time FROM busy"
            " WHERE tenant_id = $1 AND account_id = $2 AND source = 'booking' AND NOT gone",
            owner.tenant_id, owner.account_id,
        )  # fmt: skip
        return [Span(row["start_time"], row["end_time"]) for row in rows]


def _task(row: asyncpg.Record) -> Task:
    return Task(row["tenant_id"], row["account_id"], row["started_at"], row["page"], json.loads(row["drift"]))


def _taken(task: Task) -> tuple[UUID, UUID, datetime, int]:
    return task.tenant_id, task.account_id, task.started_at, task.page


def _sum(task: Task, found: Sequence[Finding]) -> dict[str, int]:
    return dict(Counter(task.drift) + Counter(one.value for one in found))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
