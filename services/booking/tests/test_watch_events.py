"""Who reads the event log hears everything, once, in order."""

import asyncio
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest

from booking.domain.booking import agree
from booking.storage.bookings import SqlBookings
from booking.storage.documents import to_document
from booking.testing.availability import ScriptedAvailability
from booking.testing.samples import NOW, START, a_request, a_wish, an_option
from chassis.eventlog import EventLog
from chassis.grpc_client import fault_of
from rufbuch.booking.v1 import service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

Stream = grpc.aio.UnaryStreamCall[service_pb2.WatchEventsRequest, service_pb2.WatchEventsResponse]


def watch(booking: "BookingServiceAsyncStub", after: str = "") -> Stream:
    return booking.WatchEvents(service_pb2.WatchEventsRequest(after=after))


async def take(stream: Stream, number: int) -> list[service_pb2.WatchEventsResponse]:
    """The next events; then the reader goes away."""
    events = aiter(stream)
    try:
        async with asyncio.timeout(20):
            return [await anext(events) for _ in range(number)]
    finally:
        stream.cancel()


def open_booking(number: int) -> dict[str, object]:
    """The payload of an event that somebody else writes."""
    agreed = agree(a_wish(), an_option(), now=NOW, new_id=uuid.uuid4, calendar_domain="kunden.example.org")
    return to_document(agreed) | {"service_name": f"service {number}"}


async def test_a_booking_is_told_with_the_whole_appointment(booking: "BookingServiceAsyncStub") -> None:
    """BK-13, CS-12: what is told, answered and read later is the same."""
    stream = watch(booking)

    made = (await booking.BookAppointment(a_request())).appointment

    (event,) = await take(stream, 1)
    assert event.appointment_booked.appointment == made
    assert event.event_time == made.create_time
    assert event.position


class CountingLog(EventLog):
    """Counts how often readers are woken."""

    woken = 0

    async def wake(self) -> None:
        self.woken += 1
        await super().wake()


async def test_readers_are_woken_by_a_commit_and_by_nothing_else(pool: asyncpg.Pool) -> None:
    log = CountingLog(pool)
    bookings = SqlBookings(pool, log)
    agreed = agree(a_wish(), an_option(), now=NOW, new_id=uuid.uuid4, calendar_domain="kunden.example.org")

    await bookings.commit(a_wish(), (agreed,))
    assert log.woken == 1
    await bookings.commit(a_wish(), (agreed,))
    assert log.woken == 1


async def test_the_customer_in_an_event_is_the_one_who_was_known(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    availability.options["o-bbbbbbbb"] = an_option(START + timedelta(days=1))
    first = await booking.BookAppointment(a_request())
    second = a_request(option_id="o-bbbbbbbb", request_id="2", customer_name="Hanna Beispil")
    await booking.BookAppointment(second)

    events = await take(watch(booking), 2)

    assert events[1].appointment_booked.appointment.customer == first.appointment.customer


async def test_a_reader_goes_on_after_any_position(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    options = {f"o-{day:08}": an_option(START + timedelta(days=day)) for day in range(5)}
    availability.options |= options
    for option in options:
        await booking.BookAppointment(a_request(option_id=option, request_id=option))
    everything = await take(watch(booking), 5)

    for index, event in enumerate(everything[:-1]):
        assert await take(watch(booking, event.position), 4 - index) == everything[index + 1 :]


@pytest.mark.parametrize("position", ["abc", "1", "1-", "-1-1", "1-1-1", "1-1\n", "9" * 300])
async def test_a_position_that_is_none_of_ours_is_refused(
    booking: "BookingServiceAsyncStub", position: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await take(watch(booking, position), 1)

    fault = fault_of(caught.value)
    assert (fault.code, fault.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "POSITION_INVALID")


async def test_a_number_that_commits_late_is_not_stepped_over(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """Number 1 stays open while number 2 commits: whoever reads now must not get past number 1."""
    log = EventLog(pool)
    async with pool.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await log.append(slow, "appointment_booked", open_booking(1), now=NOW)

        async with pool.acquire() as fast:
            await log.append(fast, "appointment_booked", open_booking(2), now=NOW)
        seen_early = await log.read("")
        stream = watch(booking)
        await transaction.commit()

    names = [event.appointment_booked.appointment.service_name for event in await take(stream, 2)]
    assert seen_early == []
    assert names == ["service 1", "service 2"]


async def test_transactions_out_of_order_under_load_are_all_heard_once(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    """Bookings, and writers that hold their numbers open for as long as it takes others to commit, some rolled back.

    Three readers from the beginning, and one that goes away and comes back after each event.
    """
    log = EventLog(pool)
    options = {f"o-{number:08}": an_option(START + timedelta(days=number)) for number in range(60)}
    availability.options |= options
    turn = asyncio.Condition()
    done = 0

    async def book(option: str) -> None:
        nonlocal done
        await booking.BookAppointment(a_request(option_id=option, request_id=option, call_id=option))
        async with turn:
            done += 1
            turn.notify_all()

    async def dawdle(number: int) -> None:
        async with pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await log.append(connection, "appointment_booked", open_booking(number), now=NOW)
            async with turn:
                await turn.wait_for(lambda: done >= number * 10)
            await (transaction.rollback() if number == 3 else transaction.commit())

    async def return_after_each() -> list[str]:
        positions = [""]
        while len(positions) <= 64:
            (event,) = await take(watch(booking, positions[-1]), 1)
            positions.append(event.position)
        return positions[1:]

    readers = [asyncio.ensure_future(take(watch(booking), 64)) for _ in range(3)]
    returning = asyncio.ensure_future(return_after_each())
    await asyncio.gather(*(dawdle(number) for number in range(1, 6)), *map(book, options))

    heard = [[event.position for event in await reader] for reader in readers]
    assert heard[0] == heard[1] == heard[2] == await returning
    assert len(set(heard[0])) == 64 == await pool.fetchval("SELECT count(*) FROM event")
