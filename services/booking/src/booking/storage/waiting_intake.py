"""What the log tells the waiting list, stored together with how far it was read."""

import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime

from booking.domain.appointment import Appointment
from booking.domain.event import Event
from booking.domain.option import PhaseKind
from booking.domain.vacancy import FreedTime, Vacancy
from booking.domain.waiting import WaitingChange
from booking.storage.events import event_of, is_known
from booking.storage.vacancies import open_vacancy
from booking.storage.waiting_documents import SELECT_ENTRIES, entry_from
from booking.storage.waiting_offers import meet
from booking.usecases.notice_changes import Noticed, Unread
from chassis import eventlog
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool, reaching_storage
from signals.metrics import Counter

GATHER_S = 0.1
"""How long more events come together before they are taken in: who waits for days does not notice, the calls beside do."""
_log = logging.getLogger(__name__)
_not_understood = Counter(
    "rufbuch_booking_events_not_understood",
    "Events of a newer version of this service: they stand in the log, but were without effect on the waiting list here",
)
_WAITING = f"""
{SELECT_ENTRIES} WHERE w.tenant_id = $1 AND w.phone_number = $2 AND w.state IN ('waiting', 'offered') ORDER BY w.place
"""
_READ_ON = """
UPDATE waitlist_stream SET position = $2 WHERE position = $1 AND NOT EXISTS (
    SELECT FROM unnest($3::uuid[], $4::text[]) AS booked(tenant_id, phone_number)
      JOIN waitlist_entry w USING (tenant_id, phone_number) WHERE w.state IN ('waiting', 'offered'))
"""
"""Nearly always nobody waits who has booked, and then this is all: one statement that nothing follows from."""
_TOOK_DEVICES = """
SELECT EXISTS (
    SELECT 1 FROM appointment_change c, jsonb_array_elements(c.before->'occupied') AS o(taken)
     WHERE c.tenant_id = $1 AND c.appointment_id = $2 AND c.state_after IN ('cancelled', 'rescheduled')
       AND taken ? 'resource_id')
"""


class SqlIntake:
    """The port of the follower over the service's own schema."""

    def __init__(self, pool: Pool, events: EventLog) -> None:
        self._pool, self._events = pool, events

    async def unread(self) -> Unread:
        """See ``Intake``."""
        with reaching_storage():
            after = await self._position()
            entries = await self._events.read(after)
        return Unread(after, entries[-1].position if entries else after, list(_understood(entries)))

    async def follow(self) -> AsyncGenerator[Unread, None]:
        """See ``Intake``."""
        with reaching_storage():
            after = await self._position()
            async with aclosing(self._events.batches(after, gather_s=GATHER_S)) as batches:
                async for entries in batches:
                    yield Unread(after, entries[-1].position, list(_understood(entries)))
                    after = entries[-1].position

    async def _position(self) -> str:
        position: str = await self._pool.fetchval("SELECT position FROM waitlist_stream")
        return position

    async def record(self, after: str, noticed: Sequence[Noticed], position: str, now: datetime) -> bool:
        """See ``Intake``."""
        with reaching_storage():
            if await self._read_on(after, noticed, position):
                return True
            async with self._pool.acquire() as connection, connection.transaction():
                moved = await connection.execute(
                    "UPDATE waitlist_stream SET position = $2 WHERE position = $1", after, position
                )
                if moved != "UPDATE 1":
                    return False
                told = [await self._noticed(connection, each, now) for each in noticed]
        if any(told):
            await self._events.wake()
        return True

    async def _read_on(self, after: str, noticed: Sequence[Noticed], position: str) -> bool:
        """Whether it is kept that nothing follows. False: something may, or somebody else has read on."""
        if any(each.freed for each in noticed):
            return False
        booked = [each.booked for each in noticed if each.booked and each.booked.customer.phone_number]
        moved = await self._pool.execute(
            _READ_ON, after, position, [one.tenant_id for one in booked],
            [one.customer.phone_number for one in booked],
        )  # fmt: skip
        return moved == "UPDATE 1"

    async def _noticed(self, connection: Connection, noticed: Noticed, now: datetime) -> bool:
        """Whether anything came of it."""
        if noticed.freed:
            await self._came_free(connection, noticed.freed, now)
        met = await self._was_booked(connection, noticed.booked, now) if noticed.booked else False
        return bool(noticed.freed) or met

    async def _came_free(self, connection: Connection, freed: Appointment, now: datetime) -> None:
        tenant_id, appointment_id = freed.tenant_id, freed.appointment_id
        # A room that came free may be what somebody else lacked.
        devices = await connection.fetchval(_TOOK_DEVICES, tenant_id, appointment_id)
        people = {phase.person_id for phase in freed.phases if phase.kind is not PhaseKind.GAP_FREE}
        vacancy = Vacancy(
            tenant_id=tenant_id,
            cause=f"freed/{appointment_id}",
            person_ids=None if devices else tuple(sorted(people)),
            start_time=freed.span.start_time,
            end_time=freed.span.end_time,
            due_at=now,
            freed=FreedTime(
                freed.branch_id, freed.service_id, freed.person_id, freed.span.start_time, appointment_id
            ),
        )
        await open_vacancy(connection, vacancy, now)

    async def _was_booked(self, connection: Connection, booked: Appointment, now: datetime) -> bool:
        """Whether somebody waited for just that."""
        number, anybody = booked.customer.phone_number, False
        if not number:
            return False
        for row in await connection.fetch(_WAITING, booked.tenant_id, number):
            entry = entry_from(row["document"])
            # What was there before is not what is waited for.
            if entry.create_time <= booked.create_time and entry.wish.is_met_by(booked):
                change = WaitingChange(now, f"met by appointment {booked.appointment_id}", booked.call_id)
                await meet(connection, entry.wish.tenant_id, entry.entry_id, booked.appointment_id, change)
                anybody = True
        return anybody


def _understood(entries: Sequence[eventlog.Event]) -> Iterator[Event]:
    """While a newer version is being rolled out its events are read here too. One of them must not hold up the others:
    nobody who waits would be offered anything, and the process would stop again and again."""
    for entry in entries:
        if is_known(entry.kind):
            yield event_of(entry)
        else:
            _not_understood.inc()
            _log.error("an event is not understood", extra={"position": entry.position, "kind": entry.kind})
