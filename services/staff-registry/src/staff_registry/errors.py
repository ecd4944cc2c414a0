"""Every refusal of this service; the reasons are those of the proto's ErrorReason."""

from collections.abc import Mapping

from chassis.errors import Kind, ServiceError

METADATA_BYTES_MAX = 4_000
"""Statuses travel in HTTP/2 headers, of which gRPC accepts 8 KiB by default: more faults than this are counted only."""


class NumberInvalidError(ServiceError):
    """The dialled number is not E.164."""

    kind = Kind.INVALID_ARGUMENT
    reason = "NUMBER_INVALID"


class NumberUnknownError(ServiceError):
    """No branch is dialled under the number."""

    kind = Kind.NOT_FOUND
    reason = "NUMBER_UNKNOWN"


class BusinessUnknownError(ServiceError):
    """There is no business with the id."""

    kind = Kind.NOT_FOUND
    reason = "BUSINESS_UNKNOWN"


class NumberTakenError(ServiceError):
    """A number belongs to another business already."""

    kind = Kind.ALREADY_EXISTS
    reason = "NUMBER_TAKEN"


class EtagMismatchError(ServiceError):
    """The business is not the one any more that the caller has read."""

    kind = Kind.ABORTED
    reason = "ETAG_MISMATCH"


class PersonUnknownError(ServiceError):
    """The business has no person with an id."""

    kind = Kind.NOT_FOUND
    reason = "PERSON_UNKNOWN"


class RequestInvalidError(ServiceError):
    """A field is missing or malformed; metadata: field."""

    kind = Kind.INVALID_ARGUMENT
    reason = "REQUEST_INVALID"


class CalendarUnavailableError(ServiceError):
    """calcom-sync does not answer, or cannot ask Cal.com now."""

    kind = Kind.UNAVAILABLE
    reason = "CALENDAR_UNAVAILABLE"


class PlanOutdatedError(ServiceError):
    """The plan is not as it was read."""

    kind = Kind.ABORTED
    reason = "PLAN_OUTDATED"


class DecisionMissingError(ServiceError):
    """Something has to be decided; metadata: subject and what there is to choose from."""

    kind = Kind.FAILED_PRECONDITION
    reason = "DECISION_MISSING"


class OtherKindError(ServiceError):
    """Two accounts are linked, not merged; one is merged, not linked."""

    kind = Kind.FAILED_PRECONDITION
    reason = "OTHER_KIND"


class ResolutionUnderWayError(ServiceError):
    """Two rows of the business are just being made one, or two again."""

    kind = Kind.ABORTED
    reason = "RESOLUTION_UNDER_WAY"


class ResolutionUnknownError(ServiceError):
    """The business has no such resolution."""

    kind = Kind.NOT_FOUND
    reason = "RESOLUTION_UNKNOWN"


class NotUndoableError(ServiceError):
    """Something contradicts it since; metadata: number and what."""

    kind = Kind.FAILED_PRECONDITION
    reason = "NOT_UNDOABLE"


class PeerUnavailableError(ServiceError):
    """Another service does not answer, or refuses."""

    kind = Kind.UNAVAILABLE
    reason = "PEER_UNAVAILABLE"


class BusinessInvalidError(ServiceError):
    """The description contradicts itself or lacks something; ``faults`` has all of it, by path."""

    kind = Kind.INVALID_ARGUMENT
    reason = "BUSINESS_INVALID"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(f"the description of the business has {len(faults)} fault(s)", **_fitting(faults))
        self.faults = dict(faults)


def _fitting(faults: Mapping[str, str]) -> dict[str, str]:
    """As many faults as a status can carry, and how many there are beyond."""
    fitting: dict[str, str] = {}
    left = METADATA_BYTES_MAX
    for path, expected in faults.items():
        left -= len(path.encode()) + len(expected.encode())
        if left < 0:
            fitting["more"] = f"{len(faults) - len(fitting)} more faults"
            break
        fitting[path] = expected
    return fitting
