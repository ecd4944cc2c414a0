"""Owns booking's event log as seen from here: appointments become what they take of people's time."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from availability.clients.streams import messages
from availability.domain.holds import Taking
from availability.domain.instants import EPOCH, Interval
from availability.usecases.calendars import BusyChange, Start
from availability.usecases.follow_busy import BusyEvent, Freed
from rufbuch.booking.v1 import appointment_pb2, service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

_TAKES_TIME = (
    appointment_pb2.APPOINTMENT_STATE_BOOKED,
    appointment_pb2.APPOINTMENT_STATE_COMPLETED,
    appointment_pb2.APPOINTMENT_STATE_NO_SHOW,
)

_Event: TypeAlias = (
    service_pb2.AppointmentBooked
    | service_pb2.AppointmentCancelled
    | service_pb2.AppointmentRescheduled
    | service_pb2.AppointmentCompleted
    | service_pb2.AppointmentNoShow
    | service_pb2.CallbackRequested
    | service_pb2.CustomerErased
    | service_pb2.AppointmentReassigned
    | service_pb2.WaitlistEntryChanged
    | service_pb2.CallbackChanged
)
_OF_NO_APPOINTMENT = (
    service_pb2.CallbackRequested,
    service_pb2.CustomerErased,
    service_pb2.WaitlistEntryChanged,
    service_pb2.CallbackChanged,
)


class Bookings:
    """The booking service."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self._stub: BookingServiceAsyncStub = service_pb2_grpc.BookingServiceStub(channel)

    async def events(self, after: str) -> AsyncIterator[BusyEvent | None]:
        """All events after a position and then the new ones; None: connected, nothing new. Raises StreamLostError."""
        request = service_pb2.WatchEventsRequest(after=after, reads_more_events=True)
        async for message in messages(self._stub.WatchEvents(request), self._channel):
            if message is None:
                yield None
                continue
            yield _event(message)
            for more in message.more_events:
                yield _event(more)


def _event(message: service_pb2.WatchEventsResponse) -> BusyEvent:
    kind = message.WhichOneof("event")
    changes = None if kind is None else _changes(getattr(message, kind))
    freed = tuple(_freed(message))
    return BusyEvent(message.position, _instant(message.event_time), message.traceparent, changes, freed)


def _freed(message: service_pb2.WatchEventsResponse) -> Iterator[Freed]:
    """The time that an appointment gives back, where one does."""
    if message.HasField("appointment_cancelled"):
        gone = message.appointment_cancelled.appointment
        yield Freed(gone.tenant_id, gone.branch_id, _by_phases(gone))
    if message.HasField("appointment_rescheduled"):
        gone, made = message.appointment_rescheduled.previous, message.appointment_rescheduled.appointment
        yield Freed(gone.tenant_id, gone.branch_id, _by_phases(gone), _by_phases(made))


def _by_phases(appointment: appointment_pb2.Appointment) -> tuple[Taking, ...]:
    """What it takes, or took: once it is called off it says so by its phases alone."""
    return tuple(
        _taking(phase.person_id, phase.start_time, phase.end_time)
        for phase in appointment.phases
        if phase.kind != appointment_pb2.PHASE_KIND_GAP_FREE
    )


def _changes(event: _Event) -> tuple[BusyChange, ...]:
    """Both ends of a move; nothing of what is about no appointment."""
    if isinstance(event, _OF_NO_APPOINTMENT):
        return ()
    if isinstance(event, service_pb2.AppointmentRescheduled):
        return (_change(event.previous), _change(event.appointment))
    return (_change(event.appointment),)


def _change(appointment: appointment_pb2.Appointment) -> BusyChange:
    if appointment.state not in _TAKES_TIME:
        return BusyChange(appointment.tenant_id, appointment.appointment_id, ())
    takings = tuple(_takings(appointment))
    starts = tuple(_starts(appointment))
    return BusyChange(appointment.tenant_id, appointment.appointment_id, takings, starts)


def _takings(appointment: appointment_pb2.Appointment) -> list[Taking]:
    """AV-01: an appointment that does not say what it occupies takes its whole span."""
    if not appointment.occupied:
        return [_taking(appointment.person_id, appointment.start_time, appointment.end_time)]
    return [
        _taking(each.person_id or each.resource_id, each.start_time, each.end_time)
        for each in appointment.occupied
    ]


def _starts(appointment: appointment_pb2.Appointment) -> list[Start]:
    start = _instant(appointment.start_time)
    services = appointment.service_ids or [appointment.service_id]
    return [Start(appointment.branch_id, service_id, start) for service_id in services]


def _taking(owner_id: str, start: Timestamp, end: Timestamp) -> Taking:
    """In whole minutes, as Interval.of() has them."""
    up = end.seconds + (end.nanos >= 1000)
    return Taking(owner_id, Interval(start.seconds // 60, -(-up // 60)))


def _instant(timestamp: Timestamp) -> datetime:
    """At a quarter of the price of Timestamp's own way."""
    return EPOCH + timedelta(seconds=timestamp.seconds, microseconds=timestamp.nanos // 1000)
