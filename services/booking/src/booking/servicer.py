"""BookingService over gRPC: reads a request, asks one use case, writes its answer."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
from opentelemetry import trace

from booking.allowed import ALLOWED
from booking.domain.event import Event
from booking.domain.identifiers import uuid_of
from booking.domain.listing import page_size_of
from booking.errors import REASONS
from booking.event_stream import messages_of
from booking.message_wire import channel_to_wire
from booking.requests import filters_of, terms_of, wish_of
from booking.servicer_care import CareRpcs
from booking.servicer_changes import ChangeRpcs
from booking.servicer_erasure import ErasureRpcs
from booking.servicer_making import MakingRpcs
from booking.servicer_messages import MessageRpcs
from booking.servicer_operations import Figures, OperationsRpcs
from booking.servicer_people import PeopleRpcs
from booking.servicer_waitlist import WaitlistRpcs
from booking.usecases.book_appointment import Answer, BookAppointment
from booking.usecases.book_series import BookSeries
from booking.usecases.callbacks import Branches, Callbacks
from booking.usecases.change_appointment import ChangeAppointment
from booking.usecases.customers import Customers
from booking.usecases.erase_everywhere import Erasures
from booking.usecases.messages.ports import Messages
from booking.usecases.messages.promise import Promises
from booking.usecases.move_appointment import MoveAppointment
from booking.usecases.overbook_appointment import OverbookAppointment
from booking.usecases.people import People
from booking.usecases.read_appointments import Appointments, get_appointment, list_appointments
from booking.usecases.waitlist import KeepWaitlist
from booking.wire import appointment_to_wire
from chassis.clock import Clock
from chassis.errors import ServiceError
from chassis.grpc_server import Servicer
from rufbuch.booking.v1 import service_pb2, service_pb2_grpc
from signals.metrics import Counter

Context = grpc.aio.ServicerContext[Any, Any]
OUTCOMES = ("booked", "repeated", *sorted(reason.lower() for reason in REASONS))
_bookings = Counter(
    "rufbuch_booking_bookings_total", "Wishes answered, by what became of them", {"outcome": OUTCOMES}
)


class Events(Protocol):
    """Where events are read."""

    def watch(self, after: str) -> AsyncIterator[Sequence[Event]]:
        """All events after a position, then the new ones as they come, those together that are there at once."""
        ...


@dataclass(frozen=True)
class Parts:
    """What the RPCs need."""

    book: BookAppointment
    change: ChangeAppointment
    move: MoveAppointment
    overbook: OverbookAppointment
    series: BookSeries
    appointments: Appointments
    events: Events
    callbacks: Callbacks
    branches: Branches
    customers: Customers
    erasures: Erasures
    people: People
    waitlist: KeepWaitlist
    messages: Messages
    promises: Promises
    figures: Figures
    clock: Clock


class BookingServicer(
    MakingRpcs,
    ChangeRpcs,
    CareRpcs,
    ErasureRpcs,
    WaitlistRpcs,
    PeopleRpcs,
    MessageRpcs,
    OperationsRpcs,
    service_pb2_grpc.BookingServiceServicer,
):
    """The RPCs."""

    def __init__(self, parts: Parts) -> None:
        self._book, self._change, self._move = parts.book, parts.change, parts.move
        self._overbook, self._series = parts.overbook, parts.series
        self._appointments, self._events = parts.appointments, parts.events
        self._branches = parts.branches
        self._callbacks, self._customers, self._clock = parts.callbacks, parts.customers, parts.clock
        self._people, self._erasures = parts.people, parts.erasures
        self._waitlist = parts.waitlist
        self._messages, self._promises = parts.messages, parts.promises
        self._figures = parts.figures

    async def BookAppointment(
        self, request: service_pb2.BookAppointmentRequest, context: Context
    ) -> service_pb2.BookAppointmentResponse:
        """See the contract."""
        trace.get_current_span().set_attribute("rufbuch.call_id", request.call_id)
        answer = await self._counted(request)
        return service_pb2.BookAppointmentResponse(
            appointment=appointment_to_wire(answer.appointment),
            repeated_answer=answer.repeated,
            more_appointments=map(appointment_to_wire, answer.appointments[1:]),
            confirmation_channel=channel_to_wire(
                await self._promises.about(answer.appointment, answer.contact)
            ),
        )

    async def GetAppointment(
        self, request: service_pb2.GetAppointmentRequest, context: Context
    ) -> service_pb2.GetAppointmentResponse:
        """See the contract."""
        tenant_id = uuid_of("tenant_id", request.tenant_id)
        appointment_id = uuid_of("appointment_id", request.appointment_id)
        order = terms_of(request) if request.HasField("moving_actor") else None
        found = await get_appointment(self._appointments, tenant_id, appointment_id)
        terms = await self._move_terms(order) if order else None
        return service_pb2.GetAppointmentResponse(appointment=appointment_to_wire(found), move_terms=terms)

    async def ListAppointments(
        self, request: service_pb2.ListAppointmentsRequest, context: Context
    ) -> service_pb2.ListAppointmentsResponse:
        """See the contract."""
        page = await list_appointments(
            self._appointments,
            filters_of(request),
            token=request.page_token,
            size=page_size_of(request.page_size),
        )
        return service_pb2.ListAppointmentsResponse(
            appointments=map(appointment_to_wire, page.appointments), next_page_token=page.next_token
        )

    async def WatchEvents(
        self, request: service_pb2.WatchEventsRequest, context: Context
    ) -> AsyncIterator[service_pb2.WatchEventsResponse]:
        """See the contract."""
        async for events in self._events.watch(request.after):
            for message in messages_of(events, together=request.reads_more_events):
                yield message

    async def _counted(self, request: service_pb2.BookAppointmentRequest) -> Answer:
        try:
            answer = await self._book(wish_of(request))
        except ServiceError as error:
            _bookings.labels(error.reason.lower()).inc()
            raise
        _bookings.labels("repeated" if answer.repeated else "booked").inc()
        return answer


def booking_servicer(parts: Parts) -> Servicer:
    """The service as a server takes it."""
    return Servicer(
        BookingServicer(parts),
        service_pb2_grpc.add_BookingServiceServicer_to_server,
        "rufbuch.booking.v1.BookingService",
        allowed=ALLOWED,
    )
