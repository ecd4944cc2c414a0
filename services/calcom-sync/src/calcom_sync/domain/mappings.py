"""Whether an event type can stand for a phase."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from calcom_sync.domain.setup import Spot

SENT_FIELDS = frozenset({"name", "email", "attendeePhoneNumber"})
"""What our requests answer; a field with one of these slugs may be required."""
HIDDEN_FIELDS = frozenset({"title", "location"})
"""Cal.com fills them in itself, whatever it says about them."""


@dataclass(frozen=True)
class EventType:
    """As Cal.com tells it; only what matters."""

    number: int
    length: timedelta
    lengths: tuple[timedelta, ...]
    """To choose from; empty: none but ``length``."""
    owners: tuple[str, ...]
    """User names."""
    required: tuple[str, ...]
    """Slugs of the fields that whoever books has to answer."""
    notice: timedelta
    is_confirmed_by_hand: bool
    scheduling: str
    """"" for a personal one; e.g. "managed"."""
    slug: str = ""


@dataclass(frozen=True)
class MappingCheck:
    """One phase of one person; ``faults`` empty: it can be booked."""

    spot: Spot
    account_id: UUID | None
    event_type_id: int | None
    faults: tuple[str, ...] = ()
    created: int | None = None
    is_missing: bool = False
    """An event type would have to be made."""
    wait: timedelta = timedelta()
    """After so long the budget of the key allows to look; zero: it was looked at."""


def faults_of(event_type: EventType, length: timedelta, username: str) -> tuple[str, ...]:
    """Why a phase could not be booked as it is, in an operator's words."""
    unknown = [slug for slug in event_type.required if slug not in SENT_FIELDS | HIDDEN_FIELDS]
    told = {
        f"it takes {event_type.length} instead of {length}": event_type.length != length,
        "its length is to be chosen, which is not sent": len(event_type.lengths) > 1,
        f"it belongs to {', '.join(event_type.owners)} instead of {username}": bool(event_type.owners)
        and username not in event_type.owners,
        f"it wants what is not sent: {', '.join(unknown)}": bool(unknown),
        f"it refuses what is booked less than {event_type.notice} ahead": event_type.notice > timedelta(),
        "its bookings wait for a confirmation by hand": event_type.is_confirmed_by_hand,
        f"it is a {event_type.scheduling} event type, not a personal one": bool(event_type.scheduling),
    }
    return tuple(text for text, is_fault in told.items() if is_fault)


def slug_of(spot: Spot, length: timedelta) -> str:
    """Of the event type that is made for a phase: asked for again, it is the same one."""
    return f"rufbuch-{spot.service_id.hex[:12]}-{spot.position}-{_minutes(length)}"


def new_event_type(spot: Spot, length: timedelta) -> dict[str, object]:
    """Body of POST /v2/event-types: hidden, without notice, wanting nothing that we do not send."""
    minutes = _minutes(length)
    return {
        "lengthInMinutes": minutes,
        "title": f"Rufbuch {minutes} min",
        "slug": slug_of(spot, length),
        "hidden": True,
        "minimumBookingNotice": 0,
        # The finer the grid, the more exactly its slots tell when the host is free.
        "slotInterval": 5,
    }


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)
