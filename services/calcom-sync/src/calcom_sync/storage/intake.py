"""What booking has told, stored together with how far it was read."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.storage.new_bookings import MOVE_ON, needs_work, store_bookings
from calcom_sync.storage.queue import remind, remind_of_new
from calcom_sync.storage.wishes import call_off, forget, make_way, reassign
from calcom_sync.usecases.take_in import (
    Booked,
    CalledOff,
    Change,
    Event,
    EventRefusedError,
    Forgotten,
    NotUnderstood,
    Reassigned,
    goes_with_others,
)
from chassis.postgres import Connection, Pool

_MOVE_ON = MOVE_ON.format(position="$1", now="$2")


class SqlIntake:
    """The tables stream, appointment, intent and skipped_event, and the queue."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def position(self) -> str:
        """Of the last event that was taken in; "": none."""
        found: str | None = await self._pool.fetchval("SELECT position FROM stream WHERE name = 'booking'")
        return found or ""

    async def record(self, event: Event, now: datetime) -> bool:
        """Store the change with all that follows from it, reminders and the position, all or nothing. False: it was known
        already, or changes nothing. Raises EventRefusedError: nothing was stored."""
        (new,) = await self.record_all([event], now)
        return new

    async def record_all(self, events: Sequence[Event], now: datetime) -> Sequence[bool]:
        """The same of several that go together (``in_turns``)."""
        try:
            if all(goes_with_others(event) for event in events):
                return await self._bookings(events, now)
            (event,) = events
            return [await self._recorded(event, now)]
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            raise EventRefusedError(f"{type(error).__name__}: {error}") from error

    async def _bookings(self, events: Sequence[Event], now: datetime) -> Sequence[bool]:
        """One statement where nothing has to be done later, as it is all or nothing by itself."""
        told = [(event, event.change) for event in events if isinstance(event.change, Booked)]
        position = events[-1].position
        if not told:
            await self._pool.execute(_MOVE_ON, position, now)
            new: set[AppointmentRef] = set()
        elif any(needs_work(*one) for one in told):
            async with self._pool.acquire() as connection, connection.transaction():
                new = await store_bookings(connection, told, now, position)
                later = [
                    booked.ref for event, booked in told if booked.ref in new and needs_work(event, booked)
                ]
                await remind_of_new(connection, later)
        else:
            new = await store_bookings(self._pool, told, now, position)
        return [isinstance(event.change, Booked) and event.change.ref in new for event in events]

    async def _recorded(self, event: Event, now: datetime) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            new = await self._apply(connection, event, event.change, now)
            await connection.execute(_MOVE_ON, event.position, now)
        return new

    async def _apply(self, connection: Connection, event: Event, change: Change, now: datetime) -> bool:
        if isinstance(change, Booked):
            return await self._booked(connection, event, change, now)
        if isinstance(change, CalledOff):
            return await call_off(connection, change.ref, now)
        if isinstance(change, Forgotten):
            return await forget(connection, change.tenant_id, change.customer_id)
        if isinstance(change, Reassigned):
            return await reassign(connection, change.ref, change.people)
        if isinstance(change, NotUnderstood):
            await connection.execute(
                "INSERT INTO skipped_event (position, body, skipped_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                event.position, change.body, now,
            )  # fmt: skip
        return False

    async def _booked(self, connection: Connection, event: Event, booked: Booked, now: datetime) -> bool:
        if not await store_bookings(connection, [(event, booked)], now):
            return False
        if booked.took_place_of:
            await self._follow(connection, booked, booked.took_place_of, now)
        await remind(connection, [booked.ref])
        return True

    async def _follow(
        self, connection: Connection, booked: Booked, previous: AppointmentRef, now: datetime
    ) -> None:
        """Note whose bookings are to be taken over. What has nothing to send takes nothing over."""
        if not booked.phases:
            await call_off(connection, previous, now)
            return
        waits_for = await make_way(connection, previous, booked.ref, now)
        if waits_for:
            await connection.execute(
                "UPDATE appointment SET moved_from = $3, ready = false WHERE tenant_id = $1 AND appointment_id = $2",
                booked.ref.tenant_id, booked.ref.appointment_id, waits_for.appointment_id,
            )  # fmt: skip
