"""The bookings in memory do what those in PostgreSQL do: the same steps at random, the same outcomes."""

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st

from booking import migration
from booking.domain.booking import agree
from booking.errors import SlotTakenError
from booking.storage.bookings import SqlBookings
from booking.storage.requests import SqlRequests
from booking.testing.memory import MemoryBookings
from booking.testing.samples import NOW, START, a_wish, an_option
from booking.usecases.book_appointment import Answer, Bookings
from booking.usecases.forget_old import Old
from chassis import postgres
from chassis.eventlog import EventLog
from local_stack.databases import MigratedDatabases

NUMBERS = ["", "+493023125001", "+493023125002"]
PEOPLE = [uuid.UUID(int=1), uuid.UUID(int=2)]


@dataclass(frozen=True)
class Book:
    """Somebody asks, with ids and times so few that they meet."""

    request: int
    call: int
    option: int
    number: int
    tenant: int
    asks_first: bool

    async def on(self, bookings: Bookings, _: Old, step: int) -> object:
        wish = a_wish(
            tenant_id=str(uuid.UUID(int=self.tenant)),
            request_id=f"request-{self.request}",
            call_id=f"call-{self.call}",
            option_id=f"option-{self.option}",
            caller_number=NUMBERS[self.number],
            customer_name=f"Anna {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[step % 26]}",
        )
        now = NOW + timedelta(hours=step)
        if self.asks_first and (known := await bookings.answer_to(wish, now=now)):
            return known
        # Tenants have people of their own; options of one number overlap by half with the next.
        person = uuid.UUID(int=100 * (self.tenant + 1) + self.option % 2)
        option = an_option(START + timedelta(minutes=60 * (self.option // 2)), person_id=person)
        agreed = agree(wish, option, now=now, new_id=uuid.uuid4, calendar_domain="kunden.example.org")
        return await bookings.commit(wish, (agreed,))


@dataclass(frozen=True)
class Forget:
    """The night comes, and some answers are old."""

    hours: int

    async def on(self, _: Bookings, requests: Old, step: int) -> object:
        return await requests.forget(NOW + timedelta(hours=step - self.hours))


Step = Book | Forget
SMALL = st.integers(0, 2)
STEPS = st.lists(
    st.builds(Book, SMALL, SMALL, st.integers(0, 5), SMALL, st.integers(0, 1), st.booleans())
    | st.builds(Forget, st.integers(0, 10)),
    min_size=1,
    max_size=25,
)


async def outcomes(steps: Sequence[Step], bookings: Bookings, requests: Old) -> list[object]:
    """What each step led to, with ids by the order in which they came up."""
    seen: dict[uuid.UUID, int] = {}
    told: list[object] = []
    for number, step in enumerate(steps):
        try:
            told.append(_plain(await step.on(bookings, requests, number), seen))
        except SlotTakenError as error:
            told.append(error.reason)
    return told


def _plain(outcome: object, seen: dict[uuid.UUID, int]) -> object:
    if not isinstance(outcome, Answer):
        return outcome
    made = outcome.appointment
    ids: Iterable[uuid.UUID] = (
        made.appointment_id,
        made.customer.customer_id,
        *(p.phase_id for p in made.phases),
    )
    numbers = [seen.setdefault(one, len(seen)) for one in ids]
    rest = (made.span, made.occupied, made.create_time, made.version, made.state, made.call_id)
    return (
        outcome.repeated,
        outcome.fingerprint,
        numbers,
        made.customer.name,
        made.customer.phone_number,
        rest,
    )


async def _both(url: str, steps: Sequence[Step]) -> tuple[list[object], list[object]]:
    memory = MemoryBookings()
    async with postgres.pool(url) as pool:
        await _empty(pool)
        real = await outcomes(steps, SqlBookings(pool, EventLog(pool)), SqlRequests(pool))
    return await outcomes(steps, memory, memory), real


async def _empty(pool: asyncpg.Pool) -> None:
    for table in ("appointment", "customer", "booking_request", "event", "occupant"):
        await pool.execute(f"DELETE FROM {table}")


def test_memory_and_database_agree_on_every_step(migrated_database: MigratedDatabases) -> None:
    with migrated_database("booking", migration.migrate) as url:

        @settings(max_examples=60, deadline=None)
        @given(STEPS)
        def agree_on(steps: list[Step]) -> None:
            memory, real = asyncio.run(_both(url, steps))
            assert memory == real

        agree_on()
