"""What a person has to look at."""

import enum
from dataclasses import dataclass


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
    CALL_OFF_REFUSED = "call_off_refused"
    """A booking that has to go does not go."""


@dataclass(frozen=True)
class Case:
    """One reason; opened once per phase and kind."""

    kind: CaseKind
    detail: str
