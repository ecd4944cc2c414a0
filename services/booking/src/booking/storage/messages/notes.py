"""Notes messages down as the log tells of changes: how far it was read, and what follows from it, in one transaction."""

import json
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

from booking.domain.event import Happening
from booking.domain.messages.contact import Contact
from booking.domain.messages.message import Message
from booking.storage.event_kinds import BOOKED, CANCELLED, RESCHEDULED
from booking.storage.events import event_of
from booking.storage.forgetting import NOBODY
from booking.storage.jobs import remind
from booking.storage.messages.rows import COLUMNS, reminder_of, to_row
from booking.usecases.messages.ports import CustomerKey, Told
from chassis.eventlog import Event as Entry
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool

GATHER_S = 0.1
"""Nobody waits for a message that closely, and each step costs a transaction beside the calls."""
_OF_CONCERN = {BOOKED, CANCELLED, RESCHEDULED}
_KEEP = f"""
INSERT INTO message ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS)} FROM jsonb_populate_recordset(NULL::message, $1::jsonb)
ON CONFLICT (tenant_id, appointment_id, kind, version) DO NOTHING RETURNING message_id
"""  # noqa: S608 - made of constants
_CONTACTS = """
SELECT tenant_id, customer_id, phone_number, email, calendar_email
  FROM customer JOIN unnest($1::uuid[], $2::uuid[]) AS asked(tenant_id, customer_id) USING (tenant_id, customer_id)
"""
_FORGOTTEN = f"""
SELECT customer_id FROM customer JOIN unnest($1::uuid[], $2::uuid[]) AS told(tenant_id, customer_id) USING (tenant_id, customer_id)
 WHERE name = '{NOBODY}'
"""  # noqa: S608 - made of constants
_STAY = "SELECT FROM customer WHERE (tenant_id, customer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) FOR KEY SHARE"
_READ_ON = "UPDATE message_reader SET position = $2 WHERE position = $1 RETURNING true"


class SqlNotes:
    """The port of NoteMessages over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def position(self) -> str:
        """See ``Notes``."""
        return str(await self._pool.fetchval("SELECT position FROM message_reader"))

    async def watch(self, after: str) -> AsyncGenerator[Sequence[Told], None]:
        """See ``Notes``. Kinds that this version does not know are stepped over: they are none of its messages."""
        async with aclosing(self._events.batches(after, gather_s=GATHER_S)) as batches:
            async for entries in batches:
                yield [Told(entry.position, entry.recorded_at, _happening(entry)) for entry in entries]

    async def contacts(self, customers: Collection[CustomerKey]) -> Mapping[CustomerKey, Contact]:
        """See ``Notes``."""
        tenants, ids = zip(*customers, strict=True)
        rows = await self._pool.fetch(_CONTACTS, tenants, ids)
        return {
            (row["tenant_id"], row["customer_id"]): Contact(
                row["phone_number"], row["email"], row["calendar_email"]
            )
            for row in rows
        }

    async def contact(self, tenant_id: UUID, customer_id: UUID) -> Contact | None:
        """See ``Contacts``."""
        row = await self._pool.fetchrow(
            "SELECT phone_number, email, calendar_email FROM customer WHERE tenant_id = $1 AND customer_id = $2",
            tenant_id, customer_id,
        )  # fmt: skip
        return Contact(**row) if row else None

    async def keep(
        self, after: str, position: str, messages: Sequence[Message], *, now: datetime
    ) -> Sequence[Message] | None:
        """See ``Notes``."""
        # Other replicas read the same log; one after the other, and each event for one of them.
        if not messages:
            return [] if await self._pool.fetchval(_READ_ON, after, position) else None
        async with self._pool.acquire() as connection, connection.transaction():
            if await _is_forgotten(connection, [each for each in messages if each.address]):
                # Her address was read before that: the same is read again.
                return None
            if not await connection.fetchval(_READ_ON, after, position):
                return None
            by_id = {message.message_id: message for message in messages}
            rows = json.dumps(list(map(to_row, by_id.values())), default=_written)
            made = [by_id[row["message_id"]] for row in await connection.fetch(_KEEP, rows)]
            due = [each for each in made if each.due_time and each.due_time <= now]
            await remind(connection, [reminder_of(each.tenant_id, each.message_id) for each in due])
        return made


async def _is_forgotten(connection: Connection, addressed: Sequence[Message]) -> bool:
    """Whether anybody was since the address was read; from now on nobody is before this is committed."""
    if not addressed:
        return False
    customers = ([each.tenant_id for each in addressed], [each.customer_id for each in addressed])
    await connection.execute(_STAY, *customers)
    return bool(await connection.fetch(_FORGOTTEN, *customers))


def _written(value: UUID | datetime) -> str:
    """As JSON can hold it."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _happening(entry: Entry) -> Happening | None:
    return event_of(entry).happening if entry.kind in _OF_CONCERN else None
