"""Books in PostgreSQL, and remembers what wishes were answered with."""

import json
from dataclasses import replace
from datetime import datetime

import asyncpg

from booking.domain.appointment import Appointment
from booking.domain.wish import Wish
from booking.errors import SlotTakenError
from booking.storage.book_statement import BOOK, NUMBER_PERSON
from booking.storage.documents import SELECT_DOCUMENTS, customer_from, from_document, to_document
from booking.usecases.book_appointment import Answer
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from chassis.telemetry import current_traceparent

ONCE_PER_OPTION = "appointment_once_per_option"
ATTEMPTS = 3
"""The first finds no number for a person who has never been booked, the second may come after a twin."""

_ANSWER = f"""
WITH answered AS (
    SELECT appointment_id, fingerprint, true AS by_request FROM booking_request
     WHERE tenant_id = $1 AND request_id = $2
    UNION ALL
    SELECT appointment_id, $5, false FROM appointment
     WHERE tenant_id = $1 AND call_id = $3 AND option_id = $4 AND state = 'booked'
    ORDER BY by_request DESC LIMIT 1
)
SELECT found.document, answered.fingerprint, answered.by_request FROM answered, LATERAL (
    {SELECT_DOCUMENTS} WHERE a.tenant_id = $1 AND a.appointment_id = answered.appointment_id
) AS found
"""  # noqa: S608 - made of constants

_REMEMBER = """
INSERT INTO booking_request (tenant_id, request_id, fingerprint, appointment_id, answered_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, request_id) DO NOTHING
"""


class SqlBookings:
    """The port of BookAppointment over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def answer_to(self, wish: Wish, *, now: datetime) -> Answer | None:
        """See ``Bookings``."""
        row = await self._pool.fetchrow(
            _ANSWER, wish.tenant_id, wish.request_id, wish.call_id, wish.option_id, wish.fingerprint
        )
        if row is None:
            return None
        answer = Answer(from_document(row["document"]), row["fingerprint"], repeated=True)
        if not row["by_request"]:
            appointment_id = answer.appointment.appointment_id
            await self._pool.execute(
                _REMEMBER, wish.tenant_id, wish.request_id, wish.fingerprint, appointment_id, now
            )
        return answer

    async def commit(self, wish: Wish, agreed: Appointment) -> Answer:
        """See ``Bookings``."""
        for _ in range(ATTEMPTS):
            booked = await self._book(wish, agreed)
            if booked:
                await self._events.wake()
                return Answer(booked, wish.fingerprint, repeated=False)
            answer = await self.answer_to(wish, now=agreed.create_time)
            if answer:
                return answer
            await self._pool.execute(NUMBER_PERSON, agreed.tenant_id, agreed.person_id)
        raise RuntimeError("a booking that was neither made now nor before")

    async def _book(self, wish: Wish, agreed: Appointment) -> Appointment | None:
        """The appointment with the customer as known; None where the statement found nothing to do."""
        try:
            customer = await self._pool.fetchval(
                BOOK,
                json.dumps(to_document(agreed)),
                agreed.tenant_id,
                agreed.person_id,
                wish.request_id,
                wish.fingerprint,
                agreed.appointment_id,
                agreed.create_time,
                wish.call_id,
                wish.option_id,
                current_traceparent(),
            )
        except asyncpg.ExclusionViolationError as error:
            raise SlotTakenError("somebody else has the time") from error
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != ONCE_PER_OPTION:
                raise
            return None
        return replace(agreed, customer=customer_from(json.loads(customer))) if customer else None
