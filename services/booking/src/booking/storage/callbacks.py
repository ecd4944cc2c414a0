"""Promises to call back in PostgreSQL."""

import json
from datetime import datetime
from uuid import UUID

import asyncpg

from booking.domain.callback import Callback, CallbackState
from booking.domain.listing import CallbackFilters, PageEnd
from booking.domain.waiting_words import ITSELF
from booking.errors import RequestInvalidError
from booking.storage.callback_documents import callback_from, to_callback_document
from booking.storage.event_kinds import CALLBACK_CHANGED, CALLBACK_REQUESTED
from booking.storage.jobs import remind
from booking.storage.vacancies import offer_reminder
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool
from signals.tracing import current_traceparent

_KEEP = f"""
WITH kept AS (
    INSERT INTO callback
    SELECT * FROM jsonb_populate_record(NULL::callback, $1::jsonb || jsonb_build_object('request_id', $2::text))
    ON CONFLICT (tenant_id, request_id) DO NOTHING
    RETURNING 1
),
told AS (
    INSERT INTO event (recorded_at, traceparent, kind, payload)
    SELECT $3, $4, '{CALLBACK_REQUESTED}', $1::jsonb FROM kept
)
SELECT count(*) FROM kept
"""  # noqa: S608 - the one value in it is a constant
_CHANGE = f"""
WITH before AS (
    SELECT state, coalesce(assigned_to, '') AS assigned_to FROM callback
     WHERE tenant_id = $1 AND callback_id = $2 AND coalesce(version, 1) = $3 FOR UPDATE
),
changed AS (
    UPDATE callback c
       SET state = $4, assigned_to = $5, resolved_by = $6, resolution = $7, version = $3 + 1,
           phone_number = $11, name = $12, priority = $13, due_time = $14
      FROM before WHERE c.tenant_id = $1 AND c.callback_id = $2
    RETURNING to_jsonb(c) AS document
),
noted AS (
    INSERT INTO callback_change (
        tenant_id, callback_id, version, changed_at, operator, state_before, state_after, assigned_before,
        assigned_after)
    SELECT $1, $2, $3 + 1, $8, $9, before.state, $4, before.assigned_to, $5 FROM before
),
told AS (
    INSERT INTO event (recorded_at, traceparent, kind, payload)
    SELECT $8, $10, '{CALLBACK_CHANGED}', document - 'request_id' FROM changed
)
SELECT count(*) FROM changed
"""  # noqa: S608 - the one value in it is a constant
_OFFER_DUE = """
UPDATE waitlist_offer SET due_at = $3 WHERE tenant_id = $1 AND callback_id = $2 AND state = 'open' RETURNING offer_id
"""
# Two of one call are asked for one after the other, so that the second sees the first.
_ONE_OF_A_CALL = "SELECT pg_advisory_xact_lock(hashtextextended('callback/' || $1 || '/' || $2, 0))"
_GET = "SELECT to_jsonb(c) AS document FROM callback c WHERE c.tenant_id = $1"


_BY_REQUEST = f"{_GET} AND c.request_id = $2"
_SAME_WISH = f"""
{_GET} AND c.call_id = $2 AND c.topic = $3 AND c.appointment_id IS NOT DISTINCT FROM $4
   AND c.waitlist_entry_id IS NULL AND c.state <> 'resolved' ORDER BY c.create_time LIMIT 1 FOR UPDATE
"""


class SqlCallbacks:
    """The port of the callback use cases over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def keep(self, callback: Callback, request_id: str) -> Callback:
        """See ``Callbacks``."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_ONE_OF_A_CALL, str(callback.tenant_id), callback.call_id)
                kept = await _kept(connection, callback, request_id)
        except asyncpg.ForeignKeyViolationError as error:
            raise RequestInvalidError("appointment_id", "this business has no such appointment") from error
        await self._events.wake()
        return kept

    async def get(self, tenant_id: UUID, callback_id: UUID) -> Callback | None:
        """See ``Callbacks``."""
        document = await self._pool.fetchval(f"{_GET} AND c.callback_id = $2", tenant_id, callback_id)
        return callback_from(document) if document else None

    async def list(self, filters: CallbackFilters, *, after: PageEnd | None, limit: int) -> list[Callback]:
        """See ``Callbacks``."""
        possible: dict[str, object] = {
            "c.state = {}": filters.state and filters.state.value,
            "c.state <> 'resolved' AND c.due_time < {}": filters.overdue_at,
            "c.assigned_to = {}": filters.assigned_to,
            "c.priority = {}": filters.priority and filters.priority.value,
            "c.call_id = {}": filters.call_id,
            "c.phone_number = {}": filters.phone_number,
        }
        conditions, values = "", list[object]([filters.tenant_id])
        for condition, value in possible.items():
            if value is not None:
                values.append(value)
                conditions += f" AND {condition.format(f'${len(values)}')}"
        if after:
            conditions += f" AND (c.due_time, c.callback_id) > (${len(values) + 1}, ${len(values) + 2})"
            values += [after.time, after.item_id]
        order = f"ORDER BY c.due_time, c.callback_id LIMIT {limit:d}"
        rows = await self._pool.fetch(f"{_GET}{conditions} {order}", *values)
        return [callback_from(row["document"]) for row in rows]

    async def change(self, before: Callback, after: Callback, *, operator: str, now: datetime) -> bool:
        """See ``Callbacks``."""
        async with self._pool.acquire() as connection, connection.transaction():
            # Before the callback, as everybody does who needs both.
            offers = await connection.fetch(_OFFER_DUE, before.tenant_id, before.callback_id, now)
            changed = await _changed(connection, before, after, operator=operator, now=now)
            if changed and after.state is CallbackState.RESOLVED:
                tenant_id = before.tenant_id
                await remind(connection, [offer_reminder(tenant_id, row["offer_id"]) for row in offers])
        if changed:
            await self._events.wake()
        return changed


async def _kept(connection: Connection, callback: Callback, request_id: str) -> Callback:
    first = await connection.fetchval(_BY_REQUEST, callback.tenant_id, request_id)
    if first:
        return callback_from(first)
    same = await connection.fetchval(
        _SAME_WISH, callback.tenant_id, callback.call_id, callback.topic, callback.appointment_id
    )
    if same:
        before = callback_from(same)
        after = before.asked_for_again(callback)
        if after != before:
            await _changed(connection, before, after, operator=ITSELF, now=callback.create_time)
        return after
    if await insert_callback(connection, callback, request_id):
        return callback
    return callback_from(await connection.fetchval(_BY_REQUEST, callback.tenant_id, request_id))


async def insert_callback(connection: Connection | Pool, callback: Callback, request_id: str) -> bool:
    """Keep a promise with its event. False: the request_id has led to one before."""
    document = json.dumps(to_callback_document(callback))
    now, trace = callback.create_time, current_traceparent()
    return bool(await connection.fetchval(_KEEP, document, request_id, now, trace))


async def resolve_in_passing(
    connection: Connection, tenant_id: UUID, callback_id: UUID, resolution: str, now: datetime
) -> None:
    """Nobody has to call any more; a promise that somebody has seen to stays as it is."""
    document = await connection.fetchval(f"{_GET} AND c.callback_id = $2 FOR UPDATE", tenant_id, callback_id)
    before = callback_from(document) if document else None
    if before and before.state is not CallbackState.RESOLVED:
        after = before.resolve(ITSELF, resolution)
        await _changed(connection, before, after, operator=ITSELF, now=now)


async def _changed(
    connection: Connection, before: Callback, after: Callback, *, operator: str, now: datetime
) -> bool:
    """Keep it with its history and its event. False: it is in another version by now."""
    changed = await connection.fetchval(
        _CHANGE, before.tenant_id, before.callback_id, before.version, after.state.value, after.assigned_to,
        after.resolved_by, after.resolution, now, operator, current_traceparent(), after.phone_number, after.name,
        after.priority.value, after.due_time,
    )  # fmt: skip
    return bool(changed)
