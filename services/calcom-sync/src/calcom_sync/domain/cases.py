"""What a person has to look at."""

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


class CaseKind(enum.Enum):
    """Why."""

    NO_MAPPING = "no_mapping"
    """No event type stands for the phase, or its account has no key here."""
    BUSINESS_UNKNOWN = "business_unknown"
    """The registry has no such business or branch."""
    EXPIRED = "expired"
    """The phase began before Cal.com had it."""
    TAKEN = "taken"
    """Somebody else has the time at Cal.com."""
    INVALID = "invalid"
    POLICY = "policy"
    CONFIGURATION = "configuration"
    AUTH = "auth"
    """The key is refused; tried again until a limit."""
    GAVE_UP = "gave_up"
    """Sent again and again, never created."""
    MISMATCH = "mismatch"
    """Cal.com made something else of it than was asked for."""
    DUPLICATE = "duplicate"
    """It was there twice; one was kept."""
    CANCELLED_THERE = "cancelled_there"
    """Our booking is there, but cancelled by somebody."""
    MOVED_THERE = "moved_there"
    """Our booking was moved at Cal.com by somebody; the appointment was not."""
    ORPHAN = "orphan"
    """A booking with our marks that nothing here knows."""
    CALL_OFF_REFUSED = "call_off_refused"
    """A booking that has to go does not go."""


@dataclass(frozen=True)
class Case:
    """One reason; opened once per phase and kind."""

    kind: CaseKind
    detail: str
    once: bool = False
    """It is seen again and again: what a person has closed in the same words stays closed."""


@dataclass(frozen=True)
class OpenedCase:
    """As it is stored. ``closed_at`` None: somebody has to look."""

    case_id: UUID
    tenant_id: UUID
    appointment_id: UUID
    phase_id: UUID
    kind: str
    detail: str
    opened_at: datetime
    closed_at: datetime | None
    resolution: str
    resolved_by: str
    appointment_start: datetime | None
    """By which people know it; None: nothing is known of it any more, or never was."""
