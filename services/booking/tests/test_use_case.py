"""Booking without a server: what is asked of whom, and what a death in between leaves behind."""

import asyncio
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from booking.domain.appointment import Appointment
from booking.domain.option import ClaimedOption
from booking.domain.wish import Offer, Wish
from booking.errors import RequestIdReusedError, SlotNotBookableError, SlotTakenError
from booking.testing.memory import MemoryBookings
from booking.testing.samples import NOW, START, a_wish, an_option
from booking.usecases.book_appointment import PATIENCE_S, Answer, BookAppointment, Bookings
from booking.usecases.claim_options import ClaimAfterwards
from booking.usecases.forget_old import KEPT, forget_old
from chassis.deadlines import deadline, time_left_s
from chassis.errors import StorageUnavailableError
from chassis.testing import SettableClock


@dataclass
class Option:
    """One option for everybody; ``refuse`` has it taken."""

    option: ClaimedOption = field(default_factory=an_option)
    claims: int = 0
    refuse: bool = False
    had_s: float = 0.0
    """What the last claim was given."""

    async def claim(self, offer: Offer) -> ClaimedOption:
        self.claims += 1
        self.had_s = time_left_s(math.inf)
        if self.refuse:
            raise SlotTakenError("taken")
        return self.option

    async def keep(self, offers: Sequence[Offer]) -> Sequence[None]:
        for each in offers:
            await self.claim(each)
        return [None] * len(offers)


class DiesAfterCommit(MemoryBookings):
    """Commits, and does not live to tell; once."""

    def __init__(self) -> None:
        super().__init__()
        self.dies = True

    async def commit(self, wish: Wish, agreed: Sequence[Appointment]) -> Answer:
        answer = await super().commit(wish, agreed)
        if self.dies:
            self.dies = False
            raise StorageUnavailableError("killed")
        return answer


class Elsewhere(MemoryBookings):
    """Answers were given by other replicas: this one remembers none. Counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = 0

    def may_know(self, wish: Wish) -> bool:
        return False

    async def answer_to(self, wish: Wish, *, now: datetime) -> Answer | None:
        self.looked += 1
        return await super().answer_to(wish, now=now)


def book(options: Option, bookings: Bookings, now: datetime = NOW) -> BookAppointment:
    clock = SettableClock(now)
    return BookAppointment(
        options,
        bookings,
        claims=ClaimAfterwards(options),
        clock=clock,
        new_id=uuid.uuid4,
        calendar_domain="kunden.example.org",
    )


async def test_a_death_between_commit_and_answer_is_made_good_by_asking_again() -> None:
    """BK-29: also when availability has forgotten the option by then."""
    options, bookings = Option(), DiesAfterCommit()
    with pytest.raises(StorageUnavailableError):
        await book(options, bookings)(a_wish())
    options.refuse = True

    answer = await book(options, bookings)(a_wish())

    assert answer.repeated
    assert answer.appointment.span == options.option.span


async def test_a_new_wish_is_not_looked_up_before_it_is_committed() -> None:
    """What it costs to tell a repetition apart is paid by repetitions; the commit looks by itself."""
    options, bookings = Option(), Elsewhere()

    await book(options, bookings)(a_wish())

    assert (options.claims, bookings.looked) == (1, 1)


async def test_a_refused_wish_is_looked_up_before_it_is_said_to_be_refused() -> None:
    options, bookings = Option(), Elsewhere()
    first = await book(options, bookings)(a_wish())
    options.refuse = True

    again = await book(options, bookings)(a_wish())

    assert (again.appointment, again.repeated) == (first.appointment, True)


@pytest.mark.parametrize(("left_s", "kept_back_s"), [(0.2, 0.05), (30.0, PATIENCE_S)])
async def test_a_claim_leaves_time_to_say_what_became_of_it(left_s: float, kept_back_s: float) -> None:
    option = Option()

    with deadline(left_s):
        await book(option, Elsewhere())(a_wish())

    assert 0 < option.had_s <= left_s - kept_back_s


async def test_a_death_between_claim_and_commit_leaves_nothing_that_hinders_the_next_attempt() -> None:
    options, bookings = Option(), MemoryBookings()
    await options.claim(a_wish().offers[0])

    answer = await book(options, bookings)(a_wish())

    assert not answer.repeated


async def test_a_refusal_stays_a_refusal_where_nobody_booked() -> None:
    with pytest.raises(SlotTakenError):
        await book(Option(refuse=True), MemoryBookings())(a_wish())


async def test_a_reused_request_id_is_refused_before_anything_is_claimed() -> None:
    options, bookings = Option(), MemoryBookings()
    await book(options, bookings)(a_wish())

    with pytest.raises(RequestIdReusedError):
        await book(options, bookings)(a_wish(option_id="another"))

    assert options.claims == 1


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1), timedelta(days=400)])
async def test_a_start_that_is_not_ahead_is_not_booked(late: timedelta) -> None:
    """BK-27."""
    with pytest.raises(SlotNotBookableError):
        await book(Option(), MemoryBookings(), now=START + late)(a_wish())


@pytest.mark.parametrize(
    "changed",
    [{"customer_name": "Hanna Beispil"}, {"caller_number": ""}, {"request_id": "another"}],
)
def test_how_a_wish_is_put_does_not_change_its_fingerprint(changed: dict[str, str]) -> None:
    assert a_wish(**changed).fingerprint == a_wish().fingerprint


@pytest.mark.parametrize("field_name", ["branch_id", "option_id", "call_id"])
def test_what_is_wished_for_changes_the_fingerprint(field_name: str) -> None:
    assert a_wish(**{field_name: str(uuid.uuid4())}).fingerprint != a_wish().fingerprint


class Unreachable:
    """A storage that is gone; ``often`` is set once it has been asked three times."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []
        self.often = asyncio.Event()

    async def forget(self, before: datetime) -> int:
        self.asked.append(before)
        if len(self.asked) == 3:
            self.often.set()
        raise StorageUnavailableError("gone")


async def test_forgetting_goes_on_when_the_database_is_gone() -> None:
    storage = Unreachable()
    forgetting = asyncio.ensure_future(forget_old(storage, SettableClock(NOW), every_s=0))

    async with asyncio.timeout(5):
        await storage.often.wait()
    forgetting.cancel()

    assert set(storage.asked) == {NOW - KEPT}
