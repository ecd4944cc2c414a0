"""What booking is asked for where the copies cannot be what was promised."""

import enum
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from calcom_sync.domain.appointment import Appointment

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
_TOPICS = {
    "de": "Der Termin am {date} um {time} Uhr konnte nicht in den Kalender eingetragen werden.",
    "en": "The appointment on {date} at {time} could not be entered into the calendar.",
}


class PleaKind(enum.Enum):
    """What for."""

    CALLBACK = "callback"
    """Somebody has to call the customer."""
    CANCEL = "cancel"
    """The appointment was cancelled at Cal.com."""


@dataclass(frozen=True)
class Plea:
    """Harmless to repeat, since booking knows the ``request_id``."""

    request_id: UUID
    kind: PleaKind
    detail: str
    attempts: int
    """Those made before."""
    appointment: Appointment


def pause_after(attempts: int) -> timedelta:
    """How long to wait after as many attempts in vain; for as long as it takes."""
    return min(FIRST_PAUSE * (1 << min(attempts, 16)), LONGEST_PAUSE)


def topic_of(appointment: Appointment) -> str:
    """Why somebody has to call, in the language and the local time of the business."""
    start = min(intent.start for intent in appointment.intents).astimezone(
        ZoneInfo(appointment.time_zone or "UTC")
    )
    topic = _TOPICS.get(appointment.language, _TOPICS["de"])
    return topic.format(date=f"{start:%d.%m.%Y}", time=f"{start:%H:%M}")
