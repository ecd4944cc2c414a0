"""Two ids that are one human: whose copies and busy times are whose, in PostgreSQL. Nothing goes to Cal.com: the host of what
stands there is an account, and the account stays."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from calcom_sync.domain.busy import Source
from calcom_sync.storage.busy import SqlBusy
from chassis.postgres import Connection, Pool


@dataclass(frozen=True)
class Reassignment:
    """Everything of ``alias_id`` is ``person_id``'s from now on. ``accounts``: those that go, each with the one that is the
    same at Cal.com."""

    tenant_id: UUID
    resolution_id: UUID
    person_id: UUID
    alias_id: UUID
    accounts: Mapping[UUID, UUID]


@dataclass(frozen=True)
class Kept:
    """How much is kept under an id, or has moved."""

    copies: int
    busy_times: int


class SqlPeople:
    """The tables intent, busy, reservation and person_reassignment."""

    def __init__(self, pool: Pool, busy: SqlBusy) -> None:
        self._pool, self._busy = pool, busy

    async def kept(self, tenant_id: UUID, person_id: UUID) -> Kept:
        """Copies that stand or shall, and busy times."""
        row: Any = await self._pool.fetchrow(
            "SELECT (SELECT count(*) FROM intent WHERE tenant_id = $1 AND person_id = $2"
            " AND state NOT IN ('failed', 'cancelled')) AS copies,"
            " (SELECT count(*) FROM busy WHERE tenant_id = $1 AND person_id = $2 AND NOT gone) AS busy",
            tenant_id, person_id,
        )  # fmt: skip
        return Kept(row["copies"], row["busy"])

    async def reassign(self, order: Reassignment, now: datetime) -> Kept:
        """All at once, or nothing; the same again answers what was done."""
        async with self._pool.acquire() as connection, connection.transaction():
            # Before this transaction has an id, by which its events are ordered: after all changes that it builds on.
            await connection.execute("LOCK TABLE busy IN SHARE ROW EXCLUSIVE MODE")
            first = await connection.fetchval(
                "INSERT INTO person_reassignment (tenant_id, resolution_id, person_id, alias_id, moved, reassigned_at)"
                " VALUES ($1, $2, $3, $4, '{}', $5) ON CONFLICT DO NOTHING RETURNING true",
                order.tenant_id, order.resolution_id, order.person_id, order.alias_id, now,
            )  # fmt: skip
            if first:
                await self._move(connection, order, now)
            moved = await connection.fetchval(
                "SELECT moved FROM person_reassignment WHERE tenant_id = $1 AND resolution_id = $2",
                order.tenant_id, order.resolution_id,
            )  # fmt: skip
        await self._busy.log.wake()
        return _sizes(json.loads(moved))

    async def give_back(self, tenant_id: UUID, resolution_id: UUID, now: datetime) -> Kept:
        """What has moved and is still there moves back; nothing where nothing has, or it was given back before."""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "UPDATE person_reassignment SET returned_at = $3"
                " WHERE tenant_id = $1 AND resolution_id = $2 AND returned_at IS NULL RETURNING *",
                tenant_id, resolution_id, now,
            )  # fmt: skip
            if row is None:
                return Kept(0, 0)
            moved = json.loads(row["moved"])
            await self._return(connection, tenant_id, row["alias_id"], moved, now)
        await self._busy.log.wake()
        return _sizes(moved)

    async def _move(self, connection: Connection, order: Reassignment, now: datetime) -> None:
        phases = await connection.fetch(
            "UPDATE intent SET person_id = $3 WHERE tenant_id = $1 AND person_id = $2 RETURNING phase_id",
            order.tenant_id, order.alias_id, order.person_id,
        )  # fmt: skip
        accounts = {
            str(old): [str(each) for each in await _to_account(connection, order.tenant_id, old, new, now)]
            for old, new in order.accounts.items()
        }
        busy = await connection.fetch(
            "SELECT busy_id FROM busy WHERE tenant_id = $1 AND person_id = $2 AND NOT gone",
            order.tenant_id, order.alias_id,
        )  # fmt: skip
        await self._busy.give(
            connection, order.tenant_id, [row["busy_id"] for row in busy], order.person_id, now
        )
        await self._drop_calendars(connection, order, now)
        # What is held is told anew with the next search; what is reserved of it goes.
        await connection.execute(
            "UPDATE reservation SET person_id = $3, wanted_until = $4, due_at = $4, revision = revision + 1"
            " WHERE tenant_id = $1 AND person_id = $2",
            order.tenant_id, order.alias_id, order.person_id, now,
        )  # fmt: skip
        moved = {
            "phases": [str(row["phase_id"]) for row in phases],
            "busy": [str(row["busy_id"]) for row in busy],
            "accounts": accounts,
        }
        await connection.execute(
            "UPDATE person_reassignment SET moved = $3 WHERE tenant_id = $1 AND resolution_id = $2",
            order.tenant_id, order.resolution_id, json.dumps(moved),
        )  # fmt: skip

    async def _drop_calendars(self, connection: Connection, order: Reassignment, now: datetime) -> None:
        """One account that was entered twice showed each entry of its calendars twice."""
        rows = await connection.fetch(
            "SELECT key FROM busy WHERE tenant_id = $1 AND account_id = ANY($2) AND source = 'calendar' AND NOT gone",
            order.tenant_id, list(order.accounts),
        )  # fmt: skip
        for row in rows:
            await self._busy.drop(connection, order.tenant_id, Source.CALENDAR, row["key"], now)
        for old, new in order.accounts.items():
            await connection.execute(
                "UPDATE busy SET account_id = $3 WHERE tenant_id = $1 AND account_id = $2 AND source = 'booking'",
                order.tenant_id, old, new,
            )  # fmt: skip

    async def _return(
        self,
        connection: Connection,
        tenant_id: UUID,
        alias_id: UUID,
        moved: Mapping[str, Any],
        now: datetime,
    ) -> None:
        await connection.execute(
            "UPDATE intent SET person_id = $3 WHERE tenant_id = $1 AND phase_id = ANY($2)",
            tenant_id, [UUID(each) for each in moved["phases"]], alias_id,
        )  # fmt: skip
        for old, phases in moved["accounts"].items():
            await connection.execute(
                "UPDATE intent SET account_id = $3, revision = revision + 1, updated_at = $4"
                " WHERE tenant_id = $1 AND phase_id = ANY($2)",
                tenant_id, [UUID(each) for each in phases], UUID(old), now,
            )  # fmt: skip
        busy = [UUID(each) for each in moved["busy"]]
        await self._busy.give(connection, tenant_id, busy, alias_id, now)


async def _to_account(
    connection: Connection, tenant_id: UUID, old: UUID, new: UUID, now: datetime
) -> Sequence[UUID]:
    """Where the copies are said to be. A new revision keeps whoever has read the old one from writing it back; what was in
    flight is looked up."""
    rows = await connection.fetch(
        "UPDATE intent SET account_id = $3, revision = revision + 1, updated_at = $4"
        " WHERE tenant_id = $1 AND account_id = $2 RETURNING phase_id",
        tenant_id, old, new, now,
    )  # fmt: skip
    return [row["phase_id"] for row in rows]


def _sizes(moved: Mapping[str, Any]) -> Kept:
    return Kept(len(moved["phases"]), len(moved["busy"]))
