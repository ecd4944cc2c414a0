"""Channels to the other services."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc

from rufbuch.availability.v1 import service_pb2_grpc as availability_grpc
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2_grpc as sync_grpc
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from rufbuch.telephony.v1 import service_pb2_grpc as telephony_grpc

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub
    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub
    from rufbuch.telephony.v1.service_pb2_grpc import CallServiceAsyncStub


@dataclass(frozen=True)
class Peers:
    """A stub for each service."""

    registry: "StaffRegistryServiceAsyncStub"
    availability: "AvailabilityServiceAsyncStub"
    booking: "BookingServiceAsyncStub"
    sync: "CalendarSyncServiceAsyncStub"
    calls: "CallServiceAsyncStub"
    channels: Mapping[str, grpc.aio.Channel]

    @classmethod
    def over(
        cls,
        *,
        registry: grpc.aio.Channel,
        availability: grpc.aio.Channel,
        booking: grpc.aio.Channel,
        sync: grpc.aio.Channel,
        calls: grpc.aio.Channel,
    ) -> "Peers":
        """Stubs over these channels."""
        return cls(
            registry=staff_grpc.StaffRegistryServiceStub(registry),
            availability=availability_grpc.AvailabilityServiceStub(availability),
            booking=booking_grpc.BookingServiceStub(booking),
            sync=sync_grpc.CalendarSyncServiceStub(sync),
            calls=telephony_grpc.CallServiceStub(calls),
            channels={
                "staff-registry": registry,
                "availability": availability,
                "booking": booking,
                "calcom-sync": sync,
                "telephony-gateway": calls,
            },
        )
