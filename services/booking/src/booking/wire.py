"""Appointments and events as the contract writes them."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from booking.domain.appointment import Appointment, Customer, Occupied, Phase, State
from booking.domain.event import AppointmentBooked
from booking.domain.option import PhaseKind
from booking.errors import RequestInvalidError
from rufbuch.booking.v1 import appointment_pb2, service_pb2

_STATES = {
    State.BOOKED: appointment_pb2.APPOINTMENT_STATE_BOOKED,
    State.CANCELLED: appointment_pb2.APPOINTMENT_STATE_CANCELLED,
    State.RESCHEDULED: appointment_pb2.APPOINTMENT_STATE_RESCHEDULED,
    State.COMPLETED: appointment_pb2.APPOINTMENT_STATE_COMPLETED,
    State.NO_SHOW: appointment_pb2.APPOINTMENT_STATE_NO_SHOW,
}
_KINDS = {
    PhaseKind.ACTIVE: appointment_pb2.PHASE_KIND_ACTIVE,
    PhaseKind.GAP_FREE: appointment_pb2.PHASE_KIND_GAP_FREE,
    PhaseKind.GAP_BLOCKED: appointment_pb2.PHASE_KIND_GAP_BLOCKED,
}


def appointment_to_wire(appointment: Appointment) -> appointment_pb2.Appointment:
    """The appointment."""
    return appointment_pb2.Appointment(
        appointment_id=str(appointment.appointment_id),
        tenant_id=str(appointment.tenant_id),
        branch_id=str(appointment.branch_id),
        service_id=str(appointment.service_id),
        service_name=appointment.service_name,
        person_id=str(appointment.person_id),
        customer=_customer(appointment.customer),
        state=_STATES[appointment.state],
        start_time=_timestamp(appointment.span.start_time),
        end_time=_timestamp(appointment.span.end_time),
        phases=map(_phase, appointment.phases),
        occupied=map(_occupied, appointment.occupied),
        call_id=appointment.call_id,
        create_time=_timestamp(appointment.create_time),
        etag=appointment.etag,
    )


def event_to_wire(event: AppointmentBooked) -> service_pb2.WatchEventsResponse:
    """The event."""
    return service_pb2.WatchEventsResponse(
        position=event.position,
        event_time=_timestamp(event.event_time),
        traceparent=event.traceparent,
        appointment_booked=service_pb2.AppointmentBooked(appointment=appointment_to_wire(event.appointment)),
    )


def instant_of(field: str, value: Timestamp) -> datetime:
    """An instant that was sent. Raises RequestInvalidError where no calendar has it."""
    try:
        return value.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise RequestInvalidError(field, "not an instant") from error


def state_of(value: int) -> State | None:
    """The state that was asked for; None: any. Raises RequestInvalidError."""
    if value == appointment_pb2.APPOINTMENT_STATE_UNSPECIFIED:
        return None
    for state, number in _STATES.items():
        if int(number) == value:
            return state
    raise RequestInvalidError("state", "no such state")


def _customer(customer: Customer) -> appointment_pb2.Customer:
    return appointment_pb2.Customer(
        customer_id=str(customer.customer_id),
        name=customer.name,
        phone_number=customer.phone_number or "",
        calendar_email=customer.calendar_email,
    )


def _phase(phase: Phase) -> appointment_pb2.AppointmentPhase:
    return appointment_pb2.AppointmentPhase(
        phase_id=str(phase.phase_id),
        position=phase.position,
        name=phase.name,
        kind=_KINDS[phase.kind],
        person_id=str(phase.person_id),
        start_time=_timestamp(phase.span.start_time),
        end_time=_timestamp(phase.span.end_time),
    )


def _occupied(taken: Occupied) -> appointment_pb2.OccupiedInterval:
    return appointment_pb2.OccupiedInterval(
        person_id=str(taken.person_id),
        start_time=_timestamp(taken.span.start_time),
        end_time=_timestamp(taken.span.end_time),
    )


def _timestamp(instant: datetime) -> Timestamp:
    written = Timestamp()
    written.FromDatetime(instant)
    return written
