"""Offers to waiting wishes in PostgreSQL: made, kept, booked, ended; each with all that follows from it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from booking.domain.callback import Callback
from booking.domain.option import Span
from booking.domain.vacancy import Candidate, EndedHold, Ending, HeldSlot, OpenOffer, Outcome, Vacancy
from booking.domain.waiting import WaitingChange, WaitingOffer, WaitingState, is_handle
from booking.errors import SlotTakenError
from booking.storage.callbacks import insert_callback, resolve_in_passing
from booking.storage.jobs import remind
from booking.storage.keeping import NUMBER
from booking.storage.vacancies import SqlVacancies, note_look, offer_reminder, open_vacancy
from booking.storage.waiting_documents import SELECT_ENTRIES, entry_from
from booking.storage.waiting_moves import locked, move
from booking.usecases.waiting_options import Offered
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool
from signals.metrics import Counter

_OPEN = f"""
SELECT o.offer_id, o.root_id, o.person_id, o.held_option_id, o.start_time, o.end_time, o.expire_time, found.document,
       coalesce(c.state = 'resolved', true) AS answered
  FROM waitlist_offer o
  JOIN LATERAL ({SELECT_ENTRIES}
         WHERE w.tenant_id = o.tenant_id AND w.waitlist_entry_id = o.waitlist_entry_id) AS found ON true
  LEFT JOIN callback c ON c.tenant_id = o.tenant_id AND c.callback_id = o.callback_id
 WHERE o.tenant_id = $1 AND o.offer_id = $2 AND o.state = 'open'
"""  # noqa: S608 - made of constants


_OFFERED = f"""
SELECT o.offer_id, o.person_id, o.held_option_id, o.start_time, o.state, found.document
  FROM waitlist_offer o
  JOIN LATERAL ({SELECT_ENTRIES}
         WHERE w.tenant_id = o.tenant_id AND w.waitlist_entry_id = o.waitlist_entry_id) AS found ON true
 WHERE o.tenant_id = $1 AND o.option_id = $2 AND o.state <> 'preparing'
"""  # noqa: S608 - made of constants

_offers = Counter(
    "rufbuch_booking_waitlist_offers", "Offers to those who wait: made, and how they ended",
    {"outcome": ("offered", "booked", *(one.value for one in Ending))},
)  # fmt: skip


class SqlOffers(SqlVacancies):
    """The ports of FillVacancy, SettleOffer and WaitingOptions over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        super().__init__(pool)
        self._events = events

    async def offer(
        self, vacancy: Vacancy, candidate: Candidate, held: HeldSlot, offer: WaitingOffer, callback: Callback
    ) -> bool:
        """See ``Vacancies``."""
        now = callback.create_time
        await self._number(vacancy.tenant_id, held)
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                state = await self._state(connection, vacancy.tenant_id, candidate.offer_id)
                if state != "preparing":
                    # Made by another worker: what is held for its owner by now is what it holds.
                    return state == "open"
                outcome = await self._offered(connection, candidate, held, offer, callback)
                await note_look(connection, vacancy, candidate, outcome, now)
        except asyncpg.ExclusionViolationError:
            # Held twice, since the holds were lost in between: whoever was first keeps it.
            await self.looked(vacancy, candidate, Outcome.NOTHING_FREE, now)
            return False
        await self._events.wake()
        if outcome is Outcome.OFFERED:
            _offers.labels("offered").inc()
        return outcome is Outcome.OFFERED

    async def _number(self, tenant_id: UUID, held: HeldSlot) -> None:
        """Occupants that have never been booked have no number yet."""
        occupants = {taken.occupant for taken in held.occupied}
        await self._pool.execute(
            NUMBER, tenant_id,
            [occupant.occupant_id for occupant in occupants], [occupant.kind.value for occupant in occupants],
        )  # fmt: skip

    async def _state(self, connection: Connection, tenant_id: UUID, offer_id: UUID) -> str | None:
        """Where an offer is; from here on nobody else changes it."""
        state: str | None = await connection.fetchval(
            "SELECT state FROM waitlist_offer WHERE tenant_id = $1 AND offer_id = $2 FOR UPDATE",
            tenant_id, offer_id,
        )  # fmt: skip
        return state

    async def _offered(
        self,
        connection: Connection,
        candidate: Candidate,
        held: HeldSlot,
        offer: WaitingOffer,
        callback: Callback,
    ) -> Outcome:
        tenant_id, now = callback.tenant_id, callback.create_time
        entry = await locked(connection, tenant_id, candidate.entry.entry_id)
        if entry is None or entry.state is not WaitingState.WAITING:
            await connection.execute(
                "DELETE FROM waitlist_offer WHERE tenant_id = $1 AND offer_id = $2",
                tenant_id, candidate.offer_id,
            )  # fmt: skip
            return Outcome.NO_LONGER_WAITING
        await self._take(connection, tenant_id, candidate.offer_id, held)
        await connection.execute(
            "UPDATE waitlist_offer SET state = 'open', held_option_id = $3, person_id = $4, start_time = $5,"
            " end_time = $6, expire_time = $7, callback_id = $8, due_at = $9 WHERE tenant_id = $1 AND offer_id = $2",
            tenant_id, candidate.offer_id, held.option_id, offer.person_id, offer.start_time, offer.end_time,
            offer.expire_time, offer.callback_id, now,
        )  # fmt: skip
        await insert_callback(connection, callback, f"waitlist/{candidate.offer_id}")
        await move(connection, entry, entry.offered(offer), WaitingChange(now, f"offered {offer.option_id}"))
        await remind(connection, [offer_reminder(tenant_id, candidate.offer_id, at_once=False)])
        return Outcome.OFFERED

    async def _take(self, connection: Connection, tenant_id: UUID, offer_id: UUID, held: HeldSlot) -> None:
        await connection.executemany(
            "INSERT INTO waitlist_taken (tenant_id, offer_id, occupant_number, span)"
            " SELECT $1, $2, number, occupied_span(number, $4, $5) FROM occupant"
            " WHERE tenant_id = $1 AND occupant_id = $3",
            [
                (tenant_id, offer_id, taken.occupant.occupant_id, taken.span.start_time, taken.span.end_time)
                for taken in sorted(held.occupied, key=lambda taken: taken.occupant.occupant_id)
            ],
        )

    async def open_offer(self, tenant_id: UUID, offer_id: UUID) -> OpenOffer | None:
        """See ``OpenOffers``."""
        row = await self._pool.fetchrow(_OPEN, tenant_id, offer_id)
        if row is None:
            return None
        return OpenOffer(
            offer_id=row["offer_id"],
            root_id=row["root_id"],
            entry=entry_from(row["document"]),
            person_id=row["person_id"],
            held_option_id=row["held_option_id"],
            span=Span(row["start_time"].astimezone(UTC), row["end_time"].astimezone(UTC)),
            expire_time=row["expire_time"].astimezone(UTC),
            answered=row["answered"],
        )

    async def offered(self, tenant_id: UUID, option_id: str) -> Offered | None:
        """See ``Offers``."""
        row = await self._pool.fetchrow(_OFFERED, tenant_id, option_id)
        if row is None:
            return None
        return Offered(
            row["offer_id"], entry_from(row["document"]), row["person_id"], row["held_option_id"],
            row["start_time"].astimezone(UTC), stands=row["state"] == "open",
        )  # fmt: skip

    async def held_anew(self, tenant_id: UUID, offer_id: UUID, held: HeldSlot) -> None:
        """See ``Offers``."""
        await self._number(tenant_id, held)
        async with self._pool.acquire() as connection, connection.transaction():
            if await self._state(connection, tenant_id, offer_id) == "open":
                await self._take_anew(connection, tenant_id, offer_id, held)
            await connection.execute(
                "UPDATE waitlist_offer SET held_option_id = $3 WHERE tenant_id = $1 AND offer_id = $2",
                tenant_id, offer_id, held.option_id,
            )  # fmt: skip

    async def renewed(self, offer: OpenOffer, held: HeldSlot, due_at: datetime) -> None:
        """See ``OpenOffers``."""
        tenant_id = offer.entry.wish.tenant_id
        await self._number(tenant_id, held)
        async with self._pool.acquire() as connection, connection.transaction():
            if await self._state(connection, tenant_id, offer.offer_id) != "open":
                return
            await self._take_anew(connection, tenant_id, offer.offer_id, held)
            await connection.execute(
                "UPDATE waitlist_offer SET held_option_id = $3, due_at = $4 WHERE tenant_id = $1 AND offer_id = $2",
                tenant_id, offer.offer_id, held.option_id, due_at,
            )  # fmt: skip

    async def _take_anew(
        self, connection: Connection, tenant_id: UUID, offer_id: UUID, held: HeldSlot
    ) -> None:
        """Another room may be held for it by now than before. Raises SlotTakenError where that is another offer's."""
        await connection.execute(
            "DELETE FROM waitlist_taken WHERE tenant_id = $1 AND offer_id = $2", tenant_id, offer_id
        )
        try:
            async with connection.transaction():
                await self._take(connection, tenant_id, offer_id, held)
        except asyncpg.ExclusionViolationError as error:
            raise SlotTakenError("what is held for it was offered to somebody else") from error

    async def end(self, offer: OpenOffer, ending: Ending, *, now: datetime, resolution: str) -> None:
        """See ``OpenOffers``."""
        tenant_id, wish = offer.entry.wish.tenant_id, offer.entry.wish
        async with self._pool.acquire() as connection, connection.transaction():
            callback_id = await _ended(connection, tenant_id, offer.offer_id, ending.value, now)
            if callback_id is None:
                return
            entry = await locked(connection, tenant_id, offer.entry.entry_id)
            if entry and entry.state is WaitingState.OFFERED:
                after = entry.let_go(now, in_vain=ending is Ending.UNANSWERED)
                await move(connection, entry, after, WaitingChange(now, ending.value))
            await resolve_in_passing(connection, tenant_id, callback_id, resolution, now)
            span = offer.span
            vacancy = Vacancy(
                tenant_id, f"offer/{offer.offer_id}", None, span.start_time, span.end_time, now,
                offer.root_id, EndedHold(wish.branch_id, offer.offer_id),
            )  # fmt: skip
            await open_vacancy(connection, vacancy, now)
        await self._events.wake()


async def take_up_all(connection: Connection, made: Sequence[Mapping[str, Any]], *, call_id: str) -> None:
    """Of appointments that are made in this transaction, those that were held for waiting wishes."""
    for document in made:
        if is_handle(document["option_id"]):
            now = datetime.fromisoformat(document["create_time"])
            ids = (UUID(document["tenant_id"]), document["option_id"], UUID(document["appointment_id"]))
            await _take_up(connection, *ids, WaitingChange(now, "booked", call_id))


async def _take_up(
    connection: Connection, tenant_id: UUID, option_id: str, appointment_id: UUID, change: WaitingChange
) -> None:
    """What was held for a waiting wish is booked, in the transaction that books it; also where the offer was over."""
    row = await connection.fetchrow(
        "SELECT offer_id, waitlist_entry_id, state FROM waitlist_offer WHERE tenant_id = $1 AND option_id = $2"
        " FOR UPDATE",
        tenant_id, option_id,
    )  # fmt: skip
    if row is None:
        return
    if row["state"] == "open":
        callback_id = await _ended(connection, tenant_id, row["offer_id"], "booked", change.time)
        if callback_id:
            await resolve_in_passing(connection, tenant_id, callback_id, change.reason, change.time)
    else:
        await connection.execute(
            "UPDATE waitlist_offer SET state = 'booked' WHERE tenant_id = $1 AND offer_id = $2",
            tenant_id, row["offer_id"],
        )  # fmt: skip
    await meet(connection, tenant_id, row["waitlist_entry_id"], appointment_id, change)


async def meet(
    connection: Connection, tenant_id: UUID, entry_id: UUID, appointment_id: UUID, change: WaitingChange
) -> None:
    """An appointment came of a wish; nothing happens where it has ended otherwise. What else is offered to it is looked
    at."""
    others = await connection.fetch(
        "UPDATE waitlist_offer SET due_at = $3 WHERE tenant_id = $1 AND waitlist_entry_id = $2 AND state = 'open'"
        " RETURNING offer_id",
        tenant_id, entry_id, change.time,
    )  # fmt: skip
    entry = await locked(connection, tenant_id, entry_id)
    if entry and entry.may_be_booked:
        await move(connection, entry, entry.booked(appointment_id), change)
        await remind(connection, [offer_reminder(tenant_id, row["offer_id"]) for row in others])


async def _ended(
    connection: Connection, tenant_id: UUID, offer_id: UUID, state: str, now: datetime
) -> UUID | None:
    """Its callback, where it stood until now."""
    callback_id: UUID | None = await connection.fetchval(
        "UPDATE waitlist_offer SET state = $3, ended_at = $4"
        " WHERE tenant_id = $1 AND offer_id = $2 AND state = 'open' RETURNING callback_id",
        tenant_id, offer_id, state, now,
    )  # fmt: skip
    if callback_id:
        await connection.execute(
            "DELETE FROM waitlist_taken WHERE tenant_id = $1 AND offer_id = $2", tenant_id, offer_id
        )
        _offers.labels(state).inc()
    return callback_id
