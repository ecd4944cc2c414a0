"""How a waiting wish comes into another state: with its history and its event, in the transaction of whoever does it."""

import json
from uuid import UUID

from booking.domain.waiting import WaitingChange, WaitingEntry
from booking.storage.event_kinds import WAITLIST_ENTRY_CHANGED
from booking.storage.waiting_documents import SELECT_ENTRIES, entry_from, to_entry_document
from chassis.postgres import Connection
from signals.tracing import current_traceparent

NOTE = """
    INSERT INTO waitlist_change (
        tenant_id, waitlist_entry_id, version, changed_at, call_id, operator, reason, state_before, state_after)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
TELL = f"""
    INSERT INTO event (recorded_at, traceparent, kind, payload) VALUES ($1, $2, '{WAITLIST_ENTRY_CHANGED}', $3::jsonb)
"""  # noqa: S608 - the one value in it is a constant


async def move(
    connection: Connection, before: WaitingEntry, after: WaitingEntry, change: WaitingChange
) -> bool:
    """Keep it. False, and nothing kept: it is in another version by now."""
    moved = await connection.execute(
        "UPDATE waitlist_entry SET state = $4, version = $5, unanswered = $6, appointment_id = $7"
        " WHERE tenant_id = $1 AND waitlist_entry_id = $2 AND version = $3",
        before.wish.tenant_id, before.entry_id, before.version, after.state.value, after.version, after.unanswered,
        after.appointment_id,
    )  # fmt: skip
    if moved != "UPDATE 1":
        return False
    await tell(connection, before, after, change)
    return True


async def tell(
    connection: Connection, before: WaitingEntry | None, after: WaitingEntry, change: WaitingChange
) -> None:
    """Write the history and the event. ``before`` None: it was noted just now."""
    await connection.execute(
        NOTE, after.wish.tenant_id, after.entry_id, after.version, change.time, change.call_id, change.operator,
        change.reason, before.state.value if before else None, after.state.value,
    )  # fmt: skip
    document = json.dumps(to_entry_document(after))
    await connection.execute(TELL, change.time, current_traceparent(), document)


async def locked(connection: Connection, tenant_id: UUID, entry_id: UUID) -> WaitingEntry | None:
    """The entry, which nobody else changes until the transaction ends."""
    document = await connection.fetchval(
        f"{SELECT_ENTRIES} WHERE w.tenant_id = $1 AND w.waitlist_entry_id = $2 FOR NO KEY UPDATE OF w",
        tenant_id, entry_id,
    )  # fmt: skip
    return entry_from(document) if document else None
