"""Which appointments somebody wants to see, and where a page ends."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from booking.domain.appointment import State
from booking.domain.callback import CallbackState
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
class CallbackFilters:
    """``state`` None: any."""

    tenant_id: UUID
    state: CallbackState | None = None

    @property
    def digest(self) -> str:
        """Equal for equal filters."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class PageEnd:
    """The last item of a page, by its time in whole seconds and its id: the next page begins after it."""

    time: datetime
    item_id: UUID

    def token(self, filters: Filters | CallbackFilters) -> str:
        """For the caller to bring back with the same filters."""
        words = [filters.digest, int(self.time.timestamp()), self.item_id.hex]
        return base64.urlsafe_b64encode(json.dumps(words).encode()).decode()

    @classmethod
    def from_token(cls, token: str, filters: Filters | CallbackFilters) -> Self:
        """What ``token`` made. Raises PageTokenInvalidError, also where the filters were others."""
        try:
            digest, time_s, item_id = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
            end = cls(datetime.fromtimestamp(time_s, UTC), UUID(item_id))
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
