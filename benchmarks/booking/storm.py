"""1,000 callers for 100 slots at once; and the same with PostgreSQL killed and started again in the middle."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

from benchmarks.booking.callers import Slots, bookings, wish
from booking.errors import SlotTakenError
from booking.testing.calls import OVERLAPS
from booking.usecases.book_appointment import BookAppointment
from chassis import postgres
from chassis.errors import StorageUnavailableError
from chassis.postgres import Pool, reaching_storage
from local_stack.embedded import EmbeddedPostgres

CALLERS, SLOTS, CONNECTIONS = 1000, 100, 16
KILLED_AFTER = 30
"""So many have been told `booked` when the server dies."""
WITHIN_S = 50.0


@dataclass(frozen=True)
class Figures:
    """What came of it."""

    appointments: int
    refusals: int
    overlaps: int
    """Pairs of occupied intervals of one occupant that share time, by SQL."""
    told_without_appointment: int
    """Callers who were told `booked` and have none."""
    callers_with_two: int
    unsettled: int
    """Callers who were told that it is not known, and asked again."""
    seconds: float

    @property
    def holds(self) -> bool:
        """One appointment a slot, a clean refusal for everybody else, no overlap, nobody lied to."""
        counts = (self.appointments, self.refusals) == (SLOTS, CALLERS - SLOTS)
        return counts and not (self.overlaps or self.told_without_appointment or self.callers_with_two)


@dataclass
class _Outcomes:
    told: dict[int, UUID]
    refused: int = 0
    unsettled: int = 0


def storm(database_url: str) -> Figures:
    """The storm over a database that is migrated here; it must be empty. About 5 s."""
    postgres.migrate(database_url, "booking")
    return asyncio.run(_storm(database_url, None))


def storm_through_a_crash(server: EmbeddedPostgres) -> Figures:
    """The same, and the server is killed and started again in the middle; it must be running and empty."""
    postgres.migrate(server.url, "booking")
    return asyncio.run(_storm(server.url, server))


def both() -> tuple[Figures, Figures]:
    """The storm, and the one through a crash, each over a PostgreSQL of its own. Under 60 s."""
    with EmbeddedPostgres() as quiet:
        first = storm(quiet.url)
    with EmbeddedPostgres() as dying:
        return first, storm_through_a_crash(dying)


async def _storm(database_url: str, server: EmbeddedPostgres | None) -> Figures:
    began = perf_counter()
    outcomes = _Outcomes({})
    due, over = asyncio.Event(), asyncio.Event()

    def booked() -> None:
        if len(outcomes.told) >= KILLED_AFTER:
            due.set()

    async with asyncio.timeout(WITHIN_S), postgres.pool(database_url, connections_max=CONNECTIONS) as pool:
        book = bookings(pool, Slots(SLOTS))
        async with asyncio.TaskGroup() as group:
            if server:
                group.create_task(_crash(server, due, over))
            for number in range(CALLERS):
                group.create_task(_caller(book, number, outcomes, booked, over))
        return await _figures(pool, outcomes, perf_counter() - began)


async def _crash(server: EmbeddedPostgres, due: asyncio.Event, over: asyncio.Event) -> None:
    await due.wait()
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    over.set()


async def _caller(
    book: BookAppointment, number: int, outcomes: _Outcomes, booked: Callable[[], None], over: asyncio.Event
) -> None:
    """Asks until there is an answer, always with the same request."""
    while True:
        try:
            with reaching_storage():
                answer = await book(wish(number, SLOTS))
        except SlotTakenError:
            outcomes.refused += 1
            return
        except StorageUnavailableError:
            outcomes.unsettled += 1
            await over.wait()
            continue
        outcomes.told[number] = answer.appointment.appointment_id
        booked()
        return


async def _figures(pool: Pool, outcomes: _Outcomes, seconds: float) -> Figures:
    kept = {
        row["appointment_id"]: row["call_id"]
        for row in await pool.fetch("SELECT appointment_id, call_id FROM appointment WHERE state = 'booked'")
    }
    lost = sum(kept.get(told) != f"call_{number}" for number, told in outcomes.told.items())
    return Figures(
        appointments=len(kept),
        refusals=outcomes.refused,
        overlaps=await pool.fetchval(OVERLAPS),
        told_without_appointment=lost,
        callers_with_two=sum(times > 1 for times in Counter(kept.values()).values()),
        unsettled=outcomes.unsettled,
        seconds=round(seconds, 1),
    )
