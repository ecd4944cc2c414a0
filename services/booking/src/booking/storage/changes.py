"""Changes appointments in PostgreSQL, with their history and their events."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from booking.domain.appointment import Appointment, State
from booking.domain.change import Change
from booking.domain.policy import Fee
from booking.storage import event_kinds
from booking.storage.documents import SELECT_DOCUMENTS, from_document, to_document
from booking.usecases.change_appointment import Standing
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from signals.tracing import current_traceparent

_KINDS = {
    State.CANCELLED: event_kinds.CANCELLED,
    State.COMPLETED: event_kinds.COMPLETED,
    State.NO_SHOW: event_kinds.NO_SHOW,
}

_STANDING = f"""
SELECT found.document, last.fee_minor, last.fee_currency, (
    SELECT count(*) FROM appointment_change c
     WHERE c.tenant_id = $1 AND c.customer_id = (found.document->'customer'->>'customer_id')::uuid
       AND c.state_after = 'cancelled' AND c.operator IS NULL AND c.changed_at > $3
) AS cancellations
FROM ({SELECT_DOCUMENTS} WHERE a.tenant_id = $1 AND a.appointment_id = $2) AS found
LEFT JOIN appointment_change last ON last.tenant_id = $1 AND last.appointment_id = $2
                                 AND last.version = (found.document->>'version')::integer
"""  # noqa: S608 - made of constants

HISTORY = """
    INSERT INTO appointment_change (
        tenant_id, appointment_id, version, customer_id, changed_at, call_id, operator, reason, state_before,
        state_after, before, after, fee_minor, fee_currency)
    SELECT c.* FROM {changed}, jsonb_to_record({change}::jsonb)
           AS c(tenant_id uuid, appointment_id uuid, version integer, customer_id uuid, changed_at timestamptz,
                call_id text, operator text, reason text, state_before text, state_after text, before jsonb,
                after jsonb, fee_minor bigint, fee_currency text)
"""

_CHANGE = f"""
WITH changed AS (
    UPDATE appointment SET state = $4, version = version + 1
     WHERE tenant_id = $1 AND appointment_id = $2 AND version = $3 AND name_given = $9::jsonb->>'booked_for'
    RETURNING tenant_id, appointment_id
),
freed AS (
    DELETE FROM occupancy USING changed
     WHERE occupancy.tenant_id = changed.tenant_id AND occupancy.appointment_id = changed.appointment_id
),
noted AS ({HISTORY.format(changed="changed", change="$5")}),
told AS (
    INSERT INTO event (recorded_at, traceparent, kind, payload) SELECT $6, $7, $8, $9::jsonb FROM changed
)
SELECT count(*) FROM changed
"""  # noqa: S608 - made of constants
"""One statement is one transaction; 0 where the version is another by now, or the customer was forgotten since it was read."""


class SqlChanges:
    """The port of ChangeAppointment over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def standing(self, tenant_id: UUID, appointment_id: UUID, *, since: datetime) -> Standing | None:
        """See ``Changes``."""
        row = await self._pool.fetchrow(_STANDING, tenant_id, appointment_id, since)
        if row is None:
            return None
        fee = Fee(row["fee_minor"] or 0, row["fee_currency"] or "")
        return Standing(from_document(row["document"]), row["cancellations"], fee)

    async def commit(self, before: Appointment, after: Appointment, change: Change) -> bool:
        """See ``Changes``."""
        changed = await self._pool.fetchval(
            _CHANGE,
            before.tenant_id,
            before.appointment_id,
            before.version,
            after.state.value,
            json.dumps(history(before, after, change)),
            change.time,
            current_traceparent(),
            _KINDS[after.state],
            json.dumps(to_document(after)),
        )
        if changed:
            await self._events.wake()
        return bool(changed)


def history(before: Appointment, after: Appointment, change: Change) -> dict[str, Any]:
    """The row of the history. Whose it is stands beside it, not in it: names can be forgotten."""
    return {
        "tenant_id": str(before.tenant_id),
        "appointment_id": str(before.appointment_id),
        "version": after.version,
        "customer_id": str(before.customer.customer_id),
        "changed_at": change.time.isoformat(),
        "call_id": change.actor.call_id,
        "operator": change.actor.operator,
        "reason": change.reason,
        "state_before": before.state.value,
        "state_after": after.state.value,
        "before": _without_customer(before),
        "after": _without_customer(after),
        "fee_minor": change.fee.minor,
        "fee_currency": change.fee.currency,
    }


def _without_customer(appointment: Appointment) -> dict[str, Any]:
    personal = {"customer", "booked_for", "overbooking_reason"}
    return {key: value for key, value in to_document(appointment).items() if key not in personal}
