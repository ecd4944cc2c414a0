"""The answer to a function call: one flat JSON object with a sentence that may be spoken as it is."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class Status(enum.Enum):
    """How it went; agents branch on it."""

    OK = "ok"
    AVAILABLE = "available"
    ALTERNATIVES = "alternatives"
    UNAVAILABLE = "unavailable"
    NEED_DATE = "need_date"
    NEED_TIME = "need_time"
    NEED_SERVICE = "need_service"
    AMBIGUOUS = "ambiguous"
    CLOSED = "closed"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    PAST = "past"
    BOOKED = "booked"
    PENDING = "pending"
    TAKEN = "taken"
    NEED_NAME = "need_name"
    NEED_OPTION = "need_option"
    NEED_PHONE = "need_phone"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    OFFERED = "offered"
    DENIED = "denied"
    NOT_FOUND = "not_found"
    CHOOSE = "choose"
    CALLBACK_NOTED = "callback_noted"
    WAITLIST_NOTED = "waitlist_noted"
    ERROR = "error"


@dataclass(frozen=True)
class OfferedOption:
    """A start that the caller may choose. Instants are in the branch's zone."""

    option_id: str
    start: datetime
    end: datetime
    staff: str
    service: str
    spoken: str
    held_until: datetime | None

    def as_json(self) -> dict[str, Any]:
        """As it stands in the answer."""
        return {
            "option_id": self.option_id,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "staff": self.staff,
            "service": self.service,
            "spoken": self.spoken,
            "held_until": self.held_until.isoformat() if self.held_until else None,
        }


@dataclass(frozen=True)
class Answer:
    """What a function says back."""

    status: Status
    message: str
    options: tuple[OfferedOption, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The flat object, but for what the gateway adds to every answer."""
        answer: dict[str, Any] = {"status": self.status.value, "message": self.message, **self.details}
        if self.options:
            answer["options"] = [option.as_json() for option in self.options]
        return answer
