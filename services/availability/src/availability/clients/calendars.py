"""Owns the calendars outside as seen from here: what calendar-sync knows to be taken in them."""

from collections.abc import AsyncIterator
from datetime import UTC
from typing import TYPE_CHECKING

import grpc

from availability.clients.streams import messages
from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.domain.ledger import BusySource
from availability.usecases.calendars import BusyChange
from availability.usecases.follow_busy import BusyEvent
from rufbuch.calendarsync.v1 import service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub


class OutsideCalendars:
    """The calendar-sync service."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self._stub: CalendarSyncServiceAsyncStub = service_pb2_grpc.CalendarSyncServiceStub(channel)

    async def events(self, after: str) -> AsyncIterator[BusyEvent | None]:
        """All changes after a position and then the new ones; None: connected, nothing new. Raises StreamLostError."""
        call = self._stub.WatchBusyTimes(service_pb2.WatchBusyTimesRequest(after=after))
        async for message in messages(call, self._channel):
            yield None if message is None else _event(message)


def _event(message: service_pb2.WatchBusyTimesResponse) -> BusyEvent:
    told = message.busy_time
    takings = () if message.gone else (_taking(told),)
    change = BusyChange(told.tenant_id, told.busy_id, takings, source=BusySource.EXTERNAL)
    return BusyEvent(message.position, message.event_time.ToDatetime(UTC), message.traceparent, (change,))


def _taking(told: service_pb2.BusyTime) -> Taking:
    begin, end = told.start_time.ToDatetime(UTC), told.end_time.ToDatetime(UTC)
    return Taking(told.person_id, Interval.of(begin, end))
