"""Booking, calendar-sync and availability over gRPC, as resolutions need them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any
from uuid import UUID

import grpc

from chassis.grpc_client import fault_of
from rufbuch.availability.v1 import people_pb2 as availability_pb2
from rufbuch.availability.v1 import service_pb2_grpc as availability_grpc
from rufbuch.booking.v1 import people_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import people_pb2 as copies_pb2
from rufbuch.calendarsync.v1 import service_pb2_grpc as copies_grpc
from staff_registry.errors import PeerUnavailableError
from staff_registry.usecases.peers import Described, Named, Overlap, Peers, Seen

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub
    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub

DEADLINE_S = 5.0
LONG_S = 30.0
"""For a change of all that a person has."""
_BOOKED = ("appointments", "appointments_ahead", "phases", "regular_customers", "other_records")


class GrpcBookings:
    """Implements the port Bookings."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: BookingServiceAsyncStub = booking_grpc.BookingServiceStub(channel)

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        """See Bookings."""
        request = booking_pb2.DescribePeopleRequest(tenant_id=str(tenant_id), person_ids=map(str, people))
        with _reaching("booking"):
            answer = await self._stub.DescribePeople(request, timeout=DEADLINE_S)
        overlaps = (
            Overlap(
                each.appointment_id,
                each.other_appointment_id,
                each.start_time.ToDatetime(UTC),
                each.end_time.ToDatetime(UTC),
            )
            for each in answer.overlaps
        )
        return Described(_counts(answer.people, _BOOKED), tuple(overlaps))

    async def unite(self, named: Named) -> None:
        """See Bookings."""
        request = booking_pb2.UnitePeopleRequest(
            tenant_id=str(named.tenant_id),
            resolution_id=str(named.resolution_id),
            person_id=str(named.person_id),
            alias_person_id=str(named.alias_id),
            operator=named.operator,
        )
        with _reaching("booking"):
            await self._stub.UnitePeople(request, timeout=LONG_S)

    async def separate(self, named: Named, *, validate_only: bool) -> Sequence[str]:
        """See Bookings."""
        request = booking_pb2.SeparatePeopleRequest(
            tenant_id=str(named.tenant_id),
            resolution_id=str(named.resolution_id),
            operator=named.operator,
            validate_only=validate_only,
        )
        with _reaching("booking"):
            answer = await self._stub.SeparatePeople(request, timeout=LONG_S)
        return list(answer.conflicts)


class GrpcCopies:
    """Implements the port Copies."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: CalendarSyncServiceAsyncStub = copies_grpc.CalendarSyncServiceStub(channel)

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        """See Copies."""
        request = copies_pb2.DescribePeopleRequest(tenant_id=str(tenant_id), person_ids=map(str, people))
        with _reaching("calendar-sync"):
            answer = await self._stub.DescribePeople(request, timeout=DEADLINE_S)
        return Described(_counts(answer.people, ("copies", "busy_times")))

    async def reassign(self, named: Named, accounts: Mapping[UUID, UUID]) -> None:
        """See Copies."""
        changes = [
            copies_pb2.AccountChange(account_id=str(old), same_as_account_id=str(new))
            for old, new in accounts.items()
        ]
        request = copies_pb2.ReassignPersonRequest(
            tenant_id=str(named.tenant_id),
            resolution_id=str(named.resolution_id),
            person_id=str(named.person_id),
            alias_person_id=str(named.alias_id),
            account_changes=changes,
        )
        with _reaching("calendar-sync"):
            await self._stub.ReassignPerson(request, timeout=LONG_S)

    async def give_back(self, named: Named) -> None:
        """See Copies."""
        request = copies_pb2.ReturnPersonRequest(
            tenant_id=str(named.tenant_id), resolution_id=str(named.resolution_id)
        )
        with _reaching("calendar-sync"):
            await self._stub.ReturnPerson(request, timeout=LONG_S)


class GrpcCalendars:
    """Implements the port Calendars."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: AvailabilityServiceAsyncStub = availability_grpc.AvailabilityServiceStub(channel)

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        """See Calendars."""
        return Described(_counts(await self._people(tenant_id, people), ("holds",)))

    async def seen(self, tenant_id: UUID, person_id: UUID) -> Seen:
        """See Calendars."""
        (known,) = await self._people(tenant_id, [person_id])
        return Seen(known.same_as_person_id, known.appointments)

    async def _people(
        self, tenant_id: UUID, people: Sequence[UUID]
    ) -> Sequence[availability_pb2.PersonRecords]:
        request = availability_pb2.DescribePeopleRequest(
            tenant_id=str(tenant_id), person_ids=map(str, people)
        )
        with _reaching("availability"):
            return (await self._stub.DescribePeople(request, timeout=DEADLINE_S)).people


def peers_of(
    booking: grpc.aio.Channel, calendar_sync: grpc.aio.Channel, availability: grpc.aio.Channel
) -> Peers:
    """All of them over their channels."""
    return Peers(GrpcBookings(booking), GrpcCopies(calendar_sync), GrpcCalendars(availability))


def _counts(people: Sequence[Any], fields: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    one, other = people
    return {field: (getattr(one, field), getattr(other, field)) for field in fields}


@contextmanager
def _reaching(peer: str) -> Iterator[None]:
    """Whatever the answer lacks, it is asked for again: every one of these calls is harmless to repeat."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        why = fault.reason or fault.code.name
        raise PeerUnavailableError(f"{peer}: {why}: {fault.message}"[:300], peer=peer) from error
