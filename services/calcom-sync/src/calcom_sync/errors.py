"""What callers of this service are told."""

from typing import ClassVar

from chassis.errors import Kind, ServiceError


class AppointmentUnknownError(ServiceError):
    """Nothing is known about the appointment here."""

    kind: ClassVar[Kind] = Kind.NOT_FOUND
    reason: ClassVar[str] = "APPOINTMENT_UNKNOWN"


class CaseUnknownError(ServiceError):
    """There is no such case."""

    kind: ClassVar[Kind] = Kind.NOT_FOUND
    reason: ClassVar[str] = "CASE_UNKNOWN"


class BusinessUnknownError(ServiceError):
    """The registry has no such business."""

    kind: ClassVar[Kind] = Kind.NOT_FOUND
    reason: ClassVar[str] = "BUSINESS_UNKNOWN"


class BusinessUnavailableError(ServiceError):
    """The registry does not answer."""

    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    reason: ClassVar[str] = "BUSINESS_UNAVAILABLE"


class RequestInvalidError(ServiceError):
    """A field is missing or malformed; metadata: field."""

    kind: ClassVar[Kind] = Kind.INVALID_ARGUMENT
    reason: ClassVar[str] = "REQUEST_INVALID"


class PageTokenInvalidError(ServiceError):
    """A page token that was not given out here."""

    kind: ClassVar[Kind] = Kind.INVALID_ARGUMENT
    reason: ClassVar[str] = "PAGE_TOKEN_INVALID"


class NotWantedError(ServiceError):
    """The appointment was called off or moved."""

    kind: ClassVar[Kind] = Kind.FAILED_PRECONDITION
    reason: ClassVar[str] = "NOT_WANTED"
