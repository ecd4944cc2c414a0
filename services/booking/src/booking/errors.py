"""Why booking refuses; the reasons are those of ``rufbuch.booking.v1.ErrorReason``."""

from chassis.errors import Kind, ServiceError


class NameInvalidError(ServiceError):
    """Not a name that a person can be called by."""

    kind = Kind.INVALID_ARGUMENT
    reason = "NAME_INVALID"


class RequestInvalidError(ServiceError):
    """A field is missing or malformed."""

    kind = Kind.INVALID_ARGUMENT
    reason = "REQUEST_INVALID"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}", field=field)


class OptionUnknownError(ServiceError):
    """The call was never offered the option, or long ago."""

    kind = Kind.NOT_FOUND
    reason = "OPTION_UNKNOWN"


class SlotTakenError(ServiceError):
    """Somebody else has the time."""

    kind = Kind.ABORTED
    reason = "SLOT_TAKEN"


class SlotNotBookableError(ServiceError):
    """Meanwhile past, inside the notice, or outside working hours; metadata: "outcome"."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SLOT_NOT_BOOKABLE"


class RequestIdReusedError(ServiceError):
    """The request_id was used with other arguments."""

    kind = Kind.ALREADY_EXISTS
    reason = "REQUEST_ID_REUSED"


class AvailabilityUnavailableError(ServiceError):
    """Availability does not answer; nothing was booked."""

    kind = Kind.UNAVAILABLE
    reason = "AVAILABILITY_UNAVAILABLE"


class AppointmentUnknownError(ServiceError):
    """No appointment of this business has the id."""

    kind = Kind.NOT_FOUND
    reason = "APPOINTMENT_UNKNOWN"


class PageTokenInvalidError(ServiceError):
    """The page token is none of ours, or of another list."""

    kind = Kind.INVALID_ARGUMENT
    reason = "PAGE_TOKEN_INVALID"
