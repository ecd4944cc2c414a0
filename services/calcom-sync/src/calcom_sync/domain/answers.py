"""What came back from Cal.com, or did not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class RemoteBooking:
    """A booking as Cal.com tells it; only what is compared or kept."""

    uid: str
    number: int
    """Cal.com's id, for people; only the uid finds a booking."""
    status: str
    start: datetime
    length: timedelta
    event_type_id: int | None
    """None: it was deleted since."""
    hosts: tuple[str, ...]
    """User names; those of a collective event are not complete."""
    attendees: tuple[str, ...] = field(default=(), repr=False)
    """Addresses of those that attend, in small letters."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    moved_from: str = ""
    """Uid of the booking that this one took the place of; "": none."""
    moved_to: str = ""
    """Uid of the booking that took the place of this one; "": none."""

    @property
    def end(self) -> datetime:
        """Half open."""
        return self.start + self.length

    @property
    def stands(self) -> bool:
        """Whether it takes the host's time."""
        return self.status in {"accepted", "pending"}


@dataclass(frozen=True)
class Remaining:
    """What Cal.com says is left for the key in its present window."""

    requests: int
    reset: timedelta


@dataclass(frozen=True)
class Answer:
    """An answer of Cal.com. ``message`` is the one of either error envelope, "" for a success."""

    status: int
    message: str = ""
    booking: RemoteBooking | None = None
    """None for errors, and for a success that could not be read."""
    reset: timedelta | None = None
    """How long the key has to pause; only a 429 says it."""
    remaining: Remaining | None = None


@dataclass(frozen=True)
class NoAnswer:
    """The request failed on its way. ``sent``: it may have arrived."""

    sent: bool
    detail: str


@dataclass(frozen=True)
class Page:
    """A part of a list of bookings."""

    bookings: tuple[RemoteBooking, ...]
    is_last: bool
    remaining: Remaining | None = None
    unreadable: int = 0
    """Rows of which nobody can say what they are."""


Found = tuple[RemoteBooking, ...]
"""What a look brought, all of its pages."""
