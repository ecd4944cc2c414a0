"""What is told to the other services."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.callback import Callback
from booking.domain.waiting import WaitingEntry


@dataclass(frozen=True)
class Stated:
    """An appointment has come into the state that it has here."""

    appointment: Appointment


@dataclass(frozen=True)
class Moved:
    """One appointment took the place of another."""

    previous: Appointment
    appointment: Appointment


@dataclass(frozen=True)
class CallbackPromised:
    """Somebody has to call."""

    callback: Callback


@dataclass(frozen=True)
class CustomerErased:
    """A customer was forgotten."""

    tenant_id: UUID
    customer_id: UUID


@dataclass(frozen=True)
class Reassigned:
    """An appointment stays as it is, under another id of the human who keeps it."""

    appointment: Appointment
    previous_person_id: UUID


@dataclass(frozen=True)
class WaitlistChanged:
    """A waiting wish was noted, or has come into another state."""

    entry: WaitingEntry


@dataclass(frozen=True)
class CallbackChanged:
    """A callback was handed over, or resolved."""

    callback: Callback


Happening = (
    Stated | Moved | CallbackPromised | CustomerErased | Reassigned | WaitlistChanged | CallbackChanged
)


@dataclass(frozen=True)
class Event:
    """Something that has happened. ``position`` is where a reader goes on after it."""

    position: str
    event_time: datetime
    traceparent: str
    """W3C trace context of what caused it; "" outside a trace."""
    happening: Happening
