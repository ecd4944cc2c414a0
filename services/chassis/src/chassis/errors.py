"""The one error type that services raise on purpose; a single place maps it to a gRPC status."""

import enum
from typing import ClassVar


class Kind(enum.Enum):
    """Coarse class of a failure; the values are the names of gRPC's status codes."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    UNAVAILABLE = "UNAVAILABLE"


class ServiceError(Exception):
    """A failure that a caller can act on. Subclasses name the kind and the reason; all else is a bug and stays loud."""

    kind: ClassVar[Kind]
    reason: ClassVar[str]

    def __init__(self, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.metadata = metadata


class PositionInvalidError(ServiceError):
    """A position that no event log of ours has given out."""

    kind = Kind.INVALID_ARGUMENT
    reason = "POSITION_INVALID"


class StorageUnavailableError(ServiceError):
    """The database does not answer; whether a change that was under way has happened is not known."""

    kind = Kind.UNAVAILABLE
    reason = "STORAGE_UNAVAILABLE"
