"""Which calls are looked for, and what an operator's way of writing a number means."""

from dataclasses import dataclass
from datetime import datetime

import phonenumbers

OUTCOMES = frozenset(
    {"booked", "cancelled", "rescheduled", "callback_noted", "waitlist_noted", "pending", "error"}
)
"""What can come of a call: the statuses of answers after which something is, or may be, other than before."""
NOTHING = "nothing"
"""Of calls of which nothing came."""


@dataclass(frozen=True)
class CallFilters:
    """Everything that is set must hold."""

    tenant_id: str = ""
    """Empty: of all businesses."""
    caller_number: str = ""
    """E.164."""
    call_id: str = ""
    outcome: str = ""
    """One of OUTCOMES, or NOTHING."""
    start_min: datetime | None = None
    start_max: datetime | None = None
    """Before this instant."""
    untrue: bool = False
    """Only calls in which something was said that is not so."""


def written_number(text: str, *, region: str = "DE") -> str:
    """E.164 of a number in any spelling ("030 / 23125-042", "0049 30…"), without a country code one of the region; "" where
    it is none."""
    text = text.strip()
    try:
        parsed = phonenumbers.parse(f"+{text[2:]}" if text.startswith("00") else text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
