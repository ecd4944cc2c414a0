"""What tests do with the service again and again."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

import grpc

from booking.testing.samples import a_request
from chassis.grpc_client import Fault, fault_of
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

OVERLAPS = """
SELECT count(*) FROM occupancy one JOIN occupancy other
    ON one.span && other.span AND (one.appointment_id, one.span) < (other.appointment_id, other.span)
"""
"""Pairs of occupied intervals of one occupant that share time."""


async def refused(call: Awaitable[object]) -> Fault:
    """Why a call was refused; an AssertionError where it was not."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return fault_of(error)
    raise AssertionError("it was not refused")


async def book(booking: "BookingServiceAsyncStub", **changed: str) -> appointment_pb2.Appointment:
    """An appointment made with the request of the samples but for what is named."""
    return (await booking.BookAppointment(a_request(**changed))).appointment


async def told(booking: "BookingServiceAsyncStub", number: int) -> list[service_pb2.WatchEventsResponse]:
    """The first events of the log, as soon as there are so many."""
    stream = booking.WatchEvents(service_pb2.WatchEventsRequest(), timeout=20)
    events = aiter(stream)
    first = [await anext(events) for _ in range(number)]
    stream.cancel()
    return first
