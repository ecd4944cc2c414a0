"""Appointments and events as the contract writes them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from booking.domain.appointment import Appointment, Customer, Phase, State
from booking.domain.callback import Callback, CallbackState, Priority
from booking.domain.event import (
    CallbackChanged,
    CallbackPromised,
    CustomerErased,
    Event,
    Moved,
    Reassigned,
    Stated,
    WaitlistChanged,
)
from booking.domain.identifiers import id_text
from booking.domain.option import OccupantKind, Occupied, PhaseKind
from booking.domain.waiting import WaitingEntry, WaitingOffer, WaitingState
from booking.errors import RequestInvalidError
from booking.instants import put, timestamp
from booking.recent import Recent
from rufbuch.booking.v1 import appointment_pb2, care_pb2, service_pb2

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

_TOLD = {
    State.BOOKED: "appointment_booked",
    State.CANCELLED: "appointment_cancelled",
    State.COMPLETED: "appointment_completed",
    State.NO_SHOW: "appointment_no_show",
}
_PRIORITIES = {
    Priority.NORMAL: care_pb2.CALLBACK_PRIORITY_NORMAL,
    Priority.HIGH: care_pb2.CALLBACK_PRIORITY_HIGH,
}
_CALLBACK_STATES = {
    CallbackState.OPEN: care_pb2.CALLBACK_STATE_OPEN,
    CallbackState.IN_PROGRESS: care_pb2.CALLBACK_STATE_IN_PROGRESS,
    CallbackState.RESOLVED: care_pb2.CALLBACK_STATE_RESOLVED,
}
_WAITLIST_STATES = {
    WaitingState.WAITING: care_pb2.WAITLIST_STATE_WAITING,
    WaitingState.OFFERED: care_pb2.WAITLIST_STATE_OFFERED,
    WaitingState.BOOKED: care_pb2.WAITLIST_STATE_BOOKED,
    WaitingState.EXPIRED: care_pb2.WAITLIST_STATE_EXPIRED,
    WaitingState.PASSED: care_pb2.WAITLIST_STATE_PASSED,
    WaitingState.WITHDRAWN: care_pb2.WAITLIST_STATE_WITHDRAWN,
}
T = TypeVar("T")


def appointment_to_wire(appointment: Appointment) -> appointment_pb2.Appointment:
    """The appointment."""
    written = _alone(appointment)
    put(written.start_time, appointment.span.start_time)
    put(written.end_time, appointment.span.end_time)
    put(written.create_time, appointment.create_time)
    for phase in appointment.phases:
        _add_phase(written, phase)
    for taken in appointment.occupied:
        _add_occupied(written, taken)
    return written


def _alone(appointment: Appointment) -> appointment_pb2.Appointment:
    """Without its times."""
    overbooking, series = appointment.overbooking, appointment.in_series
    return appointment_pb2.Appointment(
        appointment_id=str(appointment.appointment_id),
        tenant_id=id_text(appointment.tenant_id),
        branch_id=id_text(appointment.branch_id),
        service_id=id_text(appointment.service_id),
        service_name=appointment.service_name,
        person_id=id_text(appointment.person_id),
        customer=customer_to_wire(appointment.customer),
        state=_STATES[appointment.state],
        call_id=appointment.call_id,
        etag=appointment.etag,
        rescheduled_from_id=_id(appointment.rescheduled_from_id),
        rescheduled_to_id=_id(appointment.rescheduled_to_id),
        moves=appointment.moves,
        service_ids=map(id_text, appointment.service_ids),
        overbooking_reason=overbooking.reason if overbooking else "",
        overbooked_by=overbooking.operator if overbooking else "",
        booked_for=appointment.booked_for,
        series_id=str(series.series_id) if series else "",
        series_position=series.position if series else 0,
    )


def event_to_wire(event: Event) -> service_pb2.WatchEventsResponse:
    """The event. Streams share it: change none."""
    return _written(event.position, event)


def _event(event: Event) -> service_pb2.WatchEventsResponse:
    told = service_pb2.WatchEventsResponse(
        position=event.position, event_time=timestamp(event.event_time), traceparent=event.traceparent
    )
    match event.happening:
        case Stated(appointment):
            getattr(told, _TOLD[appointment.state]).appointment.CopyFrom(appointment_to_wire(appointment))
        case Moved(previous, appointment):
            told.appointment_rescheduled.previous.CopyFrom(appointment_to_wire(previous))
            told.appointment_rescheduled.appointment.CopyFrom(appointment_to_wire(appointment))
        case CallbackPromised(callback):
            told.callback_requested.callback.CopyFrom(callback_to_wire(callback))
        case Reassigned(appointment, previous_person_id):
            told.appointment_reassigned.appointment.CopyFrom(appointment_to_wire(appointment))
            told.appointment_reassigned.previous_person_id = str(previous_person_id)
        case WaitlistChanged(entry):
            told.waitlist_entry_changed.entry.CopyFrom(entry_to_wire(entry))
        case CallbackChanged(callback):
            told.callback_changed.callback.CopyFrom(callback_to_wire(callback))
        case CustomerErased(tenant_id, customer_id):
            _written.forget()
            told.customer_erased.tenant_id = str(tenant_id)
            told.customer_erased.customer_id = str(customer_id)
    return told


_written = Recent(_event)


def callback_to_wire(callback: Callback) -> care_pb2.Callback:
    """The callback."""
    return care_pb2.Callback(
        callback_id=str(callback.callback_id),
        tenant_id=str(callback.tenant_id),
        branch_id=str(callback.branch_id),
        call_id=callback.call_id,
        phone_number=callback.phone_number or "",
        name=callback.name,
        topic=callback.topic,
        priority=_PRIORITIES[callback.priority],
        state=_CALLBACK_STATES[callback.state],
        due_time=timestamp(callback.due_time),
        create_time=timestamp(callback.create_time),
        resolved_by=callback.resolved_by,
        resolution=callback.resolution,
        appointment_id=_id(callback.appointment_id),
        assigned_to=callback.assigned_to,
        waitlist_entry_id=_id(callback.waitlist_entry_id),
    )


def priority_of(value: int) -> Priority:
    """How urgent it is; normal where nothing is said. Raises RequestInvalidError."""
    if value == care_pb2.CALLBACK_PRIORITY_UNSPECIFIED:
        return Priority.NORMAL
    return _named("priority", _PRIORITIES, value)


def entry_to_wire(entry: WaitingEntry) -> care_pb2.WaitlistEntry:
    """The waiting wish."""
    wish = entry.wish
    return care_pb2.WaitlistEntry(
        waitlist_entry_id=str(entry.entry_id),
        tenant_id=str(wish.tenant_id),
        branch_id=str(wish.branch_id),
        service_id=str(wish.service_id),
        person_id=_id(wish.person_id),
        window_start_time=timestamp(wish.window_start),
        window_end_time=timestamp(wish.window_end),
        customer_id=_id(entry.customer_id),
        state=_WAITLIST_STATES[entry.state],
        create_time=timestamp(entry.create_time),
        call_id=entry.call_id,
        phone_number=wish.phone_number,
        customer_name=entry.customer_name,
        offer=_waiting_offer(entry.offer) if entry.offer else None,
        appointment_id=_id(entry.appointment_id),
        unanswered_offers=entry.unanswered,
        etag=entry.etag,
    )


def _waiting_offer(offer: WaitingOffer) -> care_pb2.WaitlistOffer:
    return care_pb2.WaitlistOffer(
        option_id=offer.option_id,
        person_id=str(offer.person_id),
        start_time=timestamp(offer.start_time),
        end_time=timestamp(offer.end_time),
        expire_time=timestamp(offer.expire_time),
        callback_id=str(offer.callback_id),
    )


def waitlist_state_of(value: int) -> WaitingState | None:
    """The state that was asked for; None: any. Raises RequestInvalidError."""
    if value == care_pb2.WAITLIST_STATE_UNSPECIFIED:
        return None
    return _named("state", _WAITLIST_STATES, value)


def priority_filter_of(value: int) -> Priority | None:
    """The priority that was asked for; None: any. Raises RequestInvalidError."""
    if value == care_pb2.CALLBACK_PRIORITY_UNSPECIFIED:
        return None
    return _named("priority", _PRIORITIES, value)


def callback_state_of(value: int) -> CallbackState | None:
    """The state that was asked for; None: any. Raises RequestInvalidError."""
    if value == care_pb2.CALLBACK_STATE_UNSPECIFIED:
        return None
    return _named("state", _CALLBACK_STATES, value)


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
    return _named("state", _STATES, value)


def _named(field: str, names: Mapping[T, int], value: int) -> T:
    for name, number in names.items():
        if int(number) == value:
            return name
    raise RequestInvalidError(field, "no such value")


def _id(some_id: UUID | None) -> str:
    return str(some_id) if some_id else ""


def customer_to_wire(customer: Customer) -> appointment_pb2.Customer:
    """The customer."""
    return appointment_pb2.Customer(
        customer_id=str(customer.customer_id),
        name=customer.name,
        phone_number=customer.phone_number or "",
        calendar_email=customer.calendar_email,
        email=customer.email or "",
    )


def _add_phase(to: appointment_pb2.Appointment, phase: Phase) -> None:
    written = to.phases.add(
        phase_id=str(phase.phase_id),
        position=phase.position,
        name=phase.name,
        kind=_KINDS[phase.kind],
        person_id=id_text(phase.person_id),
        service_id=id_text(phase.service_id),
    )
    put(written.start_time, phase.span.start_time)
    put(written.end_time, phase.span.end_time)


def _add_occupied(to: appointment_pb2.Appointment, taken: Occupied) -> None:
    interval = to.occupied.add()
    put(interval.start_time, taken.span.start_time)
    put(interval.end_time, taken.span.end_time)
    if taken.occupant.kind is OccupantKind.PERSON:
        interval.person_id = id_text(taken.occupant.occupant_id)
    else:
        interval.resource_id = id_text(taken.occupant.occupant_id)
