"""What operators read: appointments by day, and whether everybody hears of them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from booking.storage.lag import SqlLag
from booking.testing.samples import NOW, TENANT, a_request
from chassis.grpc_client import fault_of
from rufbuch.booking.v1 import operations_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub


def days(**changes: Any) -> operations_pb2.GetBookingFiguresRequest:
    start, end = Timestamp(), Timestamp()
    start.FromDatetime(NOW - timedelta(days=3))
    end.FromDatetime(NOW + timedelta(days=1))
    values = {"tenant_id": TENANT, "start_time": start, "end_time": end, "time_zone": "Europe/Berlin"}
    return operations_pb2.GetBookingFiguresRequest(**{**values, **changes})


async def test_appointments_are_counted_on_the_day_they_were_made(
    booking: "BookingServiceAsyncStub",
) -> None:
    await booking.BookAppointment(a_request())
    (day,) = (await booking.GetBookingFigures(days())).days
    assert (day.date, day.booked, day.cancelled) == (NOW.date().isoformat(), 1, 0)


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Mars/Base"}, {"tenant_id": "x"}, {"end_time": None}, {"start_time": None}]
)
async def test_days_that_are_none_are_refused(
    booking: "BookingServiceAsyncStub", wrong: dict[str, Any]
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await booking.GetBookingFigures(days(**wrong))
    assert fault_of(refused.value).reason == "REQUEST_INVALID"


async def test_whoever_lags_behind_is_seen_to(booking: "BookingServiceAsyncStub") -> None:
    await booking.BookAppointment(a_request())
    stream = booking.WatchEvents(service_pb2.WatchEventsRequest())
    read_to = (await anext(aiter(stream))).position
    stream.cancel()
    told = await booking.GetEventLag(
        operations_pb2.GetEventLagRequest(positions={"new": "", "current": read_to})
    )
    lags = {each.reader: each.waiting for each in told.readers}
    assert lags["new"] == 1
    assert lags["current"] == 0
    assert {"waiting list", "messages"} < lags.keys()
    (new,) = (each for each in told.readers if each.reader == "new")
    assert new.oldest_time.seconds == int(NOW.timestamp())


async def test_a_position_that_is_none_is_refused(booking: "BookingServiceAsyncStub") -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await booking.GetEventLag(operations_pb2.GetEventLagRequest(positions={"x": "nowhere"}))
    assert fault_of(refused.value).reason == "POSITION_INVALID"


@pytest.mark.parametrize("position", ["", "1289-7", "998-1", "18446744073709551615-9"])
async def test_every_position_can_be_looked_at(pool: asyncpg.Pool, position: str) -> None:
    """A digit above seven in a transaction's id ended the service, since the id was read as octal."""
    await pool.execute("UPDATE message_reader SET position = $1", position)
    await pool.execute("UPDATE waitlist_stream SET position = $1", position)
    await SqlLag(pool).tell(NOW)
