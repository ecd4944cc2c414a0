"""Which appointments somebody wants to see, and where a page ends."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, Self
from uuid import UUID

from booking.domain.appointment import State
from booking.domain.callback import CallbackState, Priority
from booking.domain.waiting import WaitingState
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
    """All that are set must hold."""

    tenant_id: UUID
    state: CallbackState | None = None
    overdue_at: datetime | None = None
    """Only those that were due before this instant, and are not resolved."""
    assigned_to: str | None = None
    priority: Priority | None = None
    call_id: str | None = None
    phone_number: str | None = None

    @property
    def digest(self) -> str:
        """Equal for equal filters; the next page of what is overdue is asked for a moment later."""
        alike = replace(self, overdue_at=datetime.min.replace(tzinfo=UTC) if self.overdue_at else None)
        return hashlib.sha256(repr(alike).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class WaitlistFilters:
    """All that are set must hold."""

    tenant_id: UUID
    state: WaitingState | None = None
    phone_number: str | None = None
    branch_id: UUID | None = None
    service_id: UUID | None = None

    @property
    def digest(self) -> str:
        """Equal for equal filters."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


class Digested(Protocol):
    """Filters of a list, as far as its page tokens are concerned."""

    @property
    def digest(self) -> str:
        """Equal for equal filters."""
        ...


@dataclass(frozen=True)
class Place:
    """Where a page of the waiting list ended: the number of its last entry in the order of joining."""

    number: int

    def token(self, filters: WaitlistFilters) -> str:
        """For the caller to bring back with the same filters."""
        return _token(filters.digest, self.number)

    @classmethod
    def from_token(cls, token: str, filters: WaitlistFilters) -> Self:
        """What ``token`` made. Raises PageTokenInvalidError, also where the filters were others."""
        (number,) = _words_of(token, filters.digest, count=1)
        if not isinstance(number, int) or not 0 <= number < 2**63:
            raise PageTokenInvalidError("not a page token of ours")
        return cls(number)


@dataclass(frozen=True)
class PageEnd:
    """The last item of a page, by its time in whole seconds and its id: the next page begins after it."""

    time: datetime
    item_id: UUID

    def token(self, filters: Digested) -> str:
        """For the caller to bring back with the same filters."""
        return _token(filters.digest, int(self.time.timestamp()), self.item_id.hex)

    @classmethod
    def from_token(cls, token: str, filters: Digested) -> Self:
        """What ``token`` made. Raises PageTokenInvalidError, also where the filters were others."""
        time_s, item_id = _words_of(token, filters.digest, count=2)
        try:
            return cls(datetime.fromtimestamp(time_s, UTC), UUID(item_id))
        except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
            raise PageTokenInvalidError("not a page token of ours") from error


def page_size_of(value: int) -> int:
    """How many a page holds; 0 means the default. Raises RequestInvalidError below 0."""
    if value < 0:
        raise RequestInvalidError("page_size", "negative")
    return min(value, PAGE_SIZE_MAX) or PAGE_SIZE_DEFAULT


def _token(digest: str, *words: object) -> str:
    return base64.urlsafe_b64encode(json.dumps([digest, *words]).encode()).decode()


def _words_of(token: str, digest: str, *, count: int) -> list[Any]:
    """What follows the digest. Raises PageTokenInvalidError."""
    try:
        first: Any
        words: list[Any]
        first, *words = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError) as error:
        raise PageTokenInvalidError("not a page token of ours") from error
    if len(words) != count:
        raise PageTokenInvalidError("not a page token of ours")
    if first != digest:
        raise PageTokenInvalidError("the page token belongs to other filters")
    return words
