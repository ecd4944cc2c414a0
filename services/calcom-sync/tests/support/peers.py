"""Peers that tell what they are told to, and appointments as booking tells them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import Kind, ServiceError
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.staff.v1 import business_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from sandbox.calcom.embedded import HOST_KEY

SECRET = "whsec-of-the-salon"
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MINUTES = ((50, True), (15, False), (5, True), (15, True), (10, False), (40, True))
"""A perm: phases of a service with their lengths, True where the person is needed."""


def named(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE_URL, name)


TENANT, BRANCH, SERVICE, PERSON, ACCOUNT = map(named, ("tenant", "branch", "service", "person", "account"))


_PERM = business_pb2.Service(
    service_id=str(SERVICE),
    phases=[
        business_pb2.Phase(
            minutes=minutes,
            kind=business_pb2.PHASE_KIND_ACTIVE if active else business_pb2.PHASE_KIND_GAP_FREE,
        )
        for minutes, active in MINUTES
    ],
)


class BusinessUnknownError(ServiceError):
    kind, reason = Kind.NOT_FOUND, "BUSINESS_UNKNOWN"


class PeerAwayError(ServiceError):
    kind, reason = Kind.UNAVAILABLE, ""


class IllegalError(ServiceError):
    kind, reason = Kind.FAILED_PRECONDITION, "ILLEGAL_MOVE"


@dataclass
class FakeRegistry(staff_grpc.StaffRegistryServiceServicer):
    """Answers for one business, and for others that are set up like it."""

    calendar_sync: bool = True
    api_key: str = HOST_KEY
    mappings: list[business_pb2.Mapping] = field(default_factory=list)
    more_services: list[business_pb2.Service] = field(default_factory=list)
    calendar_terms: business_pb2.CalendarTerms = field(default_factory=business_pb2.CalendarTerms)
    away: bool = False
    asked: int = 0
    changes: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    person: UUID = PERSON
    aliases: list[UUID] = field(default_factory=list)
    account: UUID = ACCOUNT
    second_account: staff_pb2.AccountSecret | None = None
    others: list[UUID] = field(default_factory=list)
    broken: list[UUID] = field(default_factory=list)
    """Businesses about which it cannot tell anything."""
    unreadable: list[UUID] = field(default_factory=list)
    """Businesses of which it tells a mapping that names nobody."""
    answers: asyncio.Event | None = None
    """Until then it keeps back what it has read."""

    def _check(self, tenant_id: str) -> None:
        self.asked += 1
        if self.away or tenant_id in map(str, self.broken):
            raise PeerAwayError("away")
        if tenant_id not in self._tenants():
            raise BusinessUnknownError("no such business")

    async def ListBusinesses(self, request: Any, context: Any) -> staff_pb2.ListBusinessesResponse:
        self._check(str(TENANT))
        return staff_pb2.ListBusinessesResponse(tenant_ids=self._tenants())

    def _tenants(self) -> list[str]:
        return [str(TENANT), *map(str, self.others)]

    async def GetBusiness(self, request: Any, context: Any) -> staff_pb2.GetBusinessResponse:
        self._check(request.tenant_id)
        branch = business_pb2.Branch(branch_id=str(BRANCH), time_zone="Europe/Berlin")
        business = business_pb2.Business(
            tenant_id=request.tenant_id, language="de-DE", branches=[branch], calendar_sync=self.calendar_sync,
            people=[
                business_pb2.Person(
                    person_id=str(self.person), service_ids=[str(SERVICE)], alias_ids=map(str, self.aliases)
                )
            ],
            services=[_PERM, *self.more_services], calendar_terms=self.calendar_terms,
        )  # fmt: skip
        return staff_pb2.GetBusinessResponse(business=business)

    async def GetCalendarSetup(self, request: Any, context: Any) -> staff_pb2.GetCalendarSetupResponse:
        self._check(request.tenant_id)
        account = staff_pb2.AccountSecret(
            account_id=str(self.account), person_id=str(self.person), username="vera", api_key=self.api_key
        )
        told = staff_pb2.GetCalendarSetupResponse(
            accounts=[account, *([self.second_account] if self.second_account else [])],
            mappings=self.mappings,
            webhook_secret=SECRET,
            etag="1",
        )
        if request.tenant_id in map(str, self.unreadable):
            told.mappings.append(business_pb2.Mapping(service_id=str(SERVICE), account_id=str(ACCOUNT)))
        if self.answers:
            await self.answers.wait()
        return told

    async def WatchChanges(self, request: Any, context: Any) -> AsyncIterator[staff_pb2.WatchChangesResponse]:
        while True:
            tenant_id = await self.changes.get()
            yield staff_pb2.WatchChangesResponse(position="1", tenant_id=tenant_id)

    def rename_person(self, old: UUID, new: UUID) -> None:
        """One id has become another name of another."""
        self.person, self.aliases = new, [old]
        for mapping in self.mappings:
            mapping.person_id = str(new)

    def rename_account(self, new: UUID) -> None:
        """One account, entered twice, is entered once."""
        self.account = new
        for mapping in self.mappings:
            mapping.account_id = str(new)

    def link_account(self, account_id: UUID, username: str, api_key: str) -> None:
        """The person turned out to have a second account."""
        self.second_account = staff_pb2.AccountSecret(
            account_id=str(account_id), person_id=str(self.person), username=username, api_key=api_key
        )

    def map(
        self, position: int, event_type_id: int, service_id: UUID = SERVICE, *, account_id: UUID = ACCOUNT
    ) -> None:
        """Map a phase of a service."""
        self.mappings.append(
            business_pb2.Mapping(
                service_id=str(service_id),
                phase_position=position,
                person_id=str(PERSON),
                account_id=str(account_id),
                event_type_id=event_type_id,
            )
        )


@dataclass
class FakeBooking(booking_grpc.BookingServiceServicer):
    """A log that grows; ``cut`` ends the streams that are open."""

    events: list[booking_pb2.WatchEventsResponse] = field(default_factory=list)
    asked_after: list[str] = field(default_factory=list)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)
    generation: int = 0
    implements: bool = True
    illegal: bool = False
    tells_together: bool = True
    """Whether it is new enough to tell what is there at once in one message."""
    callbacks: list[booking_pb2.RequestCallbackRequest] = field(default_factory=list)
    cancellations: list[booking_pb2.CancelAppointmentRequest] = field(default_factory=list)

    async def RequestCallback(self, request: Any, context: Any) -> booking_pb2.RequestCallbackResponse:
        if not self.implements:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not implemented!")
        self.callbacks.append(request)
        return booking_pb2.RequestCallbackResponse()

    async def CancelAppointment(self, request: Any, context: Any) -> booking_pb2.CancelAppointmentResponse:
        self.cancellations.append(request)
        if self.illegal:
            raise IllegalError("it took place")
        return booking_pb2.CancelAppointmentResponse()

    async def WatchEvents(self, request: Any, context: Any) -> AsyncIterator[booking_pb2.WatchEventsResponse]:
        self.asked_after.append(request.after)
        position, generation = int(request.after or 0), self.generation
        while await self._grown_beyond(position, generation):
            events = self.events[position:][
                : None if self.tells_together and request.reads_more_events else 1
            ]
            position += len(events)
            message = booking_pb2.WatchEventsResponse(more_events=events[1:])
            message.MergeFrom(events[0])
            yield message
        raise PeerAwayError("cut")

    async def _grown_beyond(self, position: int, generation: int) -> bool:
        """Wait for an event at the position; False: the streams were cut before."""
        async with self.grown:
            await self.grown.wait_for(lambda: len(self.events) > position or self.generation != generation)
        return self.generation == generation

    async def tell(self, made: appointment_pb2.Appointment) -> booking_pb2.WatchEventsResponse:
        """Append that an appointment was made."""
        async with self.grown:
            event = booked_event(made, position=str(len(self.events) + 1))
            self.events.append(event)
            self.grown.notify_all()
        return event

    async def cut(self) -> None:
        """End the open streams with an error."""
        async with self.grown:
            self.generation += 1
            self.grown.notify_all()


def booked_event(made: appointment_pb2.Appointment, position: str) -> booking_pb2.WatchEventsResponse:
    """What booking tells."""
    return booking_pb2.WatchEventsResponse(
        position=position,
        traceparent=TRACEPARENT,
        appointment_booked=booking_pb2.AppointmentBooked(appointment=made),
    )


def appointment(
    start: datetime,
    *,
    phone: str = "+493023125001",
    name: str = "Mia Sommer",
    customer: appointment_pb2.Customer | None = None,
) -> appointment_pb2.Appointment:
    """A perm at a time, for a customer of her own unless told."""
    made = appointment_pb2.Appointment(
        appointment_id=str(uuid4()),
        tenant_id=str(TENANT),
        branch_id=str(BRANCH),
        service_id=str(SERVICE),
        person_id=str(PERSON),
        call_id="call_1",
        customer=customer
        or appointment_pb2.Customer(
            name=name, phone_number=phone, calendar_email=f"{uuid4().hex}@example.org"
        ),
    )
    at = start
    for position, (minutes, active) in enumerate(MINUTES):
        until = at + timedelta(minutes=minutes)
        kind = appointment_pb2.PHASE_KIND_ACTIVE if active else appointment_pb2.PHASE_KIND_GAP_FREE
        made.phases.append(
            appointment_pb2.AppointmentPhase(
                phase_id=str(uuid4()),
                position=position,
                kind=kind,
                person_id=str(PERSON),
                start_time=stamp(at),
                end_time=stamp(until),
            )
        )
        at = until
    return made


def stamp(instant: datetime) -> Timestamp:
    """As it goes over the wire."""
    told = Timestamp()
    told.FromDatetime(instant)
    return told
