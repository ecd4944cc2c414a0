"""Resolutions in PostgreSQL: the plan, the steps, the names, and what was before."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from chassis.errors import StorageUnavailableError
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool, reaching_storage
from staff_registry.domain.other_names import Choice
from staff_registry.domain.resolution import Parts, Plan, Resolution, State, Step, StepName
from staff_registry.storage.businesses import SqlImport
from staff_registry.storage.sealing import Sealer

_PLAN, _PARTS = TypeAdapter(Plan), TypeAdapter(Parts)
_LISTED_MAX = 500
_SELECT = """
SELECT r.*, (
    SELECT jsonb_agg(jsonb_build_object('name', s.name, 'attempts', s.attempts, 'last_error', s.last_error,
        'done_at', s.done_at) ORDER BY s.position)
    FROM resolution_step s WHERE (s.tenant_id, s.resolution_id) = (r.tenant_id, r.resolution_id)) AS steps
FROM resolution r
"""


class SqlResolutions:
    """The tables resolution, resolution_step, person_alias and different_people."""

    def __init__(self, pool: Pool, events: EventLog, sealer: Sealer) -> None:
        self._pool, self._events, self._sealer = pool, events, sealer

    @asynccontextmanager
    async def resolving(self) -> AsyncIterator["SqlResolving"]:
        """A transaction beside which nothing else changes a business."""
        with reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended('staff_registry.import', 0))"
                )
                yield SqlResolving(connection, self._events, self._sealer)
        await self._events.wake()

    async def find_resolution(self, tenant_id: UUID, resolution_id: UUID) -> Resolution | None:
        """As it stands."""
        row = await self._pool.fetchrow(
            f"{_SELECT} WHERE r.tenant_id = $1 AND r.resolution_id = $2", tenant_id, resolution_id
        )
        return _resolution(row) if row else None

    async def resolutions_of(self, tenant_id: UUID) -> Sequence[Resolution]:
        """The last first."""
        rows = await self._pool.fetch(
            f"{_SELECT} WHERE r.tenant_id = $1 ORDER BY r.created_at DESC LIMIT {_LISTED_MAX}", tenant_id
        )
        return [_resolution(row) for row in rows]

    async def take(self, now: datetime, lease: timedelta) -> Resolution | None:
        """One that is due, put off for the time of the lease."""
        with reaching_storage(), _migrated():
            row = await self._pool.fetchrow(
                "UPDATE resolution SET due_at = $2 WHERE (tenant_id, resolution_id) IN (SELECT tenant_id, resolution_id"
                " FROM resolution WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
                " RETURNING tenant_id, resolution_id",
                now, now + lease,
            )  # fmt: skip
            return await self.find_resolution(row["tenant_id"], row["resolution_id"]) if row else None

    async def note(self, resolution: Resolution, step: StepName, error: str, due_at: datetime) -> None:
        """An attempt did not do; whoever is just as far sets the same."""
        key = (resolution.tenant_id, resolution.resolution_id)
        with reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "UPDATE resolution SET due_at = $3 WHERE tenant_id = $1 AND resolution_id = $2 AND due_at IS NOT NULL",
                    *key, due_at,
                )  # fmt: skip
                await connection.execute(
                    "UPDATE resolution_step SET attempts = attempts + 1, last_error = $4"
                    " WHERE tenant_id = $1 AND resolution_id = $2 AND name = $3 AND done_at IS NULL",
                    *key, step.value, error,
                )  # fmt: skip

    async def conclude(self, resolution: Resolution, error: str, now: datetime) -> None:
        """It has come to the state that it has. Another worker may have been faster: then nothing changes."""
        key = (resolution.tenant_id, resolution.resolution_id)
        with reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                ended = await connection.fetchval(
                    "UPDATE resolution SET state = $3, finished_at = $4, due_at = NULL"
                    " WHERE tenant_id = $1 AND resolution_id = $2 AND due_at IS NOT NULL RETURNING true",
                    *key, resolution.state.value, now,
                )  # fmt: skip
                if ended and error:
                    await connection.execute(
                        "UPDATE resolution_step SET attempts = attempts + 1, last_error = $3"
                        " WHERE tenant_id = $1 AND resolution_id = $2 AND done_at IS NULL",
                        *key, error,
                    )  # fmt: skip

    async def different(self, tenant_id: UUID) -> Mapping[tuple[str, str], str]:
        """Pairs that are two humans, with the facts at that time."""
        rows = await self._pool.fetch(
            "SELECT one_key, other_key, facts FROM different_people WHERE tenant_id = $1", tenant_id
        )
        return {(row["one_key"], row["other_key"]): row["facts"] for row in rows}

    async def say_different(
        self, tenant_id: UUID, keys: tuple[str, str], facts: str, operator: str, now: datetime
    ) -> None:
        """Remember it."""
        await self._pool.execute(
            "INSERT INTO different_people (tenant_id, one_key, other_key, facts, operator, decided_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, one_key, other_key)"
            " DO UPDATE SET facts = excluded.facts, operator = excluded.operator, decided_at = excluded.decided_at",
            tenant_id, *keys, facts, operator, now,
        )  # fmt: skip


class SqlResolving(SqlImport):
    """One transaction of a resolution."""

    def __init__(self, connection: Connection, events: EventLog, sealer: Sealer) -> None:
        super().__init__(connection, events, sealer)
        self._within, self._sealing = connection, sealer

    async def resolution(self, tenant_id: UUID, resolution_id: UUID) -> Resolution | None:
        """As it stands."""
        row = await self._within.fetchrow(
            f"{_SELECT} WHERE r.tenant_id = $1 AND r.resolution_id = $2", tenant_id, resolution_id
        )
        return _resolution(row) if row else None

    async def put(self, resolution: Resolution, *, due_at: datetime | None) -> None:
        """Keep it with its steps, in the place of those that it had."""
        key = (resolution.tenant_id, resolution.resolution_id)
        plan = resolution.plan
        decisions = json.dumps({subject: choice.value for subject, choice in resolution.decisions.items()})
        await self._within.execute(
            "INSERT INTO resolution (tenant_id, resolution_id, kind, state, staying_key, going_key, operator, decisions,"
            " plan, created_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
            " ON CONFLICT (tenant_id, resolution_id) DO UPDATE SET state = excluded.state, due_at = excluded.due_at,"
            " finished_at = NULL, undone_by = $12",
            *key, plan.kind.value, resolution.state.value, plan.staying_key, plan.going_key, resolution.operator,
            decisions, _PLAN.dump_json(plan).decode(), resolution.created_at, due_at, resolution.undone_by,
        )  # fmt: skip
        await self._within.execute(
            "DELETE FROM resolution_step WHERE tenant_id = $1 AND resolution_id = $2", *key
        )
        await self._within.executemany(
            "INSERT INTO resolution_step (tenant_id, resolution_id, position, name) VALUES ($1, $2, $3, $4)",
            [(*key, position, step.name.value) for position, step in enumerate(resolution.steps)],
        )

    async def finish_step(self, resolution: Resolution, step: StepName, now: datetime) -> bool:
        """It is done, as soon as this commits. False: it was done before."""
        done = await self._within.fetchval(
            "UPDATE resolution_step SET done_at = $4, last_error = '', attempts = attempts + 1"
            " WHERE tenant_id = $1 AND resolution_id = $2 AND name = $3 AND done_at IS NULL RETURNING true",
            resolution.tenant_id, resolution.resolution_id, step.value, now,
        )  # fmt: skip
        return bool(done)

    async def announce(self, resolution: Resolution) -> None:
        """The one key is another name of the other's from now on; its row is still there."""
        await self._within.execute(
            "INSERT INTO person_alias (tenant_id, alias_id, alias_key, person_id, resolution_id, retired, decisions,"
            " account_keys) VALUES ($1, $2, $3, $4, $5, false, $6, '{}')",
            resolution.tenant_id, resolution.going_id, resolution.plan.going_key, resolution.staying_id,
            resolution.resolution_id,
            json.dumps({subject: choice.value for subject, choice in resolution.decisions.items()}),
        )  # fmt: skip

    async def retire(self, resolution: Resolution, before: Parts, mark_after: str) -> None:
        """The row has gone into the other's; what was before is kept, encrypted."""
        key = (resolution.tenant_id, resolution.resolution_id)
        await self._within.execute(
            "UPDATE resolution SET rows_before = $3, mark_after = $4 WHERE tenant_id = $1 AND resolution_id = $2",
            *key, self._sealing.seal(_PARTS.dump_json(before).decode()), mark_after,
        )  # fmt: skip
        accounts = [account.key for account in before.people[-1].accounts]
        await self._within.execute(
            "UPDATE person_alias SET retired = true, account_keys = $3 WHERE tenant_id = $1 AND resolution_id = $2",
            *key, accounts,
        )  # fmt: skip
        await self._within.execute(
            "UPDATE person_alias SET person_id = $3 WHERE tenant_id = $1 AND person_id = $2",
            resolution.tenant_id, resolution.going_id, resolution.staying_id,
        )  # fmt: skip

    async def before(self, resolution: Resolution) -> Parts:
        """What was before."""
        sealed = await self._within.fetchval(
            "SELECT rows_before FROM resolution WHERE tenant_id = $1 AND resolution_id = $2",
            resolution.tenant_id, resolution.resolution_id,
        )  # fmt: skip
        return _PARTS.validate_json(self._sealing.unseal(sealed))

    async def revive(self, resolution: Resolution, before: Parts) -> None:
        """The key is a row's again, and has the names that it had."""
        await self._within.execute(
            "DELETE FROM person_alias WHERE tenant_id = $1 AND resolution_id = $2",
            resolution.tenant_id, resolution.resolution_id,
        )  # fmt: skip
        await self._within.execute(
            "UPDATE person_alias SET person_id = $3 WHERE tenant_id = $1 AND alias_key = ANY($2)",
            resolution.tenant_id, list(before.other_names), resolution.going_id,
        )  # fmt: skip

    async def drop_row(self, tenant_id: UUID, person_id: UUID) -> None:
        """The row of a person of whom nothing is left."""
        await self._within.execute(
            "DELETE FROM person WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
        )


@contextmanager
def _migrated() -> Iterator[None]:
    """Services start in any order, also before their schema is what it has to be."""
    try:
        yield
    except asyncpg.UndefinedTableError as error:
        raise StorageUnavailableError("the schema is not migrated yet") from error


def _resolution(row: asyncpg.Record) -> Resolution:
    return Resolution(
        resolution_id=row["resolution_id"],
        state=State(row["state"]),
        plan=_PLAN.validate_json(row["plan"]),
        operator=row["operator"],
        decisions={subject: Choice(choice) for subject, choice in json.loads(row["decisions"]).items()},
        created_at=row["created_at"],
        steps=tuple(
            Step(
                StepName(step["name"]),
                step["attempts"],
                step["last_error"],
                datetime.fromisoformat(step["done_at"]) if step["done_at"] else None,
            )
            for step in json.loads(row["steps"] or "[]")
        ),
        finished_at=row["finished_at"],
        mark_after=row["mark_after"],
        undone_by=row["undone_by"],
    )
