"""What the services say of themselves: figures, and whether they hear of each other."""

from dataclasses import dataclass, field
from typing import Any

import grpc

from rufbuch.availability.v1 import operations_pb2 as availability_pb2
from rufbuch.booking.v1 import operations_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import operations_pb2 as sync_pb2
from rufbuch.calendarsync.v1 import service_pb2
from rufbuch.telephony.v1 import operations_pb2 as calls_pb2

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass
class Operations:
    """All of it."""

    call_days: list[calls_pb2.CallDay] = field(default_factory=list)
    booking_days: list[booking_pb2.BookingDay] = field(default_factory=list)
    sync_days: list[sync_pb2.SyncDay] = field(default_factory=list)
    unsettled: list[sync_pb2.UnsettledAppointment] = field(default_factory=list)
    sync_status: sync_pb2.GetSyncStatusResponse = field(default_factory=sync_pb2.GetSyncStatusResponse)
    call_status: calls_pb2.GetCallStatusResponse = field(default_factory=calls_pb2.GetCallStatusResponse)
    streams: list[availability_pb2.StreamStatus] = field(default_factory=list)
    lags: list[booking_pb2.ReaderLag] = field(default_factory=list)
    accounts: list[service_pb2.AccountCheck] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Names of what was asked that costs something."""


class AvailabilityOperations:
    """A part of AvailabilityService."""

    operations: Operations

    def reached(self) -> None:
        """Raises where the service is away."""
        raise NotImplementedError

    async def GetStreamStatus(
        self, request: availability_pb2.GetStreamStatusRequest, context: Context
    ) -> availability_pb2.GetStreamStatusResponse:
        self.reached()
        return availability_pb2.GetStreamStatusResponse(streams=self.operations.streams)


class BookingOperations:
    """A part of BookingService."""

    operations: Operations

    def reached(self) -> None:
        """Raises where the service is away."""
        raise NotImplementedError

    async def GetBookingFigures(
        self, request: booking_pb2.GetBookingFiguresRequest, context: Context
    ) -> booking_pb2.GetBookingFiguresResponse:
        self.reached()
        self.operations.asked.append("booking figures")
        return booking_pb2.GetBookingFiguresResponse(days=self.operations.booking_days)

    async def GetEventLag(
        self, request: booking_pb2.GetEventLagRequest, context: Context
    ) -> booking_pb2.GetEventLagResponse:
        self.reached()
        return booking_pb2.GetEventLagResponse(readers=self.operations.lags)


class SyncOperations:
    """A part of CalendarSyncService."""

    operations: Operations

    def reached(self) -> None:
        """Raises where the service is away."""
        raise NotImplementedError

    async def ListUnsettled(
        self, request: sync_pb2.ListUnsettledRequest, context: Context
    ) -> sync_pb2.ListUnsettledResponse:
        self.reached()
        return sync_pb2.ListUnsettledResponse(appointments=self.operations.unsettled)

    async def GetSyncFigures(
        self, request: sync_pb2.GetSyncFiguresRequest, context: Context
    ) -> sync_pb2.GetSyncFiguresResponse:
        self.reached()
        return sync_pb2.GetSyncFiguresResponse(days=self.operations.sync_days)

    async def GetSyncStatus(
        self, request: sync_pb2.GetSyncStatusRequest, context: Context
    ) -> sync_pb2.GetSyncStatusResponse:
        self.reached()
        return self.operations.sync_status

    async def CheckAccounts(
        self, request: service_pb2.CheckAccountsRequest, context: Context
    ) -> service_pb2.CheckAccountsResponse:
        self.reached()
        self.operations.asked.append("accounts")
        return service_pb2.CheckAccountsResponse(accounts=self.operations.accounts)

    async def CheckMappings(
        self, request: service_pb2.CheckMappingsRequest, context: Context
    ) -> service_pb2.CheckMappingsResponse:
        self.reached()
        assert not request.fix
        return service_pb2.CheckMappingsResponse()

    async def ListBusyTimes(
        self, request: service_pb2.ListBusyTimesRequest, context: Context
    ) -> service_pb2.ListBusyTimesResponse:
        self.reached()
        return service_pb2.ListBusyTimesResponse()


class CallOperations:
    """A part of CallService."""

    operations: Operations

    def reached(self) -> None:
        """Raises where the service is away."""
        raise NotImplementedError

    async def GetCallFigures(
        self, request: calls_pb2.GetCallFiguresRequest, context: Context
    ) -> calls_pb2.GetCallFiguresResponse:
        self.reached()
        return calls_pb2.GetCallFiguresResponse(days=self.operations.call_days)

    async def GetCallStatus(
        self, request: calls_pb2.GetCallStatusRequest, context: Context
    ) -> calls_pb2.GetCallStatusResponse:
        self.reached()
        return self.operations.call_status
