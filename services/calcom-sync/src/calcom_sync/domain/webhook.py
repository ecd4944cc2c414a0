"""What a stored webhook says. Cal.com's fields vary by event and version, so nothing but the envelope is expected."""

import enum
import json
from dataclasses import dataclass
from typing import Any

from calcom_sync.domain.request import APPOINTMENT_KEY, PHASE_KEY


class WebhookState(enum.Enum):
    """What became of it."""

    STORED = "stored"
    """Not looked at yet."""
    OWN = "own"
    """About a booking of ours; the phase is noted."""
    OTHER = "other"
    """About a booking that others made."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class WebhookContent:
    """Event and booking; "" for what is not said."""

    trigger: str
    booking_uid: str
    appointment_id: str
    phase_id: str


def read_webhook(body: bytes) -> WebhookContent | None:
    """None where it is no webhook of Cal.com."""
    try:
        envelope = json.loads(body)
    except ValueError:
        return None
    if not isinstance(envelope, dict) or not isinstance(envelope.get("triggerEvent"), str):
        return None
    payload = _object(envelope.get("payload"))
    metadata = _object(payload.get("metadata"))
    return WebhookContent(
        trigger=envelope["triggerEvent"],
        booking_uid=_text(payload.get("uid")),
        appointment_id=_text(metadata.get(APPOINTMENT_KEY)),
        phase_id=_text(metadata.get(PHASE_KEY)),
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
