"""Waiting wishes in PostgreSQL."""

import json
from datetime import timedelta
from uuid import UUID

from booking.domain.listing import Place, WaitlistFilters
from booking.domain.waiting import WaitingChange, WaitingEntry, WaitingState
from booking.storage.vacancies import look_again, offers_of_entry_are_due
from booking.storage.waiting_documents import SELECT_ENTRIES, entry_from, to_entry_document
from booking.storage.waiting_moves import move, tell
from booking.usecases.waitlist import Kept, Noted
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool

LOOK_AFTER = timedelta(minutes=15)
"""After joining: what other callers hold just now, and do not book, is free by then, and no event tells of it."""

_JOIN = """
INSERT INTO waitlist_entry (
    tenant_id, waitlist_entry_id, branch_id, service_id, person_id, call_id, phone_number, customer_name,
    window_start, window_end, state, version, unanswered, create_time, request_id, fingerprint)
SELECT e.tenant_id, e.waitlist_entry_id, e.branch_id, e.service_id, e.person_id, e.call_id, e.phone_number,
       e.customer_name, e.window_start, e.window_end, e.state, e.version, e.unanswered, e.create_time, $2, $3
  FROM jsonb_populate_record(NULL::waitlist_entry, $1::jsonb) AS e
ON CONFLICT DO NOTHING
"""
_FIRST = f"""
SELECT found.document, found.document->>'fingerprint' AS fingerprint FROM ({SELECT_ENTRIES}
    WHERE w.tenant_id = $1
      AND (w.request_id = $2 OR w.fingerprint = $3 AND w.state IN ('waiting', 'offered'))
    ORDER BY w.request_id = $2 DESC LIMIT 1) AS found
"""  # noqa: S608 - made of constants

_STILL_THEIRS = """NOT EXISTS (
    SELECT FROM waitlist_offer o JOIN waitlist_taken t USING (tenant_id, offer_id)
      JOIN occupancy other ON other.span && t.span AND NOT other.overbooked
     WHERE o.tenant_id = w.tenant_id AND o.waitlist_entry_id = w.waitlist_entry_id AND o.state = 'open')"""
"""The holds may have been lost, and somebody else has booked the time since. The offer is looked at within a minute; whoever calls
before that is not told that it is kept."""


class SqlWaitlist:
    """The port of KeepWaitlist over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def join(self, entry: WaitingEntry, request_id: str) -> Noted:
        """See ``Waitlist``."""
        wish = entry.wish
        while True:
            async with self._pool.acquire() as connection, connection.transaction():
                if await self._joined(connection, entry, request_id):
                    joined = Noted(entry, wish.fingerprint)
                    break
            first = await self._pool.fetchrow(_FIRST, wish.tenant_id, request_id, wish.fingerprint)
            # None: the same wish had a place, and lost it in between.
            if first:
                return Noted(entry_from(first["document"]), first["fingerprint"])
        await self._events.wake()
        return joined

    async def _joined(self, connection: Connection, entry: WaitingEntry, request_id: str) -> bool:
        wish = entry.wish
        document = json.dumps(to_entry_document(entry))
        if await connection.execute(_JOIN, document, request_id, wish.fingerprint) != "INSERT 0 1":
            return False
        await tell(connection, None, entry, WaitingChange(entry.create_time, "joined", entry.call_id))
        now, cause = entry.create_time, f"joined/{entry.entry_id}"
        await look_again(connection, wish, cause=cause, now=now, after=LOOK_AFTER)
        return True

    async def get(self, tenant_id: UUID, entry_id: UUID) -> WaitingEntry | None:
        """See ``Waitlist``."""
        one = f"{SELECT_ENTRIES} WHERE w.tenant_id = $1 AND w.waitlist_entry_id = $2"
        document = await self._pool.fetchval(one, tenant_id, entry_id)
        return entry_from(document) if document else None

    async def list(self, filters: WaitlistFilters, *, after: Place | None, limit: int) -> list[Kept]:
        """See ``Waitlist``."""
        possible = {
            "w.tenant_id": filters.tenant_id,
            "w.state": filters.state and filters.state.value,
            "w.phone_number": filters.phone_number,
            "w.branch_id": filters.branch_id,
            "w.service_id": filters.service_id,
        }
        chosen = {column: value for column, value in possible.items() if value is not None}
        words = [f"{column} = ${number}" for number, column in enumerate(chosen, start=1)]
        values: list[object] = list(chosen.values())
        if filters.state is WaitingState.OFFERED:
            words.append(_STILL_THEIRS)
        if after:
            values.append(after.number)
            words.append(f"w.place > ${len(values)}")
        order = f"ORDER BY w.place LIMIT {limit:d}"
        rows = await self._pool.fetch(f"{SELECT_ENTRIES} WHERE {' AND '.join(words)} {order}", *values)
        documents = [json.loads(row["document"]) for row in rows]
        return [Kept(entry_from(document), document["place"]) for document in documents]

    async def withdraw(self, before: WaitingEntry, after: WaitingEntry, change: WaitingChange) -> bool:
        """See ``Waitlist``."""
        async with self._pool.acquire() as connection, connection.transaction():
            await offers_of_entry_are_due(connection, before, change.time)
            if not await move(connection, before, after, change):
                return False
        await self._events.wake()
        return True
