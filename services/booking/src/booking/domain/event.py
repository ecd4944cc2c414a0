"""What is told to the other services."""

from dataclasses import dataclass
from datetime import datetime

from booking.domain.appointment import Appointment


@dataclass(frozen=True)
class AppointmentBooked:
    """An appointment was made. ``position`` is where a reader goes on after it."""

    position: str
    event_time: datetime
    traceparent: str
    """W3C trace context of the booking; "" outside a trace."""
    appointment: Appointment
