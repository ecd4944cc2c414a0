"""Moves appointments in PostgreSQL, and remembers what wishes were answered with."""

import json
from dataclasses import replace

import asyncpg

from booking.domain.appointment import Appointment
from booking.domain.change import Change, Moved, MoveOrder
from booking.domain.policy import Fee
from booking.domain.waiting import is_handle
from booking.errors import RequestIdReusedError, SlotTakenError
from booking.storage.changes import HISTORY, history
from booking.storage.documents import SELECT_DOCUMENTS, from_document, to_document
from booking.storage.event_kinds import RESCHEDULED
from booking.storage.keeping import KEPT, LOCKED
from booking.storage.occupants import as_array, days_of, number, occupants_of
from booking.storage.waiting_offers import take_up_all
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from signals.tracing import current_traceparent

_ANSWERED = {"booking_request_pkey", "appointment_once_per_option"}

_MOVE = f"""
WITH {LOCKED.format(days="$14")},
moved AS (
    UPDATE appointment SET state = 'rescheduled', version = version + 1, rescheduled_to_id = $6 FROM ready
     WHERE tenant_id = $2 AND appointment_id = $10 AND version = $11
    RETURNING customer_id, name_given
),
request AS (
    INSERT INTO booking_request (tenant_id, request_id, fingerprint, appointment_id, answered_at)
    SELECT $2, $4, $5, $6, $7 FROM moved
),
freed AS (
    DELETE FROM occupancy USING moved WHERE tenant_id = $2 AND appointment_id = $10 RETURNING 1
),
whose AS (
    -- The count is there to have the old time free before the new one, which may overlap it, is taken.
    SELECT customer_id, name_given AS name FROM moved WHERE (SELECT count(*) FROM freed) >= 0
),
{KEPT},
noted AS ({HISTORY.format(changed="moved", change="$12")}),
told AS (
    INSERT INTO event (recorded_at, traceparent, kind, payload) SELECT $7, $9, '{RESCHEDULED}', $13::jsonb FROM moved
)
SELECT count(*) FROM moved
"""  # noqa: S608 - made of constants
"""One statement is one transaction and one round trip. 0 where the version is another by now, or an occupant has no
number yet. Raises an exclusion violation where the new time is taken; then the old one stands."""

_ANSWER = f"""
WITH answered AS (
    SELECT appointment_id, fingerprint, true AS by_request FROM booking_request
     WHERE tenant_id = $1 AND request_id = $2
    UNION ALL
    SELECT appointment_id, $5, false FROM appointment
     WHERE tenant_id = $1 AND call_id = $3 AND option_id = $4 AND state = 'booked' AND rescheduled_from_id = $6
    ORDER BY by_request DESC LIMIT 1
)
SELECT answered.fingerprint, made.document AS made, gone.document AS gone, change.fee_minor, change.fee_currency
  FROM answered,
       LATERAL ({SELECT_DOCUMENTS} WHERE a.tenant_id = $1 AND a.appointment_id = answered.appointment_id) AS made
  LEFT JOIN LATERAL ({SELECT_DOCUMENTS} WHERE a.tenant_id = $1 AND a.appointment_id = $6) AS gone ON true
  LEFT JOIN appointment_change change ON change.tenant_id = $1 AND change.appointment_id = $6
                                     AND change.state_after = 'rescheduled' AND change.state_before = 'booked'
"""  # noqa: S608 - made of constants


class SqlMoves:
    """The port of MoveAppointment over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def answer_to(self, order: MoveOrder) -> Moved | None:
        """See ``Moves``."""
        offer = order.offer
        row = await self._pool.fetchrow(
            _ANSWER,
            offer.tenant_id,
            order.request_id,
            offer.call_id,
            offer.option_id,
            order.fingerprint,
            order.order.appointment_id,
        )
        if row is None:
            return None
        if row["fingerprint"] != order.fingerprint:
            raise RequestIdReusedError("the request_id was used for something else")
        fee = Fee(row["fee_minor"], row["fee_currency"])
        return Moved(from_document(row["gone"]), from_document(row["made"]), fee, repeated=True)

    async def commit(
        self, order: MoveOrder, before: Appointment, moved: Moved, change: Change
    ) -> Moved | None:
        """See ``Moves``."""
        if await self._commit(order, before, moved, change):
            return moved
        (named,) = await number(self._pool, (moved.appointment,))
        if named == moved.appointment:
            return None
        renamed = replace(moved, appointment=named)
        return renamed if await self._commit(order, before, renamed, change) else None

    async def _commit(self, order: MoveOrder, before: Appointment, moved: Moved, change: Change) -> bool:
        try:
            done = await self._moved(order, *_arguments(order, before, moved, change))
        except asyncpg.ExclusionViolationError as error:
            raise SlotTakenError("somebody else has the time") from error
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name not in _ANSWERED:
                raise
            return False
        if done:
            await self._events.wake()
        return bool(done)

    async def _moved(self, order: MoveOrder, *arguments: object) -> int:
        """What the statement answers; what was held for a waiting wish is taken up in the same transaction."""
        if not is_handle(order.offer.option_id):
            return int(await self._pool.fetchval(_MOVE, *arguments))
        async with self._pool.acquire() as connection, connection.transaction():
            done = int(await connection.fetchval(_MOVE, *arguments))
            if done:
                await take_up_all(connection, json.loads(str(arguments[0])), call_id=order.offer.call_id)
        return done


def _arguments(order: MoveOrder, before: Appointment, moved: Moved, change: Change) -> list[object]:
    successor = moved.appointment
    document = to_document(successor)
    told = {"previous": to_document(moved.previous), "appointment": document}
    return [
        json.dumps([document | {"option_id": order.offer.option_id}]),
        before.tenant_id,
        as_array(occupants_of((before, successor))),
        order.request_id,
        order.fingerprint,
        successor.appointment_id,
        change.time,
        order.offer.call_id,
        current_traceparent(),
        before.appointment_id,
        before.version,
        json.dumps(history(before, moved.previous, change)),
        json.dumps(told),
        # Of both: two that swap their times would wait for each other otherwise.
        as_array(days_of((before, successor))),
    ]
