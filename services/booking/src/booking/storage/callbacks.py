"""Promises to call back in PostgreSQL."""

import json
from uuid import UUID

import asyncpg

from booking.domain.callback import Callback
from booking.domain.listing import CallbackFilters, PageEnd
from booking.errors import RequestInvalidError
from booking.storage.callback_documents import callback_from, to_callback_document
from booking.storage.event_kinds import CALLBACK_REQUESTED
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from chassis.telemetry import current_traceparent

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
_GET = "SELECT to_jsonb(c) AS document FROM callback c WHERE c.tenant_id = $1"


class SqlCallbacks:
    """The port of the callback use cases over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def keep(self, callback: Callback, request_id: str) -> Callback:
        """See ``Callbacks``."""
        document = json.dumps(to_callback_document(callback))
        now, trace = callback.create_time, current_traceparent()
        try:
            kept = await self._pool.fetchval(_KEEP, document, request_id, now, trace)
        except asyncpg.ForeignKeyViolationError as error:
            raise RequestInvalidError("appointment_id", "this business has no such appointment") from error
        if kept:
            await self._events.wake()
            return callback
        first = f"{_GET} AND c.request_id = $2"
        return callback_from(await self._pool.fetchval(first, callback.tenant_id, request_id))

    async def get(self, tenant_id: UUID, callback_id: UUID) -> Callback | None:
        """See ``Callbacks``."""
        document = await self._pool.fetchval(f"{_GET} AND c.callback_id = $2", tenant_id, callback_id)
        return callback_from(document) if document else None

    async def list(self, filters: CallbackFilters, *, after: PageEnd | None, limit: int) -> list[Callback]:
        """See ``Callbacks``."""
        conditions, values = "", list[object]([filters.tenant_id])
        if filters.state:
            values.append(filters.state.value)
            conditions += f" AND c.state = ${len(values)}"
        if after:
            conditions += f" AND (c.due_time, c.callback_id) > (${len(values) + 1}, ${len(values) + 2})"
            values += [after.time, after.item_id]
        order = f"ORDER BY c.due_time, c.callback_id LIMIT {limit:d}"
        rows = await self._pool.fetch(f"{_GET}{conditions} {order}", *values)
        return [callback_from(row["document"]) for row in rows]

    async def resolve(self, resolved: Callback) -> bool:
        """See ``Callbacks``."""
        done = await self._pool.execute(
            "UPDATE callback SET state = 'resolved', resolved_by = $3, resolution = $4"
            " WHERE tenant_id = $1 AND callback_id = $2 AND state = 'open'",
            resolved.tenant_id, resolved.callback_id, resolved.resolved_by, resolved.resolution,
        )  # fmt: skip
        return bool(done == "UPDATE 1")
