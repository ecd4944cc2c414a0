"""What this service refuses, each with the reason of the API's ErrorReason."""

from chassis.errors import Kind, ServiceError


class BranchUnknownError(ServiceError):
    """The business has no such branch, or there is no such business."""

    kind = Kind.NOT_FOUND
    reason = "BRANCH_UNKNOWN"


class ServiceUnknownError(ServiceError):
    """The business has no such service."""

    kind = Kind.NOT_FOUND
    reason = "SERVICE_UNKNOWN"


class PersonUnknownError(ServiceError):
    """The business has no such person."""

    kind = Kind.NOT_FOUND
    reason = "PERSON_UNKNOWN"


class WishInvalidError(ServiceError):
    """Neither a start nor a usable window, or a field of the wish is malformed."""

    kind = Kind.INVALID_ARGUMENT
    reason = "WISH_INVALID"


class TooManyHoldsError(ServiceError):
    """The caller holds as much as one caller may."""

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_HOLDS"


class KeptTooLongError(ServiceError):
    """The time is free, and was kept for too much of the last hour for callers who did not book it: first come, first served."""

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "KEPT_TOO_LONG"


class OptionUnknownError(ServiceError):
    """The call was never offered the option, or long ago."""

    kind = Kind.NOT_FOUND
    reason = "OPTION_UNKNOWN"


class SlotTakenError(ServiceError):
    """Somebody else has the time."""

    kind = Kind.ABORTED
    reason = "SLOT_TAKEN"


class SlotNotBookableError(ServiceError):
    """Meanwhile past, inside the notice, or outside of working hours."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SLOT_NOT_BOOKABLE"


class HoldsUnavailableError(ServiceError):
    """The store of the holds does not answer in time."""

    kind = Kind.UNAVAILABLE
    reason = "HOLDS_UNAVAILABLE"


class RegistryUnavailableError(ServiceError):
    """What is known of the business cannot be read just now, and never was."""

    kind = Kind.UNAVAILABLE
    reason = "REGISTRY_UNAVAILABLE"


class BusinessUntoldError(RegistryUnavailableError):
    """The registry answers, and fails at this one business."""
