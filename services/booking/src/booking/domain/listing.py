"""Which appointments somebody wants to see, and where a page ends."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from booking.domain.appointment import Appointment, State
from booking.errors import PageTokenInvalidError, RequestInvalidError

PAGE_SIZE_DEFAULT = 100
PAGE_SIZE_MAX = 500


@dataclass(frozen=True)
class Filters:
    """All that are set must hold; starts are ``start_time_min <= start < start_time_max``."""

    tenant_id: UUID
    start_time_min: datetime | None = None
    start_time_max: datetime | None = None
    person_id: UUID | None = None
    call_id: str | None = None
    state: State | None = None
    phone_number: str | None = None
    customer_id: UUID | None = None

    @property
    def digest(self) -> str:
        """Equal for equal filters."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class PageEnd:
    """The last appointment of a page: the next page begins after it."""

    start_time: datetime
    appointment_id: UUID

    @classmethod
    def of(cls, appointment: Appointment) -> Self:
        """Where a page ends that this is the last of."""
        return cls(appointment.span.start_time, appointment.appointment_id)

    def token(self, filters: Filters) -> str:
        """For the caller to bring back with the same filters."""
        words = [filters.digest, int(self.start_time.timestamp()), self.appointment_id.hex]
        return base64.urlsafe_b64encode(json.dumps(words).encode()).decode()

    @classmethod
    def from_token(cls, token: str, filters: Filters) -> Self:
        """What ``token`` made. Raises PageTokenInvalidError, also where the filters were others."""
        try:
            digest, start_s, appointment_id = json.loads(
                base64.b64decode(token, altchars=b"-_", validate=True)
            )
            end = cls(datetime.fromtimestamp(start_s, UTC), UUID(appointment_id))
        except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
            raise PageTokenInvalidError("not a page token of ours") from error
        if digest != filters.digest:
            raise PageTokenInvalidError("the page token belongs to other filters")
        return end


def page_size_of(value: int) -> int:
    """How many a page holds; 0 means the default. Raises RequestInvalidError below 0."""
    if value < 0:
        raise RequestInvalidError("page_size", "negative")
    return min(value, PAGE_SIZE_MAX) or PAGE_SIZE_DEFAULT
