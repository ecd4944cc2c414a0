"""Events that are there at once come in one message to a reader that says that it reads them, and else one by one."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest

from booking.domain.booking import agree
from booking.domain.event import Event, Stated
from booking.event_stream import TOGETHER_BYTES, TOGETHER_MAX, messages_of
from booking.storage.documents import to_document
from booking.testing.samples import NOW, a_wish, an_option
from booking.wire import event_to_wire
from chassis.eventlog import BATCH, EventLog
from rufbuch.booking.v1 import service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

Told = service_pb2.WatchEventsResponse
AGREED = agree(a_wish(), an_option(), now=NOW, new_id=uuid.uuid4, calendar_domain="kunden.example.org")


def each(messages: Sequence[Told]) -> list[Told]:
    """The events of messages, each by itself."""
    apart: list[Told] = []
    for message in messages:
        first = Told()
        first.CopyFrom(message)
        first.ClearField("more_events")
        apart += [first, *message.more_events]
    return apart


async def append(pool: asyncpg.Pool, number: int, *, kind: str = "appointment_booked") -> None:
    """So many events, of one transaction."""
    log = EventLog(pool)
    async with pool.acquire() as connection, connection.transaction():
        for _ in range(number):
            await log.append(connection, kind, to_document(AGREED), now=NOW)


async def heard(
    booking: "BookingServiceAsyncStub", number: int, *, after: str = "", together: bool = True
) -> list[Told]:
    """The messages up to so many events."""
    request = service_pb2.WatchEventsRequest(after=after, reads_more_events=together)
    stream, messages = booking.WatchEvents(request), list[Told]()
    async with asyncio.timeout(20):
        async for message in stream:
            messages.append(message)
            if len(each(messages)) >= number:
                break
    stream.cancel()
    return messages


async def test_what_is_there_at_once_comes_together_and_is_the_same_as_one_by_one(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    await append(pool, BATCH + 50)

    together = await heard(booking, BATCH + 50)
    one_by_one = await heard(booking, BATCH + 50, together=False)

    assert [len(message.more_events) + 1 for message in together] == [TOGETHER_MAX, TOGETHER_MAX, 50]
    assert all(not message.more_events for message in one_by_one)
    assert each(together) == one_by_one


async def test_a_reader_goes_on_after_any_event_of_a_message(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    await append(pool, 5)
    (message,) = await heard(booking, 5)
    events = each([message])

    for index, event in enumerate(events[:-1]):
        assert each(await heard(booking, 4 - index, after=event.position)) == events[index + 1 :]


async def test_what_is_before_an_event_that_cannot_be_told_is_told(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """A replica of the version before meets a kind that is new: its reader turns to another one, from there on."""
    await append(pool, 2)
    await append(pool, 1, kind="of_the_future")
    stream = aiter(booking.WatchEvents(service_pb2.WatchEventsRequest(reads_more_events=True)))

    assert len(each([await anext(stream)])) == 2
    with pytest.raises(grpc.aio.AioRpcError):
        await anext(stream)


def event(number: int, size: int = 1) -> Event:
    """One whose appointment has words of so many bytes."""
    return Event(f"1-{number}", NOW, "", Stated(replace(AGREED, service_name="x" * size)))


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ([1], [1]),
        ([1] * TOGETHER_MAX, [TOGETHER_MAX]),
        ([1] * (TOGETHER_MAX + 1), [TOGETHER_MAX, 1]),
        ([TOGETHER_BYTES // 2] * 3, [1, 1, 1]),
        ([TOGETHER_BYTES // 3] * 5, [2, 2, 1]),
        ([1, 3 * TOGETHER_BYTES, 1, 1], [1, 1, 2]),
        ([], []),
    ],
)
def test_a_message_has_a_bound_and_what_is_larger_by_itself_goes_alone(
    sizes: list[int], told: list[int]
) -> None:
    events = [event(number, size) for number, size in enumerate(sizes)]

    messages = list(messages_of(events, together=True))

    assert [len(message.more_events) + 1 for message in messages] == told
    assert each(messages) == [event_to_wire(one) for one in events]
    assert all(message.ByteSize() < 1.1 * TOGETHER_BYTES for message in messages if message.more_events)
