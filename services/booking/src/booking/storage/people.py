"""Two ids that are one human, in PostgreSQL."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from booking.domain.option import OccupantKind, Span
from booking.domain.people import (
    Overlap,
    Records,
    Separated,
    Separation,
    Taking,
    Union,
    United,
    overlaps_of,
)
from booking.errors import PersonIsAliasError, ResolutionUnknownError
from booking.storage import people_statements as sql
from booking.storage.keeping import NUMBER
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool
from signals.tracing import current_traceparent

WHY = "the same person was listed twice"
"""Reason of the changes, and of what is overbooked by them."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARGIN = timedelta(hours=1)
"""Clocks of replicas differ by less."""


@dataclass(frozen=True)
class _Pair:
    """Two occupants, locked."""

    person: asyncpg.Record
    alias: asyncpg.Record

    @property
    def numbers(self) -> list[int]:
        return [self.person["number"], self.alias["number"]]


class SqlPeople:
    """The port of the use cases over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def records(
        self, tenant_id: UUID, people: Sequence[UUID], *, now: datetime
    ) -> tuple[list[Records], list[Overlap]]:
        """See ``People``."""
        # At once, and not of one instant: they are numbers to look at. What is decided about are the overlaps.
        return await asyncio.gather(
            asyncio.gather(*(self._records(tenant_id, each, now) for each in people)),
            self._overlapping(tenant_id, people, now),
        )

    async def _records(self, tenant_id: UUID, person_id: UUID, now: datetime) -> Records:
        row: Any = await self._pool.fetchrow(sql.RECORDS, tenant_id, person_id, now)
        return Records(person_id, *row)

    async def _overlapping(self, tenant_id: UUID, people: Sequence[UUID], now: datetime) -> list[Overlap]:
        async with self._pool.acquire() as connection:
            return await _overlaps(connection, tenant_id, *people, since=now)

    async def unite(self, union: Union, *, now: datetime) -> United:
        """See ``People``."""
        async with self._pool.acquire() as connection, connection.transaction():
            pair = await _locked(connection, union.tenant_id, union.person_id, union.alias_id)
            done = await _known(connection, union.tenant_id, union.resolution_id)
            if done is None:
                for one in (pair.person, pair.alias):
                    if one["same_as"]:
                        raise PersonIsAliasError(f"{one['occupant_id']} is another name of {one['same_as']}")
                await _Uniting(connection, union, pair, now).run()
                done = await _known(connection, union.tenant_id, union.resolution_id)
        if done is None:
            raise LookupError("a union that was not kept")
        await self._tell(done, "union_told", done["alias_id"], now)
        return _united(json.loads(done["moved"]))

    async def separate(self, separation: Separation) -> Separated:
        """See ``People``."""
        async with self._pool.acquire() as connection, connection.transaction():
            made = await _known(connection, separation.tenant_id, separation.resolution_id)
            if made is None:
                raise ResolutionUnknownError("nobody was united under this resolution_id")
            pair = await _locked(connection, separation.tenant_id, made["person_id"], made["alias_id"])
            made = await _known(connection, separation.tenant_id, separation.resolution_id) or made
            separated = await _Separating(connection, separation, made, pair).run()
        if separated.appointment_ids:
            await self._tell(made, "separation_told", made["person_id"], separation.now)
        return separated

    async def _tell(self, made: asyncpg.Record, told: str, before: UUID, now: datetime) -> None:
        """The events, once. By a transaction that began after all that it tells of, and under the locks of whoever could
        change it meanwhile: what is read here is what comes after all that was told of it before."""
        tenant_id, touched = (
            made["tenant_id"],
            [UUID(each) for each in json.loads(made["moved"])["appointments"]],
        )
        async with self._pool.acquire() as connection, connection.transaction():
            await _locked(connection, tenant_id, made["person_id"], made["alias_id"])
            await connection.fetch(sql.LOCK_APPOINTMENTS, tenant_id, touched)
            first = await connection.fetchval(
                f"UPDATE person_union SET {told} = true"  # noqa: S608 - our own names
                f" WHERE tenant_id = $1 AND resolution_id = $2 AND NOT {told} RETURNING true",
                tenant_id,
                made["resolution_id"],
            )
            if first:
                await connection.execute(sql.TELL, tenant_id, touched, now, current_traceparent(), before)
        await self._events.wake()


@dataclass(frozen=True)
class _Uniting:
    """One transaction, under the locks of both occupants."""

    connection: Connection
    union: Union
    pair: _Pair
    now: datetime

    async def run(self) -> None:
        tenant_id, person_id, alias_id = self.union.tenant_id, self.union.person_id, self.union.alias_id
        touched = [row[0] for row in await self.connection.fetch(sql.OF_PERSON, tenant_id, alias_id)]
        await self.connection.fetch(sql.LOCK_APPOINTMENTS, tenant_id, touched)
        overlaps = await _overlaps(self.connection, tenant_id, person_id, alias_id)
        before = await _taken_out(self.connection, tenant_id, touched, self.pair)
        overbooked = await self._together(before)
        own = await self._own()
        names = await self._become_one()
        phases = await self.connection.fetch(sql.NAME_PHASES, tenant_id, alias_id, person_id)
        named = await self._named(touched, own, overbooked)
        others = await _rename(self.connection, tenant_id, alias_id, person_id)
        await self.connection.execute(sql.NAME_VACANCIES, tenant_id, alias_id, person_id)
        recent = await self.connection.fetch(sql.RECENT_OF_PERSON, tenant_id, person_id, self.now - MARGIN)
        await self._keep(
            {
                "appointments": named,
                "own": [str(each) for each in own],
                "phases": [str(row["phase_id"]) for row in phases],
                "occupancy": before,
                "overlaps": [_to_json(each) for each in overlaps],
                "overbooked": [str(each) for each in overbooked],
                "others": others,
                "recent": [str(row[0]) for row in recent],
                "names": names,
            }
        )
        await _note(
            self.connection, self.union.tenant_id, touched, self.now, self.union.operator, alias_id, person_id
        )

    async def _together(self, before: Sequence[Mapping[str, Any]]) -> list[UUID]:
        """One after the other, since two that move may overlap each other too. Those that are overbooked now."""
        number, document = self.pair.person["number"], json.dumps(before)
        appointments = sorted({UUID(each["appointment_id"]) for each in before})
        return [
            each
            for each in appointments
            if await self.connection.fetchval(sql.PUT_TOGETHER, self.union.tenant_id, each, document, number)
        ]

    async def _own(self) -> list[UUID]:
        rows = await self.connection.fetch(
            "SELECT appointment_id FROM appointment WHERE tenant_id = $1 AND person_id = $2",
            self.union.tenant_id, self.union.alias_id,
        )  # fmt: skip
        return [row["appointment_id"] for row in rows]

    async def _named(
        self, touched: Sequence[UUID], own: Sequence[UUID], overbooked: Sequence[UUID]
    ) -> dict[str, int]:
        rows = await self.connection.fetch(
            sql.NAME_APPOINTMENTS, self.union.tenant_id, touched, self.union.person_id, own, overbooked, WHY,
            self.union.operator,
        )  # fmt: skip
        return {str(row["appointment_id"]): row["version"] for row in rows}

    async def _become_one(self) -> list[str]:
        """Which names of the alias became names of the person."""
        # Before the rows are renamed, which is allowed only among the names of one human. Other names of the alias become
        # other names of the person: no name stands for a name.
        rows = await self.connection.fetch(
            "UPDATE occupant SET same_as = $3 WHERE tenant_id = $1 AND (occupant_id = $2 OR same_as = $2)"
            " RETURNING occupant_id",
            self.union.tenant_id, self.union.alias_id, self.union.person_id,
        )  # fmt: skip
        return [str(row[0]) for row in rows if row[0] != self.union.alias_id]

    async def _keep(self, moved: Mapping[str, Any]) -> None:
        union = self.union
        await self.connection.execute(
            "INSERT INTO person_union (tenant_id, resolution_id, person_id, alias_id, operator, united_at, moved)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            union.tenant_id, union.resolution_id, union.person_id, union.alias_id, union.operator, self.now,
            json.dumps(moved),
        )  # fmt: skip


@dataclass(frozen=True)
class _Separating:
    """One transaction, under the locks of both occupants."""

    connection: Connection
    separation: Separation
    made: asyncpg.Record
    pair: _Pair

    async def run(self) -> Separated:
        moved = json.loads(self.made["moved"])
        touched = [UUID(each) for each in moved["appointments"]]
        if self.made["separated_at"]:
            return Separated(tuple(touched), ())
        await self.connection.fetch(sql.LOCK_APPOINTMENTS, self.separation.tenant_id, touched)
        conflicts = (*await self._of_names(), *await self._of_appointments(moved))
        if not conflicts and not self.separation.validate_only:
            await self._back(moved, touched)
        return Separated(() if conflicts else tuple(touched), conflicts)

    async def _of_names(self) -> list[str]:
        found = []
        if self.pair.alias["same_as"] != self.made["person_id"] or self.pair.person["same_as"]:
            found.append("one of the two ids has become a name of somebody else since")
        ids = [self.made["person_id"], self.made["alias_id"]]
        later = await self.connection.fetchval(
            sql.LATER_UNION, self.separation.tenant_id, self.made["number"], ids
        )
        if later:
            found.append(f"resolution {later} came later: take it back first")
        return found

    async def _of_appointments(self, moved: Mapping[str, Any]) -> list[str]:
        tenant_id = self.separation.tenant_id
        rows = await self.connection.fetch(
            "SELECT appointment_id::text, version FROM appointment WHERE tenant_id = $1 AND appointment_id = ANY($2)",
            tenant_id, [UUID(each) for each in moved["appointments"]],
        )  # fmt: skip
        stand = {row["appointment_id"]: row["version"] for row in rows}
        changed = [each for each, version in moved["appointments"].items() if stand.get(each) != version]
        recent = await self.connection.fetch(
            sql.RECENT_OF_PERSON, tenant_id, self.made["person_id"], self.made["united_at"] - MARGIN
        )
        known = {*moved["recent"], *moved["appointments"]}
        return [
            *(f"appointment {each} has changed since" for each in sorted(changed)),
            *(f"appointment {row[0]} was made since" for row in recent if str(row[0]) not in known),
        ]

    async def _back(self, moved: Mapping[str, Any], touched: Sequence[UUID]) -> None:
        tenant_id, now = self.separation.tenant_id, self.separation.now
        person_id, alias_id = self.made["person_id"], self.made["alias_id"]
        await _taken_out(self.connection, tenant_id, touched, self.pair)
        await self.connection.execute(sql.PUT_BACK, tenant_id, json.dumps(moved["occupancy"]))
        phases, own, overbooked = (
            [UUID(each) for each in moved[name]] for name in ("phases", "own", "overbooked")
        )
        await self.connection.execute(sql.NAME_PHASES_BACK, tenant_id, phases, alias_id)
        await self.connection.execute(
            sql.NAME_APPOINTMENTS, tenant_id, touched, alias_id, own, overbooked, None, None
        )
        await _rename_back(self.connection, tenant_id, alias_id, moved["others"])
        await self.connection.execute(
            "UPDATE occupant SET same_as = NULL WHERE tenant_id = $1 AND occupant_id = $2",
            tenant_id,
            alias_id,
        )
        await self.connection.execute(
            "UPDATE person_union SET separated_at = $3, separated_by = $4 WHERE tenant_id = $1 AND resolution_id = $2",
            tenant_id, self.separation.resolution_id, now, self.separation.operator,
        )  # fmt: skip
        await _note(self.connection, tenant_id, touched, now, self.separation.operator, person_id, alias_id)


async def _overlaps(
    connection: Connection, tenant_id: UUID, person_id: UUID, alias_id: UUID, *, since: datetime = _EPOCH
) -> list[Overlap]:
    """What is over needs no decision of anybody."""
    minutes = (since - _EPOCH) // timedelta(minutes=1)
    rows = await connection.fetch(sql.TAKEN, tenant_id, [person_id, alias_id], minutes)
    return overlaps_of(
        person_id,
        [
            Taking(row["occupant_id"], row["appointment_id"], Span(row["start_time"], row["end_time"]))
            for row in rows
        ],
    )


async def _locked(connection: Connection, tenant_id: UUID, person_id: UUID, alias_id: UUID) -> _Pair:
    ids = [person_id, alias_id]
    await connection.execute(NUMBER, tenant_id, ids, [OccupantKind.PERSON.value] * 2)
    rows = {row["occupant_id"]: row for row in await connection.fetch(sql.LOCK_PAIR, tenant_id, ids)}
    return _Pair(rows[person_id], rows[alias_id])


async def _known(connection: Connection, tenant_id: UUID, resolution_id: UUID) -> asyncpg.Record | None:
    return await connection.fetchrow(
        "SELECT * FROM person_union WHERE tenant_id = $1 AND resolution_id = $2", tenant_id, resolution_id
    )


async def _taken_out(
    connection: Connection, tenant_id: UUID, appointments: Sequence[UUID], pair: _Pair
) -> list[dict[str, Any]]:
    rows = await connection.fetch(sql.TAKE_OUT, tenant_id, appointments, pair.numbers)
    return [dict(row) | {"appointment_id": str(row["appointment_id"])} for row in rows]


async def _note(
    connection: Connection,
    tenant_id: UUID,
    touched: Sequence[UUID],
    now: datetime,
    operator: str,
    before: UUID,
    after: UUID,
) -> None:
    """The history."""
    await connection.execute(sql.NOTE, tenant_id, touched, now, operator, WHY, before, after)


async def _rename(connection: Connection, tenant_id: UUID, before: UUID, after: UUID) -> dict[str, list[str]]:
    """Whatever else names the person; the keys of the rows, by table."""
    return {
        table: [
            str(row[0])
            for row in await connection.fetch(
                f"UPDATE {table} SET {column} = $3 WHERE tenant_id = $1 AND {column} = $2 RETURNING {key}",  # noqa: S608 - our own names
                tenant_id,
                before,
                after,
            )
        ]
        for table, column, key in sql.OTHER_NAMES
    }


async def _rename_back(
    connection: Connection, tenant_id: UUID, alias_id: UUID, others: Mapping[str, Sequence[str]]
) -> None:
    for table, column, key in sql.OTHER_NAMES:
        await connection.execute(
            f"UPDATE {table} SET {column} = $3 WHERE tenant_id = $1 AND {key}::text = ANY($2)",  # noqa: S608 - our own names
            tenant_id,
            others.get(table, []),
            alias_id,
        )


def _united(moved: Mapping[str, Any]) -> United:
    overbooked = set(moved["overbooked"])
    return United(
        appointment_ids=tuple(UUID(each) for each in sorted(moved["appointments"])),
        phases=len(moved["phases"]),
        overbooked=tuple(
            _from_json(each) for each in moved["overlaps"] if overbooked & {each["one"], each["other"]}
        ),
    )


def _to_json(overlap: Overlap) -> dict[str, str]:
    return {
        "one": str(overlap.appointment_id),
        "other": str(overlap.other_id),
        "start": overlap.span.start_time.isoformat(),
        "end": overlap.span.end_time.isoformat(),
    }


def _from_json(entry: Mapping[str, str]) -> Overlap:
    span = Span(datetime.fromisoformat(entry["start"]), datetime.fromisoformat(entry["end"]))
    return Overlap(UUID(entry["one"]), UUID(entry["other"]), span)
