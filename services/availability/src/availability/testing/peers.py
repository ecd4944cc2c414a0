"""The registry, booking and calendar-sync as peers that a test can tell things."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import grpc

from availability.testing.salon import stamp
from chassis.errors import Kind, ServiceError
from chassis.grpc_server import Servicer
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2 as calendar_pb2
from rufbuch.calendarsync.v1 import service_pb2_grpc as calendar_grpc
from rufbuch.staff.v1 import business_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class Log:
    """Messages in order; a reader gets those after a position, and then the new ones."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.readers = 0
        self._changed = asyncio.Condition()

    async def append(self, message: object) -> None:
        """Add a message."""
        async with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    async def read(self, after: str) -> AsyncIterator[Any]:
        """All of it, for ever."""
        async for messages in self.read_together(after, 1):
            yield messages[0]

    async def read_together(self, after: str, at_most: int) -> AsyncIterator[list[Any]]:
        """The same, as many at once as are there."""
        position = int(after or 0)
        self.readers += 1
        while True:
            async with self._changed:
                while len(self.messages) <= position:
                    await self._changed.wait()
            yield (told := self.messages[position : position + at_most])
            position += len(told)

    @property
    def next_position(self) -> str:
        """Of the message that is appended next."""
        return str(len(self.messages) + 1)


class BusinessUnknownError(ServiceError):
    """There is no such business."""

    kind = Kind.NOT_FOUND
    reason = "BUSINESS_UNKNOWN"


class RegistryPeer(staff_grpc.StaffRegistryServiceServicer):
    """A staff registry that knows what the test tells it."""

    def __init__(self, *businesses: business_pb2.Business) -> None:
        self.businesses = {business.tenant_id: business for business in businesses}
        self.read: list[str] = []
        """Ids of the businesses that were asked for, in order."""
        self.untold = set[str]()
        """Those at which it fails."""
        self.silent = False
        self.lists = asyncio.Event()
        """Until it is set, nobody is told which businesses there are."""
        self.lists.set()
        self._log = Log()

    @property
    def readings(self) -> int:
        """How often a business was asked for."""
        return len(self.read)

    async def change(self, business: business_pb2.Business) -> None:
        """Put a business in the place of what was known of it, and tell."""
        self.businesses[business.tenant_id] = business
        change = staff_pb2.WatchChangesResponse(
            position=self._log.next_position, tenant_id=business.tenant_id
        )
        await self._log.append(change)

    async def GetBusiness(  # noqa: N802 - gRPC's name
        self, request: staff_pb2.GetBusinessRequest, _: Context
    ) -> staff_pb2.GetBusinessResponse:
        """See staff's service.proto."""
        self.read.append(request.tenant_id)
        if request.tenant_id not in self.businesses:
            raise BusinessUnknownError("no such business")
        if request.tenant_id in self.untold:
            raise AssertionError("a bug")
        if self.silent:
            await asyncio.Event().wait()
        return staff_pb2.GetBusinessResponse(business=self.businesses[request.tenant_id])

    async def ListBusinesses(  # noqa: N802 - gRPC's name
        self, request: staff_pb2.ListBusinessesRequest, _: Context
    ) -> staff_pb2.ListBusinessesResponse:
        """See staff's service.proto; in pages of two."""
        await self.lists.wait()
        rest = sorted(each for each in self.businesses if each > request.page_token)
        page, more = rest[:2], rest[2:]
        return staff_pb2.ListBusinessesResponse(tenant_ids=page, next_page_token=page[-1] if more else "")

    async def WatchChanges(  # noqa: N802 - gRPC's name
        self, request: staff_pb2.WatchChangesRequest, _: Context
    ) -> AsyncIterator[staff_pb2.WatchChangesResponse]:
        """See staff's service.proto."""
        async for change in self._log.read(request.after):
            yield change

    def as_servicer(self) -> Servicer:
        """For the server."""
        return Servicer(
            self,
            staff_grpc.add_StaffRegistryServiceServicer_to_server,
            "rufbuch.staff.v1.StaffRegistryService",
        )


class BookingPeer(booking_grpc.BookingServiceServicer):
    """A booking service whose log holds what the test appends."""

    def __init__(self) -> None:
        self.log = Log()

    async def book(self, appointment: appointment_pb2.Appointment, *, now: datetime) -> None:
        """Append that an appointment was made."""
        await self.tell(now, appointment_booked=booking_pb2.AppointmentBooked(appointment=appointment))

    async def tell(self, now: datetime, **event: Any) -> None:  # noqa: ANN401 - one of the oneof's messages
        """Append an event; without one it is of a kind that nobody knows yet."""
        await self.log.append(
            booking_pb2.WatchEventsResponse(position=self.log.next_position, event_time=stamp(now), **event)
        )

    async def WatchEvents(  # noqa: N802 - gRPC's name
        self, request: booking_pb2.WatchEventsRequest, _: Context
    ) -> AsyncIterator[booking_pb2.WatchEventsResponse]:
        """See booking's service.proto."""
        async for events in self.log.read_together(request.after, 1000 if request.reads_more_events else 1):
            message = booking_pb2.WatchEventsResponse(more_events=events[1:])
            message.MergeFrom(events[0])
            yield message

    def as_servicer(self) -> Servicer:
        """For the server."""
        return Servicer(
            self, booking_grpc.add_BookingServiceServicer_to_server, "rufbuch.booking.v1.BookingService"
        )


class CalendarPeer(calendar_grpc.CalendarSyncServiceServicer):
    """A calendar-sync service whose log of busy times holds what the test appends."""

    def __init__(self) -> None:
        self.log = Log()
        self.taken: set[tuple[str, datetime]] = set()
        """People and an instant of their time that somebody outside has."""
        self.silent = False
        self.looks: list[calendar_pb2.CheckTimesRequest] = []
        self.held: list[calendar_pb2.MirrorHoldsRequest] = []

    async def CheckTimes(  # noqa: N802 - gRPC's name
        self, request: calendar_pb2.CheckTimesRequest, _: Context
    ) -> calendar_pb2.CheckTimesResponse:
        """See calendarsync's service.proto."""
        self.looks.append(request)
        if self.silent:
            await asyncio.Event().wait()
        return calendar_pb2.CheckTimesResponse(states=map(self._state, request.times))

    def _state(self, time: calendar_pb2.PersonTime) -> calendar_pb2.TimeState.ValueType:
        start, end = time.start_time.ToDatetime(UTC), time.end_time.ToDatetime(UTC)
        is_taken = any(who == time.person_id and start <= at < end for who, at in self.taken)
        return calendar_pb2.TIME_STATE_TAKEN if is_taken else calendar_pb2.TIME_STATE_FREE

    async def MirrorHolds(  # noqa: N802 - gRPC's name
        self, request: calendar_pb2.MirrorHoldsRequest, _: Context
    ) -> calendar_pb2.MirrorHoldsResponse:
        """See calendarsync's service.proto."""
        self.held.append(request)
        return calendar_pb2.MirrorHoldsResponse()

    async def tell(self, busy_time: calendar_pb2.BusyTime, *, now: datetime, gone: bool = False) -> None:
        """Append that somebody is taken in a calendar outside, or no longer is."""
        change = calendar_pb2.WatchBusyTimesResponse(
            position=self.log.next_position, event_time=stamp(now), busy_time=busy_time, gone=gone
        )
        await self.log.append(change)

    async def WatchBusyTimes(  # noqa: N802 - gRPC's name
        self, request: calendar_pb2.WatchBusyTimesRequest, _: Context
    ) -> AsyncIterator[calendar_pb2.WatchBusyTimesResponse]:
        """See calendarsync's service.proto."""
        async for change in self.log.read(request.after):
            yield change

    def as_servicer(self) -> Servicer:
        """For the server."""
        return Servicer(
            self,
            calendar_grpc.add_CalendarSyncServiceServicer_to_server,
            "rufbuch.calendarsync.v1.CalendarSyncService",
        )
