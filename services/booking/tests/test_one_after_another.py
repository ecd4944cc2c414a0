"""Who waits for whom: whoever takes time of the same person on the same day, and nobody else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.appointment import Appointment
from booking.domain.booking import agree
from booking.domain.option import Occupied, Span
from booking.storage.bookings import SqlBookings
from booking.storage.occupants import days_of
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import OVERLAPS, book, refused
from booking.testing.samples import BRANCH, NOW, NUMBER, PERSON, START, TENANT, A, a_wish, an_option, taken
from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool
from rufbuch.booking.v1 import people_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

MIDNIGHT = datetime(2025, 11, 27, tzinfo=UTC)
OTHER = UUID("55555555-5555-4555-8555-555555555555")
NEXT_DAY, HALF_AN_HOUR_LATER = START + timedelta(days=1), START + timedelta(minutes=30)

ALONE = "SELECT number FROM occupant WHERE occupant_id = $1 FOR NO KEY UPDATE"

SLOWLY = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;
CREATE TRIGGER slowly BEFORE INSERT ON occupancy FOR EACH ROW EXECUTE FUNCTION slowly();
"""
"""Time passes between what is given back and what is taken."""


def an_appointment(*occupied: Occupied) -> Appointment:
    wish, option = a_wish(), an_option()
    agreed = agree(wish, option, now=NOW, new_id=lambda: PERSON, calendar_domain="kunden.example.org")
    return replace(agreed, occupied=occupied)


def days(start: datetime, minutes: int, person_id: UUID = PERSON) -> list[int]:
    span = Span(start, start + timedelta(minutes=minutes))
    return days_of([an_appointment(*taken(span, person_id=person_id))])


def test_a_time_over_midnight_is_of_both_days() -> None:
    before, after = days(MIDNIGHT - timedelta(hours=2), 60), days(MIDNIGHT, 60)

    assert sorted(days(MIDNIGHT - timedelta(minutes=1), 2)) == sorted(before + after)
    # It ends when the day does.
    assert days(MIDNIGHT - timedelta(hours=1), 60) == before
    assert before != after


def test_another_person_has_days_of_her_own() -> None:
    assert not set(days(START, 60)) & set(days(START, 60, OTHER))


def test_whoever_takes_time_of_two_asks_for_both_in_one_order() -> None:
    """BK-22."""
    span = Span(START, HALF_AN_HOUR_LATER)
    one, other = an_appointment(*taken(span)), an_appointment(*taken(span, person_id=OTHER))

    assert days_of([one, other]) == days_of([other, one]) == sorted(days_of([one]) + days_of([other]))
    assert all(-(2**63) <= day < 2**63 for day in days_of([one, other]))


MINUTES = st.tuples(st.integers(0, 5000), st.integers(1, 3000))


@given(MINUTES, MINUTES)
def test_times_that_overlap_have_a_day_in_common(one: tuple[int, int], other: tuple[int, int]) -> None:
    """BK-22: two that could meet in the exclusion never do so at once."""
    (begin, length), (other_begin, other_length) = one, other
    overlap = begin < other_begin + other_length and other_begin < begin + length
    in_common = set(days(MIDNIGHT + timedelta(minutes=begin), length)) & set(
        days(MIDNIGHT + timedelta(minutes=other_begin), other_length)
    )
    assert in_common or not overlap


@asynccontextmanager
async def uncommitted(pool: asyncpg.Pool, start: datetime, *, fails: bool = False) -> AsyncIterator[None]:
    """Somebody has booked the person from a start on, and the commit is still to come, or never comes."""
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await book_over(connection, start)
        yield
        await (transaction.rollback() if fails else transaction.commit())


async def book_over(connection: Connection, start: datetime) -> None:
    wish = a_wish(call_id="slow", option_id="o-slow", request_id="slow", caller_number="")
    option = an_option(start, phases=((A, 60),))
    agreed = agree(wish, option, now=NOW, new_id=_ids().__next__, calendar_domain="kunden.example.org")
    await SqlBookings(cast("Pool", connection), EventLog(cast("Pool", connection))).commit(wish, (agreed,))


def _ids() -> Any:
    return (UUID(int=2**100 + number) for number in range(10))


async def waits(asked: Awaitable[Any]) -> "asyncio.Future[Any]":
    """What was asked, and is not answered yet."""
    answer = asyncio.ensure_future(asked)
    done, _ = await asyncio.wait({answer}, timeout=0.5)
    assert not done
    return answer


@pytest.fixture(autouse=True)
async def known(booking: "BookingServiceAsyncStub", availability: ScriptedAvailability) -> None:
    """The person has a number: she was booked before."""
    availability.options["o-earlier0"] = an_option(START - timedelta(days=1))
    await book(booking, option_id="o-earlier0", request_id="earlier", call_id="earlier")
    availability.options["o-nextday0"] = an_option(NEXT_DAY)
    availability.options["o-overlaps"] = an_option(HALF_AN_HOUR_LATER)


async def test_another_day_of_the_same_person_waits_for_nobody(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    async with uncommitted(pool, START), asyncio.timeout(20):
        made = await book(booking, option_id="o-nextday0", request_id="2", call_id="2")

    assert made.start_time.ToDatetime(UTC) == NEXT_DAY


async def test_whoever_wants_the_same_time_waits_and_hears_that_it_is_taken(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """BK-02."""
    async with uncommitted(pool, START):
        answer = await waits(book(booking, option_id="o-overlaps", request_id="2", call_id="2"))

    assert (await refused(answer)).reason == "SLOT_TAKEN"
    assert await pool.fetchval(OVERLAPS) == 0


async def test_whoever_waited_for_a_booking_that_failed_has_the_time(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    async with uncommitted(pool, START, fails=True):
        answer = await waits(book(booking, option_id="o-overlaps", request_id="2", call_id="2"))

    assert (await answer).start_time.ToDatetime(UTC) == HALF_AN_HOUR_LATER


async def test_a_version_that_has_the_person_to_itself_is_waited_for_and_waits(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """While replicas are replaced, those of before lock the whole person."""
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.fetch(ALONE, PERSON)
            answer = await waits(book(booking, option_id="o-nextday0", request_id="2", call_id="2"))
        await answer
        async with uncommitted(pool, START):
            locked = await waits(connection.fetch(ALONE, PERSON))
        await locked


async def test_whoever_becomes_another_waits_for_all_days(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """SR-01: nothing is booked under the old name while it is given up."""
    union = people_pb2.UnitePeopleRequest(
        tenant_id=TENANT, resolution_id=str(UUID(int=6)), person_id=str(OTHER), alias_person_id=str(PERSON),
        operator="Olga",
    )  # fmt: skip
    async with uncommitted(pool, START):
        answer = await waits(booking.UnitePeople(union))
    await answer

    assert await pool.fetchval("SELECT array_agg(DISTINCT person_id) FROM appointment") == [OTHER]
    # Whoever was offered her under the old name has her under the right one.
    made = await book(booking, option_id="o-nextday0", request_id="2", call_id="2")
    assert made.person_id == str(OTHER)


def a_move(appointment_id: str, option_id: str) -> service_pb2.RescheduleAppointmentRequest:
    return service_pb2.RescheduleAppointmentRequest(
        tenant_id=TENANT, branch_id=BRANCH, appointment_id=appointment_id, option_id=option_id,
        actor=service_pb2.Actor(call_id="another", caller_number=NUMBER), request_id=f"to {option_id}",
    )  # fmt: skip


async def test_whoever_waits_for_a_person_keeps_no_day_from_those_who_have_her(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """BK-22: a move as well asks for her first, who may just have become another, and then for her days."""
    made = await book(booking, option_id="o-nextday0", request_id="2", call_id="2")
    async with asyncio.timeout(20), pool.acquire() as connection, connection.transaction():
        await connection.fetch(ALONE, PERSON)
        moving = await waits(booking.RescheduleAppointment(a_move(made.appointment_id, "o-overlaps")))
        await book_over(connection, NEXT_DAY + timedelta(hours=5))

    assert (await moving).appointment.start_time.ToDatetime(UTC) == HALF_AN_HOUR_LATER


async def test_two_who_swap_their_days_do_not_lock_each_other_up(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    """BK-22: each wants the time of the same person that the other gives back, on another day."""
    availability.options["o-aaaaaaaa"] = an_option(START)
    ids = [
        (await book(booking, option_id=one, request_id=one, call_id=one)).appointment_id
        for one in ("o-aaaaaaaa", "o-nextday0")
    ]
    wanted = ("o-nextday0", "o-aaaaaaaa")
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = await pool.fetchval(deadlocks)

    await pool.execute(SLOWLY)
    moves = [booking.RescheduleAppointment(a_move(*each)) for each in zip(ids, wanted, strict=True)]
    async with asyncio.timeout(20):
        faults = await asyncio.gather(*map(refused, moves))

    assert {fault.reason for fault in faults} == {"SLOT_TAKEN"}
    assert await pool.fetchval(deadlocks) == before
