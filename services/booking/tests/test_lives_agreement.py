"""Whole lives of appointments: a small model in memory says what must come of each step, PostgreSQL says what came of it."""

import asyncio
import uuid
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st

from booking import migration
from booking.domain.actor import Actor
from booking.domain.appointment import Appointment, Overbooking
from booking.domain.change import MoveOrder, Order
from booking.domain.option import ClaimedOption
from booking.domain.overbooking import OverbookingOrder, Slot
from booking.domain.policy import Policy
from booking.domain.series import Alternative, Failure, Rhythm, SeriesWish
from booking.domain.wish import Offer
from booking.storage.bookings import SqlBookings
from booking.storage.changes import SqlChanges
from booking.storage.moves import SqlMoves
from booking.storage.serieses import SqlSerieses
from booking.testing.calendar import HOUR
from booking.testing.calls import OVERLAPS
from booking.testing.samples import BRANCH, NOW, SERVICE, START, TENANT, a_wish, an_option
from booking.usecases.book_appointment import BookAppointment
from booking.usecases.book_series import BookSeries, Sought
from booking.usecases.change_appointment import ChangeAppointment
from booking.usecases.claim_options import ClaimAfterwards
from booking.usecases.move_appointment import MoveAppointment
from booking.usecases.overbook_appointment import OverbookAppointment
from chassis import postgres
from chassis.errors import ServiceError
from chassis.eventlog import EventLog
from chassis.testing import SettableClock
from local_stack.databases import MigratedDatabases

CALL = "call_0001"
HALF = timedelta(minutes=30)
WEEK = timedelta(weeks=1)
LASTS = timedelta(minutes=60)
PEOPLE = (uuid.UUID(int=1), uuid.UUID(int=2))
T = TypeVar("T")
Place = tuple[uuid.UUID, datetime]


@dataclass
class Life:
    """An appointment as the model knows it."""

    place: Place
    state: str = "booked"
    overbooked: bool = False


@dataclass
class Model:
    """What must be: nobody has two at once but knowingly, and what has ended stays ended."""

    lives: list[Life] = field(default_factory=list)
    events: int = 0

    def is_free(self, place: Place, *, but: Life | None = None) -> bool:
        """Whether the exclusion lets it in."""
        person, start = place
        return not any(
            life.state == "booked" and not life.overbooked and life is not but
            and life.place[0] == person and abs(life.place[1] - start) < LASTS
            for life in self.lives
        )  # fmt: skip

    def add(self, place: Place, *, overbooked: bool = False) -> int:
        """Its number among the lives."""
        self.events += 1
        self.lives.append(Life(place, overbooked=overbooked))
        return len(self.lives) - 1


class World:
    """The use cases over PostgreSQL, beside an availability that grants whatever is asked."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        log, clock = EventLog(pool), SettableClock(NOW)
        kept, changes = SqlBookings(pool, log), SqlChanges(pool, log)
        common = {"clock": clock, "new_id": uuid.uuid4}
        domain = {"calendar_domain": "kunden.example.org"}
        self.options: dict[str, ClaimedOption] = {}
        self.made: list[uuid.UUID] = []
        afterwards = ClaimAfterwards(self)
        self.book = BookAppointment(self, kept, claims=afterwards, **common, **domain)  # type: ignore[arg-type]
        self.overbook = OverbookAppointment(self, kept, **common, **domain)  # type: ignore[arg-type]
        self.change = ChangeAppointment(changes, self, clock=clock)
        self.move = MoveAppointment(self, changes, SqlMoves(pool, log), self, **common)  # type: ignore[arg-type]
        self.series = BookSeries(self.book, self, SqlSerieses(pool), self, clock=clock)

    def offer(self, place: Place) -> str:
        """An option of its own."""
        option_id = f"o-{len(self.options):08}"
        self.options[option_id] = an_option(place[1], HOUR, place[0])
        return option_id

    async def claim(self, offer: Offer) -> ClaimedOption:
        """See ``Options``."""
        return self.options[offer.option_id]

    async def keep(self, offers: Sequence[Offer]) -> Sequence[None]:
        """See ``Holds``."""
        return [None] * len(offers)

    async def plan(self, slot: Slot) -> ClaimedOption:
        """See ``Plans``."""
        return an_option(slot.start_time, HOUR, slot.person_id)

    async def of(self, _: uuid.UUID) -> tuple[Policy, ...]:
        """See ``Policies``."""
        return ()

    async def zone_of(self, _: uuid.UUID, __: uuid.UUID) -> ZoneInfo:
        """See ``Zones``."""
        return ZoneInfo("Europe/Berlin")

    async def seek(
        self, _: SeriesWish, first: Appointment, start: datetime, *, but: Sequence[datetime]
    ) -> Sought:
        """See ``Dates``: all is free, so that the database has the last word."""
        assert start not in but
        return Sought(self.offer((first.person_id, start)), None)

    async def why_not(self, _: Appointment, __: datetime) -> Failure:
        """See ``Dates``."""
        return Failure.TAKEN

    async def hold(
        self, _: SeriesWish, __: Appointment, alternatives: Sequence[Alternative]
    ) -> Sequence[Alternative]:
        """See ``Dates``."""
        return alternatives


@dataclass(frozen=True)
class Book:
    """Somebody books."""

    person: int
    half: int

    async def on(self, model: Model, world: World, name: str) -> None:
        place = (PEOPLE[self.person], START + self.half * HALF)
        wish = a_wish(option_id=world.offer(place), request_id=name)
        for _ in range(2):  # the second is the first one's answer again, or the same refusal
            told = await _told(world.book(wish))
            if isinstance(told, str):
                assert (told, model.is_free(place)) == ("SLOT_TAKEN", False)
                continue
            if not told.repeated:
                assert model.is_free(place)
                model.add(place)
                world.made.append(told.appointment.appointment_id)
            assert told.appointment.appointment_id == world.made[-1]


@dataclass(frozen=True)
class Overbook:
    """Somebody overbooks knowingly."""

    person: int
    half: int

    async def on(self, model: Model, world: World, name: str) -> None:
        place = (PEOPLE[self.person], START + self.half * HALF)
        slot = Slot(uuid.UUID(TENANT), uuid.UUID(BRANCH), SERVICE, *place)
        order = OverbookingOrder(slot, "Eva Beispiel", "+493023125003", Overbooking("Kim", "so"), name)
        made = (await world.overbook(order)).appointment
        assert (await world.overbook(order)).appointment == made
        model.add(place, overbooked=True)
        world.made.append(made.appointment_id)


@dataclass(frozen=True)
class Cancel:
    """Somebody calls one of them off."""

    which: int

    async def on(self, model: Model, world: World, name: str) -> None:
        if not model.lives:
            return
        number = self.which % len(model.lives)
        life = model.lives[number]
        told = await _told(world.change.cancel(_order(world, number, reason=name)))
        assert (told == "ILLEGAL_MOVE") == (life.state == "rescheduled")
        if life.state == "booked":
            life.state = "cancelled"
            model.events += 1


@dataclass(frozen=True)
class Move:
    """Somebody moves one of them; its own time is no obstacle."""

    which: int
    person: int
    half: int

    async def on(self, model: Model, world: World, name: str) -> None:
        if not model.lives:
            return
        number = self.which % len(model.lives)
        life, place = model.lives[number], (PEOPLE[self.person], START + self.half * HALF)
        offer = Offer(uuid.UUID(TENANT), uuid.UUID(BRANCH), world.offer(place), CALL)
        order = MoveOrder(_order(world, number), offer, name)
        told = await _told(world.move(order))
        if isinstance(told, str):
            expected = "SLOT_TAKEN" if life.state == "booked" else "ILLEGAL_MOVE"
            assert told == expected
            assert life.state != "booked" or not model.is_free(place, but=life)
            return
        assert life.state == "booked"
        assert model.is_free(place, but=life)
        life.state = "rescheduled"
        model.add(place)
        world.made.append(told.appointment.appointment_id)
        assert replace(await world.move(order), repeated=False) == told


@dataclass(frozen=True)
class Again:
    """Somebody wants the same every week."""

    person: int
    half: int
    count: int

    async def on(self, model: Model, world: World, name: str) -> None:
        first = (PEOPLE[self.person], START + self.half * HALF)
        wish = SeriesWish(a_wish(option_id=world.offer(first), request_id=name), Rhythm(1, self.count, None))
        told = await _told(world.series(wish))
        if isinstance(told, str):
            assert (told, model.is_free(first)) == ("SLOT_TAKEN", False)
            return
        for date in told.dates:
            place = (first[0], START + self.half * HALF + (date.position - 1) * WEEK)
            assert date.start_time == place[1]
            if date.appointment and date.appointment.appointment_id in world.made:
                continue  # this call had booked the same by itself
            assert (date.appointment is not None) == model.is_free(place)
            if date.appointment:
                model.add(place)
                world.made.append(date.appointment.appointment_id)
        assert replace(await world.series(wish), repeated=False) == told


async def _told(asked: Awaitable[T]) -> T | str:
    """The answer, or why there is none."""
    try:
        return await asked
    except ServiceError as error:
        return error.reason


def _order(world: World, number: int, *, reason: str = "") -> Order:
    actor = Actor.of(call_id=CALL, caller_number="", operator="Kim")
    return Order(uuid.UUID(TENANT), world.made[number], actor, reason=reason)


ONE, HALVES, ANY = st.integers(0, 1), st.integers(0, 4), st.integers(0, 30)
STEPS = st.lists(
    st.builds(Book, ONE, HALVES)
    | st.builds(Overbook, ONE, HALVES)
    | st.builds(Cancel, ANY)
    | st.builds(Move, ANY, ONE, HALVES)
    | st.builds(Again, ONE, HALVES, st.integers(2, 3)),
    min_size=1,
    max_size=20,
)


async def _live(url: str, steps: Sequence[Book | Overbook | Cancel | Move | Again]) -> None:
    async with postgres.pool(url) as pool:
        for table in ("appointment", "customer", "booking_request", "event", "occupant", "series"):
            await pool.execute(f"DELETE FROM {table}")
        model, world = Model(), World(pool)
        for number, step in enumerate(steps):
            await step.on(model, world, f"request-{number}")
        await _must_agree(model, world, pool)


async def _must_agree(model: Model, world: World, pool: asyncpg.Pool) -> None:
    rows = await pool.fetch(
        "SELECT appointment_id, person_id, start_time, state, overbooking_reason IS NOT NULL AS overbooked FROM appointment"
    )
    kept = {
        row["appointment_id"]: Life((row["person_id"], row["start_time"]), row["state"], row["overbooked"])
        for row in rows
    }
    assert kept == dict(zip(world.made, model.lives, strict=True))
    assert await pool.fetchval("SELECT count(*) FROM event") == model.events
    booked = sum(life.state == "booked" for life in model.lives)
    assert await pool.fetchval("SELECT count(*) FROM occupancy") == booked
    assert await pool.fetchval(OVERLAPS + " AND NOT (one.overbooked OR other.overbooked)") == 0


def test_every_life_is_what_the_model_says(migrated_database: MigratedDatabases) -> None:
    """BK-16, BK-19, BK-22: in any order of booking, moving, cancelling, overbooking and repeating."""
    with migrated_database("booking", migration.migrate) as url:

        @settings(max_examples=60, deadline=None)
        @given(STEPS)
        def live(steps: list[Book | Overbook | Cancel | Move | Again]) -> None:
            asyncio.run(_live(url, steps))

        live()
