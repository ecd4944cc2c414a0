"""What is not whole is not booked: a booking says itself that it is whole, so that it is not read again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import cast
from uuid import UUID

import asyncpg
import pytest

from booking.domain.appointment import Appointment, Overbooking, Phase
from booking.domain.booking import agree_all
from booking.domain.option import Occupied, Span
from booking.domain.wish import Wish
from booking.storage.bookings import SqlBookings
from booking.testing.samples import NOW, PERSON, START, a_wish, an_option, taken
from chassis.eventlog import EventLog
from chassis.postgres import Pool

OTHER, NOBODY = UUID(int=5), UUID(int=7)
FIVE = timedelta(minutes=5)
WRITTEN = """
SELECT (SELECT count(*) FROM appointment) + (SELECT count(*) FROM booking_request) + (SELECT count(*) FROM event)
     + (SELECT count(*) FROM customer)
"""


def a_party(size: int) -> tuple[Wish, tuple[Appointment, ...]]:
    """As many visits at the same time, by one person each."""
    wish = replace(a_wish(), more=tuple((f"o-{number}", "Mia Beispiel") for number in range(1, size)))
    options = [an_option(person_id=person) for person in (PERSON, OTHER)[:size]]
    agreed = agree_all(wish, options, now=NOW, new_id=_ids().__next__, calendar_domain="kunden.example.org")
    return wish, agreed


def _ids() -> Iterator[UUID]:
    return (UUID(int=2**100 + number) for number in count())


def shifted(phase: Phase, *, begin: timedelta = timedelta(), end: timedelta = timedelta()) -> Phase:
    return replace(phase, span=Span(phase.span.start_time + begin, phase.span.end_time + end))


def phases(
    change: Callable[[Phase, Phase, Phase], tuple[Phase, ...]],
) -> Callable[[Appointment], Appointment]:
    """With other phases."""

    def changed(whole: Appointment) -> Appointment:
        first, gap, last = whole.phases
        return replace(whole, phases=change(first, gap, last))

    return changed


def occupied(
    change: Callable[[Occupied, Occupied], tuple[Occupied, ...]],
) -> Callable[[Appointment], Appointment]:
    """Taking other time."""

    def changed(whole: Appointment) -> Appointment:
        first, last = whole.occupied
        return replace(whole, occupied=change(first, last))

    return changed


HARMS: dict[str, Callable[[Appointment], Appointment]] = {
    "a hole": phases(lambda first, gap, last: (first, shifted(gap, begin=FIVE), last)),
    "an overlap": phases(lambda first, gap, last: (first, shifted(gap, begin=-FIVE), last)),
    "a late begin": phases(lambda first, gap, last: (shifted(first, begin=FIVE), gap, last)),
    "an early end": phases(lambda first, gap, last: (first, gap, shifted(last, end=-FIVE))),
    "an end beyond its own": phases(lambda first, gap, last: (first, gap, shifted(last, end=FIVE))),
    "another order": phases(lambda first, gap, last: (last, gap, first)),
    "one phase too few": phases(lambda first, gap, _: (first, gap)),
    "no phase": phases(lambda *_: ()),
    "a phase of somebody whose time is not taken": phases(
        lambda first, gap, last: (first, gap, replace(last, person_id=NOBODY))
    ),
    "time that is too short": occupied(
        lambda first, last: (replace(first, span=Span(first.span.start_time, first.span.end_time - FIVE)), last)
    ),
    "one time too few": occupied(lambda first, _: (first,)),
    "somebody else's time": occupied(
        lambda first, last: (first, replace(last, occupant=replace(last.occupant, occupant_id=NOBODY)))
    ),
}  # fmt: skip


async def book(pool: Pool, wish: Wish, agreed: tuple[Appointment, ...]) -> None:
    await SqlBookings(pool, EventLog(pool)).commit(wish, agreed)


@pytest.mark.parametrize(("size", "place"), [(1, 0), (2, 0), (2, 1)])
@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
async def test_what_is_not_whole_is_not_booked(
    pool: asyncpg.Pool, harm: Callable[[Appointment], Appointment], size: int, place: int
) -> None:
    """BK-14, BK-24: alone, and as any of a party, of which then nothing is booked."""
    wish, agreed = a_party(size)
    broken = tuple(harm(each) if number == place else each for number, each in enumerate(agreed))

    with pytest.raises(asyncpg.CheckViolationError):
        await book(pool, wish, broken)

    assert await pool.fetchval(WRITTEN) == 0


@pytest.mark.parametrize("size", [1, 2])
async def test_what_is_whole_is_booked(pool: asyncpg.Pool, size: int) -> None:
    wish, agreed = a_party(size)
    await book(pool, wish, agreed)

    assert await pool.fetchval(WRITTEN) == size + 1 + size + 1


async def test_more_time_than_the_phases_need_may_be_taken(pool: asyncpg.Pool) -> None:
    """Clearing up, for one."""
    wish, (agreed,) = a_party(1)
    clearing_up = taken(Span(agreed.span.end_time, agreed.span.end_time + FIVE))
    await book(pool, wish, (replace(agreed, occupied=(*agreed.occupied, *clearing_up)),))

    assert await pool.fetchval("SELECT count(*) FROM occupancy") == len(agreed.occupied) + 1


async def test_what_is_overbooked_is_looked_at_as_before(pool: asyncpg.Pool) -> None:
    wish, (agreed,) = a_party(1)
    overbooked = replace(agreed, overbooking=Overbooking("Olga", "she asked for it"))
    with pytest.raises(asyncpg.CheckViolationError):
        await book(pool, wish, (HARMS["a hole"](overbooked),))
    await book(pool, wish, (overbooked,))

    assert await pool.fetchval("SELECT bool_and(overbooked) FROM occupancy")


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM occupancy WHERE lower(span) = (SELECT min(lower(span)) FROM occupancy)",
        "DELETE FROM phase WHERE position = 2",
        "UPDATE appointment SET end_time = end_time + interval '5 min'",
        "UPDATE appointment SET state = 'cancelled'",
        "UPDATE phase SET kind = 'gap_blocked' WHERE position = 1",
    ],
)
async def test_what_is_done_to_a_booking_in_its_own_transaction_is_seen(
    pool: asyncpg.Pool, harm: str
) -> None:
    """BK-24: that it was whole is not known any more."""
    wish, agreed = a_party(1)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await SqlBookings(cast("Pool", connection), EventLog(pool)).commit(wish, agreed)
        # Some of it at once, the rest when it is to be committed.
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"{harm}; SET CONSTRAINTS ALL IMMEDIATE")
        await transaction.rollback()

    assert await pool.fetchval(WRITTEN) == 0


async def test_a_booking_that_follows_another_in_one_transaction_is_looked_at_for_itself(
    pool: asyncpg.Pool,
) -> None:
    wish, agreed = a_party(1)
    later = replace(a_wish(option_id="o-2", request_id="2", call_id="2"), more=())
    option = an_option(START + timedelta(days=1))
    ids = iter(UUID(int=2**101 + number) for number in count())
    (second,) = agree_all(later, [option], now=NOW, new_id=ids.__next__, calendar_domain="kunden.example.org")
    async with pool.acquire() as connection:
        bookings = SqlBookings(cast("Pool", connection), EventLog(pool))
        transaction = connection.transaction()
        await transaction.start()
        await bookings.commit(wish, (HARMS["one time too few"](agreed[0]),))
        await bookings.commit(later, (second,))
        with pytest.raises(asyncpg.CheckViolationError):
            await transaction.commit()

    assert await pool.fetchval(WRITTEN) == 0


async def test_time_that_is_moved_to_another_appointment_is_missed_by_its_own(pool: asyncpg.Pool) -> None:
    """BK-02: one that has more than it needs is whole, and the time of the other one would be anybody's."""
    wish, agreed = a_party(1)
    await book(pool, wish, agreed)
    later = replace(a_wish(option_id="o-2", request_id="2", call_id="2"), more=())
    option = an_option(START + timedelta(days=1))
    ids = iter(UUID(int=2**101 + number) for number in count())
    second = agree_all(later, [option], now=NOW, new_id=ids.__next__, calendar_domain="kunden.example.org")
    await book(pool, later, second)

    with pytest.raises(asyncpg.CheckViolationError, match="occupies its active phases"):
        await pool.execute(
            "UPDATE occupancy SET appointment_id = $2 WHERE appointment_id = $1",
            agreed[0].appointment_id,
            second[0].appointment_id,
        )
