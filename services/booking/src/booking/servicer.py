"""BookingService over gRPC: reads a request, asks one use case, writes its answer."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

import grpc
from opentelemetry import trace
from prometheus_client import Counter

from booking.domain.event import AppointmentBooked
from booking.domain.identifiers import key_of, uuid_of
from booking.domain.listing import Filters, page_size_of
from booking.domain.phone_numbers import number_of
from booking.domain.wish import Wish
from booking.errors import RequestInvalidError
from booking.usecases.book_appointment import Answer, BookAppointment
from booking.usecases.read_appointments import Appointments, get_appointment, list_appointments
from booking.wire import appointment_to_wire, event_to_wire, instant_of, state_of
from chassis.errors import ServiceError
from chassis.grpc_server import Servicer
from rufbuch.booking.v1 import service_pb2, service_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]
_bookings = Counter("rufbuch_booking_bookings_total", "Wishes answered, by what became of them", ["outcome"])


class Events(Protocol):
    """Where events are read."""

    def watch(self, after: str) -> AsyncIterator[AppointmentBooked]:
        """All events after a position, then the new ones as they come."""
        ...


class BookingServicer(service_pb2_grpc.BookingServiceServicer):
    """The RPCs."""

    def __init__(self, book: BookAppointment, appointments: Appointments, events: Events) -> None:
        self._book, self._appointments, self._events = book, appointments, events

    async def BookAppointment(
        self, request: service_pb2.BookAppointmentRequest, context: Context
    ) -> service_pb2.BookAppointmentResponse:
        """See the contract."""
        trace.get_current_span().set_attribute("rufbuch.call_id", request.call_id)
        answer = await self._counted(request)
        return service_pb2.BookAppointmentResponse(
            appointment=appointment_to_wire(answer.appointment), repeated_answer=answer.repeated
        )

    async def GetAppointment(
        self, request: service_pb2.GetAppointmentRequest, context: Context
    ) -> service_pb2.GetAppointmentResponse:
        """See the contract."""
        tenant_id = uuid_of("tenant_id", request.tenant_id)
        appointment_id = uuid_of("appointment_id", request.appointment_id)
        found = await get_appointment(self._appointments, tenant_id, appointment_id)
        return service_pb2.GetAppointmentResponse(appointment=appointment_to_wire(found))

    async def ListAppointments(
        self, request: service_pb2.ListAppointmentsRequest, context: Context
    ) -> service_pb2.ListAppointmentsResponse:
        """See the contract."""
        page = await list_appointments(
            self._appointments,
            _filters(request),
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
        async for event in self._events.watch(request.after):
            yield event_to_wire(event)

    async def _counted(self, request: service_pb2.BookAppointmentRequest) -> Answer:
        try:
            answer = await self._book(_wish(request))
        except ServiceError as error:
            _bookings.labels(error.reason.lower()).inc()
            raise
        _bookings.labels("repeated" if answer.repeated else "booked").inc()
        return answer


def booking_servicer(book: BookAppointment, appointments: Appointments, events: Events) -> Servicer:
    """The service as a server takes it."""
    return Servicer(
        BookingServicer(book, appointments, events),  # type: ignore[abstract] # what is not written yet is UNIMPLEMENTED
        service_pb2_grpc.add_BookingServiceServicer_to_server,
        "rufbuch.booking.v1.BookingService",
    )


def _wish(request: service_pb2.BookAppointmentRequest) -> Wish:
    if request.more_option_ids:
        # Booking the first alone would not be what was asked for.
        raise RequestInvalidError("more_option_ids", "parties cannot be booked yet")
    return Wish.of(
        tenant_id=request.tenant_id,
        branch_id=request.branch_id,
        option_id=request.option_id,
        call_id=request.call_id,
        caller_number=request.caller_number,
        customer_name=request.customer_name,
        request_id=request.request_id,
    )


def _filters(request: service_pb2.ListAppointmentsRequest) -> Filters:
    return Filters(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        start_time_min=instant_of("start_time_min", request.start_time_min)
        if request.HasField("start_time_min")
        else None,
        start_time_max=instant_of("start_time_max", request.start_time_max)
        if request.HasField("start_time_max")
        else None,
        person_id=uuid_of("person_id", request.person_id) if request.person_id else None,
        call_id=key_of("call_id", request.call_id) if request.call_id else None,
        state=state_of(int(request.state)),
        phone_number=number_of("phone_number", request.phone_number),
        customer_id=uuid_of("customer_id", request.customer_id) if request.customer_id else None,
    )
