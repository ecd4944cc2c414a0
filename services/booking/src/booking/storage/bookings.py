"""Books in PostgreSQL, and remembers what wishes were answered with."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg

from booking.domain.appointment import Appointment
from booking.domain.messages.contact import Contact
from booking.domain.waiting import is_handle
from booking.domain.wish import Wish
from booking.errors import SlotTakenError
from booking.storage.book_statement import BOOK
from booking.storage.documents import SELECT_DOCUMENTS, Document, customer_from, from_document, to_document
from booking.storage.occupants import as_array, days_of, number, occupants_of
from booking.storage.waiting_offers import take_up_all
from booking.usecases.book_appointment import Answer
from chassis.errors import ServiceError
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from signals.tracing import current_traceparent

ONCE_PER_OPTION = "appointment_once_per_option"
HAS_A_PART = "this call has one of the options already, without the others"
REMEMBERED = 4096
"""So many keys of wishes that it has tried to book a process knows; more would only save late repetitions a claim."""
ATTEMPTS = 4
"""The first finds no number for an occupant who has never been booked, or another name; the second may come after a twin."""

_ANSWERED = """
SELECT to_jsonb(answered) FROM (
    SELECT appointment_id, fingerprint, true AS by_request FROM booking_request
     WHERE tenant_id = $1 AND request_id = $2
    UNION ALL
    SELECT CASE WHEN $6 THEN coalesce(party_id, appointment_id) ELSE appointment_id END, $5, false FROM appointment
     WHERE tenant_id = $1 AND call_id = $3 AND option_id = $4 AND state = 'booked'
    ORDER BY by_request DESC LIMIT 1
) AS answered
"""
"""Nearly always there is nothing, of which whoever is refused waits to hear: so what was made is looked up by itself."""

_MADE = f"""
{SELECT_DOCUMENTS}
 WHERE a.tenant_id = $1 AND (a.appointment_id = $2 OR $3 AND a.party_id = $2)
 ORDER BY a.party_position
"""

_REMEMBER = """
INSERT INTO booking_request (tenant_id, request_id, fingerprint, appointment_id, answered_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, request_id) DO NOTHING
"""


class SqlBookings:
    """The port of BookAppointment over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events
        self._tried: dict[object, None] = {}
        """The oldest first."""
        self._answers = False

    def may_know(self, wish: Wish) -> bool:
        """See ``Bookings``. Also where the database has not answered of late: then nothing is claimed in vain."""
        return not self._answers or any(key in self._tried for key in _keys(wish))

    async def answer_to(self, wish: Wish, *, now: datetime) -> Answer | None:
        """See ``Bookings``."""
        with self._reaching():
            return await self._answer_to(wish, now)

    async def _answer_to(self, wish: Wish, now: datetime) -> Answer | None:
        found = await self._pool.fetchval(
            _ANSWERED,
            wish.tenant_id,
            wish.request_id,
            wish.call_id,
            wish.option_id,
            wish.fingerprint,
            bool(wish.more),
        )
        if found is None:
            return None
        answered = json.loads(found)
        rows = await self._pool.fetch(
            _MADE, wish.tenant_id, UUID(answered["appointment_id"]), bool(wish.more)
        )
        if not rows:
            # Cleared away with its answer since then.
            return None
        documents = [json.loads(row["document"]) for row in rows]
        made = tuple(map(from_document, documents))
        if not answered["by_request"]:
            if tuple(document["option_id"] for document in documents) != wish.option_ids:
                raise SlotTakenError(HAS_A_PART)
            first_id = made[0].appointment_id
            await self._pool.execute(
                _REMEMBER, wish.tenant_id, wish.request_id, wish.fingerprint, first_id, now
            )
        return Answer(made, answered["fingerprint"], repeated=True)

    async def commit(self, wish: Wish, agreed: Sequence[Appointment]) -> Answer:
        """See ``Bookings``."""
        # Before it is tried: whoever does not hear how that ended asks again.
        self._tried.update(dict.fromkeys(_keys(wish)))
        while len(self._tried) > REMEMBERED:
            del self._tried[next(iter(self._tried))]
        with self._reaching():
            return await self._commit(wish, agreed)

    async def _commit(self, wish: Wish, agreed: Sequence[Appointment]) -> Answer:
        for _ in range(ATTEMPTS):
            booked = await self._book(wish, agreed)
            if booked:
                await self._events.wake()
                return booked
            answer = await self._answer_to(wish, agreed[0].create_time)
            if answer:
                return answer
            agreed = await number(self._pool, agreed)
        if wish.more:
            raise SlotTakenError(HAS_A_PART)
        raise RuntimeError("a booking that was neither made now nor before")

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Remember whether the database answers."""
        try:
            yield
        except ServiceError:
            raise
        except BaseException:
            self._answers = False
            raise
        self._answers = True

    async def _booked(self, wish: Wish, agreed: Sequence[Appointment]) -> str | None:
        """What the statement answers; what was held for a waiting wish is taken up in the same transaction."""
        documents = [to_document(appointment) for appointment in agreed]
        arguments = _arguments(wish, agreed, documents)
        if not any(map(is_handle, wish.option_ids)):
            customer: str | None = await self._pool.fetchval(BOOK, *arguments)
            return customer
        async with self._pool.acquire() as connection, connection.transaction():
            customer = await connection.fetchval(BOOK, *arguments)
            if customer:
                made = [
                    document | {"option_id": option_id}
                    for document, option_id in zip(documents, wish.option_ids, strict=True)
                ]
                await take_up_all(connection, made, call_id=wish.call_id)
        return customer

    async def _book(self, wish: Wish, agreed: Sequence[Appointment]) -> Answer | None:
        """The appointments with the customer as known; None: the statement found nothing to do."""
        try:
            customer = await self._booked(wish, agreed)
        except asyncpg.ExclusionViolationError as error:
            raise SlotTakenError("somebody else has the time") from error
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != ONCE_PER_OPTION:
                raise
            return None
        if customer is None:
            return None
        whose = json.loads(customer)
        contact = Contact(whose["phone_number"], whose.pop("email"), whose["calendar_email"])
        known = customer_from(whose)
        made = tuple(agreed)
        if known != agreed[0].customer:
            made = tuple(replace(appointment, customer=known) for appointment in agreed)
        return Answer(made, wish.fingerprint, repeated=False, contact=contact)


def _keys(wish: Wish) -> Iterator[object]:
    """By what the wish is known again: its request, or its call and option."""
    yield wish.tenant_id, wish.request_id
    yield wish.tenant_id, wish.call_id, wish.option_id


def _arguments(
    wish: Wish, agreed: Sequence[Appointment], documents: Sequence[Document]
) -> tuple[object, ...]:
    """Of the statement, in its order."""
    return (
        json.dumps(documents),
        json.dumps(wish.option_ids),
        wish.tenant_id,
        as_array(occupants_of(agreed)),
        as_array(days_of(agreed)),
        wish.request_id,
        wish.fingerprint,
        agreed[0].appointment_id,
        agreed[0].create_time,
        wish.call_id,
        current_traceparent(),
        wish.customer_email,
        wish.email_confirmed,
    )
