"""What a stored webhook says. Cal.com's fields vary by event and version, so nothing but the envelope is expected."""

import enum
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from calcom_sync.domain.busy import Span
from calcom_sync.domain.request import PHASE_KEY


class WebhookState(enum.Enum):
    """What became of it."""

    STORED = "stored"
    """Not looked at yet."""
    UNVERIFIED = "unverified"
    """Its secret could not be had when it came."""
    REFUSED = "refused"
    """Not signed by the business, as it turned out later."""
    OWN = "own"
    """About a booking of ours."""
    OTHER = "other"
    """About a booking that others made."""
    NOBODYS = "nobodys"
    """About a booking of an account that the business does not have."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class WebhookContent:
    """Event and booking; "" and None for what is not said."""

    trigger: str
    booking_uid: str
    phase_id: str
    username: str
    span: Span | None
    former_uid: str
    """Of the booking that was moved."""

    @property
    def appears(self) -> str:
        """Uid of the booking that takes somebody's time from now on; ""."""
        return self.booking_uid if self.trigger in _APPEARING else ""

    @property
    def vanishes(self) -> str:
        """Uid of the booking that does not any more; ""."""
        return self.booking_uid if self.trigger in _VANISHING else self.former_uid


_APPEARING = frozenset({"BOOKING_CREATED", "BOOKING_REQUESTED", "BOOKING_RESCHEDULED"})
_VANISHING = frozenset({"BOOKING_CANCELLED", "BOOKING_REJECTED"})


def read_webhook(body: bytes) -> WebhookContent | None:
    """None where it is no webhook of Cal.com."""
    try:
        envelope = json.loads(body)
    except ValueError:
        return None
    if not isinstance(envelope, dict) or not isinstance(envelope.get("triggerEvent"), str):
        return None
    payload = _object(envelope.get("payload"))
    return WebhookContent(
        trigger=envelope["triggerEvent"],
        booking_uid=_text(payload.get("uid")),
        phase_id=_text(_object(payload.get("metadata")).get(PHASE_KEY)),
        username=_text(_object(payload.get("organizer")).get("username")),
        span=_span(payload.get("startTime"), payload.get("endTime")),
        former_uid=_text(payload.get("rescheduleUid")),
    )


def _span(start: object, end: object) -> Span | None:
    """Times come as ...Z, ....000Z or +00:00, depending on the event."""
    first, last = _instant(start), _instant(end)
    return Span(first, last) if first and last and first < last else None


def _instant(value: object) -> datetime | None:
    try:
        told = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return told.astimezone(UTC) if told.tzinfo else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
