"""What is stored of a customer on the waiting list, and how it is forgotten."""

from datetime import datetime
from uuid import UUID

from booking.domain.waiting import WaitingChange, WaitingEntry, WaitingState
from booking.storage.forgetting import NOBODY
from booking.storage.vacancies import offers_of_entry_are_due
from booking.storage.waiting_documents import SELECT_ENTRIES, entry_from
from booking.storage.waiting_moves import locked, move
from chassis.postgres import Connection, Pool

_THEIRS = """tenant_id = $1 AND (
    phone_number = (SELECT phone_number FROM customer WHERE tenant_id = $1 AND customer_id = $2)
    OR appointment_id IN (SELECT appointment_id FROM appointment WHERE tenant_id = $1 AND customer_id = $2))"""
_OF_CUSTOMER = f"w.waitlist_entry_id IN (SELECT waitlist_entry_id FROM waitlist_entry WHERE {_THEIRS})"  # noqa: S608 - made of constants
_STANDS = (WaitingState.WAITING, WaitingState.OFFERED)

_EVENTS = f"""
UPDATE event SET payload = payload || '{{"phone_number": "", "customer_name": "{NOBODY}"}}'
 WHERE payload->>'tenant_id' = $1::uuid::text
   AND payload->>'waitlist_entry_id' IN (SELECT waitlist_entry_id::text FROM waitlist_entry WHERE {_THEIRS})
   AND payload ? 'customer_name'
"""  # noqa: S608 - made of constants
_ENTRIES = f"""
UPDATE waitlist_entry SET phone_number = '', customer_name = '{NOBODY}', fingerprint = 'forgotten' WHERE {_THEIRS} AND phone_number <> ''
"""  # noqa: S608 - made of constants
_REASONS = f"""
UPDATE waitlist_change c SET reason = '' FROM waitlist_entry w
 WHERE c.tenant_id = w.tenant_id AND c.waitlist_entry_id = w.waitlist_entry_id AND c.call_id IS NOT NULL
   AND w.tenant_id = $1 AND {_OF_CUSTOMER}
"""  # noqa: S608 - made of constants


async def waiting_of(connection: Connection | Pool, tenant_id: UUID, customer_id: UUID) -> list[WaitingEntry]:
    """All wishes of a customer, by number or by the appointment that came of them; who joined first, first."""
    rows = await connection.fetch(
        f"{SELECT_ENTRIES} WHERE w.tenant_id = $1 AND {_OF_CUSTOMER} ORDER BY w.place", tenant_id, customer_id
    )
    return [entry_from(row["document"]) for row in rows]


async def forget_waiting(
    connection: Connection, tenant_id: UUID, customer_id: UUID, *, operator: str, now: datetime
) -> int:
    """Take back what stands, and overwrite names, numbers and words; the number of wishes. The customer is overwritten
    after it: wishes are found by the number."""
    for entry in await waiting_of(connection, tenant_id, customer_id):
        await offers_of_entry_are_due(connection, entry, now)
        standing = await locked(connection, tenant_id, entry.entry_id)
        if standing and standing.state in _STANDS:
            change = WaitingChange(now, "the customer was forgotten", operator=operator)
            await move(connection, standing, standing.withdrawn(), change)
    for statement in (_EVENTS, _REASONS):
        await connection.execute(statement, tenant_id, customer_id)
    forgotten: str = await connection.execute(_ENTRIES, tenant_id, customer_id)
    return int(forgotten.removeprefix("UPDATE "))
