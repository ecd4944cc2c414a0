"""Why booking refuses; the reasons are those of ``rufbuch.booking.v1.ErrorReason``."""

from chassis.errors import Kind, ServiceError, StorageUnavailableError


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


class NotTheCustomerError(ServiceError):
    """Whoever calls is not the appointment's customer, and did not make it in this call."""

    kind = Kind.PERMISSION_DENIED
    reason = "NOT_THE_CUSTOMER"


class IllegalMoveError(ServiceError):
    """The state, or the time, does not allow it; metadata: "state"."""

    kind = Kind.FAILED_PRECONDITION
    reason = "ILLEGAL_MOVE"


class PolicyRefusedError(ServiceError):
    """A rule of the business forbids it; metadata: "rule", "limit"."""

    kind = Kind.FAILED_PRECONDITION
    reason = "POLICY_REFUSED"


class FeeNotAgreedError(ServiceError):
    """It costs more than whoever acts has agreed to; metadata: "fee_minor", "fee_currency"."""

    kind = Kind.FAILED_PRECONDITION
    reason = "FEE_NOT_AGREED"


class EtagMismatchError(ServiceError):
    """It has changed meanwhile."""

    kind = Kind.ABORTED
    reason = "ETAG_MISMATCH"


class RegistryUnavailableError(ServiceError):
    """The rules of the business cannot be looked up; nothing was changed."""

    kind = Kind.UNAVAILABLE
    reason = "REGISTRY_UNAVAILABLE"


class CustomerUnknownError(ServiceError):
    """No customer of this business has the id or number."""

    kind = Kind.NOT_FOUND
    reason = "CUSTOMER_UNKNOWN"


class AppointmentsAheadError(ServiceError):
    """The customer still has appointments ahead."""

    kind = Kind.FAILED_PRECONDITION
    reason = "APPOINTMENTS_AHEAD"


class CallbackUnknownError(ServiceError):
    """No callback of this business has the id."""

    kind = Kind.NOT_FOUND
    reason = "CALLBACK_UNKNOWN"


class PersonIsAliasError(ServiceError):
    """One of the two ids is another name of somebody already."""

    kind = Kind.FAILED_PRECONDITION
    reason = "PERSON_IS_ALIAS"


class ResolutionUnknownError(ServiceError):
    """Nobody was united under this id."""

    kind = Kind.NOT_FOUND
    reason = "RESOLUTION_UNKNOWN"


class WaitlistEntryUnknownError(ServiceError):
    """No waiting wish of this business has the id."""

    kind = Kind.NOT_FOUND
    reason = "WAITLIST_ENTRY_UNKNOWN"


class WishImpossibleError(Exception):
    """The business cannot meet a waiting wish any more: it has no such branch, service or person."""


class MessageUnknownError(ServiceError):
    """No message of this business has the id."""

    kind = Kind.NOT_FOUND
    reason = "MESSAGE_UNKNOWN"


class ErasureUnknownError(ServiceError):
    """No erasure of this business has the id."""

    kind = Kind.NOT_FOUND
    reason = "ERASURE_UNKNOWN"


class PeerUnavailableError(ServiceError):
    """Another service that keeps something of the person does not answer, or not yet."""

    kind = Kind.UNAVAILABLE
    reason = "PEER_UNAVAILABLE"


REASONS = {StorageUnavailableError.reason} | frozenset(
    one.reason
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, ServiceError) and one is not ServiceError
)
"""All that a request can be refused for."""
