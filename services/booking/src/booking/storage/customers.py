"""Customers in PostgreSQL."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from booking.domain.regular import LAST, Regular, usual
from booking.errors import AppointmentsAheadError
from booking.storage.callback_documents import callback_from
from booking.storage.documents import SELECT_DOCUMENTS, customer_from, from_document
from booking.storage.event_kinds import CUSTOMER_ERASED
from booking.storage.forgetting import ALONE, FORGET, OF_CUSTOMER
from booking.storage.messages.rows import message_from
from booking.storage.waiting_forgetting import forget_waiting, waiting_of
from booking.usecases.customers import Stored
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool

_FIND = f"""
SELECT to_jsonb(who) AS customer, (
    SELECT document FROM ({SELECT_DOCUMENTS}
        WHERE a.tenant_id = $1 AND a.customer_id = who.customer_id AND a.state = 'booked' AND a.start_time > $3
        ORDER BY a.start_time LIMIT 1) AS ahead
) AS next, to_json(ARRAY(
    SELECT ARRAY[a.service_id, a.person_id] FROM appointment a
     WHERE a.tenant_id = $1 AND a.customer_id = who.customer_id AND a.state IN ('booked', 'completed')
     ORDER BY a.start_time DESC LIMIT {LAST}
)) AS last
FROM customer who WHERE who.tenant_id = $1 AND who.known_by = $2
"""  # noqa: S608 - made of constants

_PROMISED = f"SELECT to_jsonb(callback) AS document FROM callback WHERE {OF_CUSTOMER} ORDER BY due_time"  # noqa: S608 - made of constants

_WRITTEN = "SELECT * FROM message WHERE tenant_id = $1 AND customer_id = $2 ORDER BY create_time, message_id"


class SqlCustomers:
    """The port of the customer use cases over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def find(self, tenant_id: UUID, phone_number: str, *, now: datetime) -> Regular | None:
        """See ``Customers``."""
        row = await self._pool.fetchrow(_FIND, tenant_id, phone_number, now)
        if row is None:
            return None
        last = [(UUID(service_id), UUID(person_id)) for service_id, person_id in json.loads(row["last"])]
        return Regular(
            customer_from(json.loads(row["customer"])),
            from_document(row["next"]) if row["next"] else None,
            usual(service_id for service_id, _ in last),
            usual(person_id for _, person_id in last),
        )

    async def everything(self, tenant_id: UUID, customer_id: UUID) -> Stored | None:
        """See ``Customers``."""
        ids = (tenant_id, customer_id)
        who = await self._pool.fetchval(
            "SELECT to_jsonb(c) FROM customer c WHERE tenant_id = $1 AND customer_id = $2", *ids
        )
        if who is None:
            return None
        theirs = "WHERE a.tenant_id = $1 AND a.customer_id = $2 ORDER BY a.start_time, a.appointment_id"
        made = await self._pool.fetch(f"{SELECT_DOCUMENTS} {theirs}", *ids)
        promised = await self._pool.fetch(_PROMISED, *ids)
        written = await self._pool.fetch(_WRITTEN, *ids)
        return Stored(
            customer_from(json.loads(who)),
            [from_document(row["document"]) for row in made],
            [callback_from(row["document"]) for row in promised],
            await waiting_of(self._pool, *ids),
            [message_from(dict(row)) for row in written],
        )

    async def erase(
        self, tenant_id: UUID, customer_id: UUID, *, operator: str, now: datetime
    ) -> Mapping[str, int] | None:
        """See ``Customers``."""
        async with self._pool.acquire() as connection, connection.transaction():
            erased = await forget_customer(
                connection, self._events, tenant_id, customer_id, operator=operator, now=now
            )
        await self._events.wake()
        return erased


async def forget_customer(
    connection: Connection,
    events: EventLog,
    tenant_id: UUID,
    customer_id: UUID,
    *,
    operator: str,
    now: datetime,
) -> Mapping[str, int] | None:
    """All that is ours of a customer, in a transaction of the caller's; see ``Customers.erase``."""
    # Whoever books for the customer waits for this row.
    known = await connection.fetchval(
        "SELECT true FROM customer WHERE tenant_id = $1 AND customer_id = $2 FOR UPDATE",
        tenant_id, customer_id,
    )  # fmt: skip
    if not known:
        return None
    await _must_have_nothing_ahead(connection, tenant_id, customer_id, now)
    erased: Counter[str] = Counter()
    erased["waitlist_entry"] = await forget_waiting(
        connection, tenant_id, customer_id, operator=operator, now=now
    )
    for statement in ALONE:
        await connection.execute(statement, tenant_id, customer_id)
    for table, statement in FORGET:
        erased[table] += _rows(await connection.execute(statement, tenant_id, customer_id))
    if any(erased.values()):
        payload = {"tenant_id": str(tenant_id), "customer_id": str(customer_id), "operator": operator}
        await events.append(connection, CUSTOMER_ERASED, payload, now=now)
    return erased


async def _must_have_nothing_ahead(
    connection: Connection, tenant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    ahead = await connection.fetchval(
        "SELECT count(*) FROM appointment"
        " WHERE tenant_id = $1 AND customer_id = $2 AND state = 'booked' AND end_time > $3",
        tenant_id, customer_id, now,
    )  # fmt: skip
    if ahead:
        raise AppointmentsAheadError("the customer still has appointments ahead")


def _rows(status: str) -> int:
    return int(status.removeprefix("UPDATE "))
