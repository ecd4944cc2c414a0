"""What callers of this service are told."""

from typing import ClassVar

from chassis.errors import Kind, ServiceError


class AppointmentUnknownError(ServiceError):
    """Nothing is known about the appointment here."""

    kind: ClassVar[Kind] = Kind.NOT_FOUND
    reason: ClassVar[str] = "APPOINTMENT_UNKNOWN"
