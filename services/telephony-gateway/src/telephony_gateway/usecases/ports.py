"""What the use cases need from the other services, and how those can disappoint."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller


class PeerError(Exception):
    """A service that an answer depends on did not give one."""


class PeerUnavailableError(PeerError):
    """It was not reached, or failed: nothing has happened."""


class OutcomeUnknownError(PeerError):
    """It was cut off or did not answer in time: what has happened is not known."""


class SearchOutcome(enum.Enum):
    """How a search ended; see rufbuch.availability.v1."""

    AVAILABLE = enum.auto()
    ALTERNATIVES = enum.auto()
    UNAVAILABLE = enum.auto()
    CLOSED = enum.auto()
    TOO_SOON = enum.auto()
    TOO_FAR = enum.auto()
    PAST = enum.auto()
    HOLDING_TOO_MUCH = enum.auto()


@dataclass(frozen=True)
class Window:
    """A span in which a start is welcome, half open."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class SlotWish:
    """What to look for."""

    service_id: str
    person_id: str
    """"": anybody."""
    start: datetime | None
    """The exact start; None: the windows count."""
    windows: Sequence[Window] = ()


@dataclass(frozen=True)
class FoundSlot:
    """A start that is free, as availability gave it."""

    option_id: str
    start: datetime
    end: datetime
    person_id: str
    service_id: str
    held_until: datetime | None


@dataclass(frozen=True)
class Found:
    """The result of a search."""

    outcome: SearchOutcome
    slots: tuple[FoundSlot, ...]
    holds_work: bool
    min_notice_minutes: int
    horizon_days: int


class Slots(Protocol):
    """The availability service."""

    async def search(self, branch: DialledBranch, caller: Caller, wish: SlotWish) -> Found:
        """Look and hold in one step. Raises PeerError."""
        ...


@dataclass(frozen=True)
class Booked:
    """An appointment that stands in the database."""

    appointment_id: str
    service_name: str
    person_id: str
    start: datetime


class Refused(enum.Enum):
    """Why there is no appointment."""

    TAKEN = enum.auto()
    OPTION_UNKNOWN = enum.auto()
    NOT_BOOKABLE = enum.auto()
    NAME_INVALID = enum.auto()


class Bookings(Protocol):
    """The booking service."""

    async def book(
        self, branch: DialledBranch, caller: Caller, *, option_id: str, name: str
    ) -> Booked | Refused:
        """Commit an option; the same call and option again gets the same answer. Raises PeerError."""
        ...


class Holds(Protocol):
    """The part of the availability service that ends a call's holds."""

    async def release(self, tenant_id: str, branch_id: str, call_id: str) -> None:
        """End what the call holds and has not booked. Raises PeerError."""
        ...


@dataclass(frozen=True)
class NobodyDialled:
    """The dialled number belongs to no business."""


class Directory(Protocol):
    """The staff registry, as far as calls need it."""

    async def dialled(self, number: str) -> DialledBranch | NobodyDialled:
        """Who is called under a number. Raises PeerError."""
        ...
