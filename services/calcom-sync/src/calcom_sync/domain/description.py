"""What stands in an account at Cal.com, for whoever sets up a business."""

from dataclasses import dataclass, field
from datetime import timedelta

from calcom_sync.domain.setup import Account


@dataclass(frozen=True)
class User:
    """Whose account it is."""

    username: str
    email: str
    name: str
    time_zone: str


@dataclass(frozen=True)
class Offered:
    """An event type."""

    number: int
    slug: str
    title: str
    length_min: int
    length_options_min: tuple[int, ...]
    hidden: bool
    scheduling: str
    """"" for a personal one; e.g. "managed"."""


@dataclass(frozen=True)
class Span:
    """Wall clock on some weekdays (ISO, 1 = Monday)."""

    weekdays: tuple[int, ...]
    start: str
    end: str


@dataclass(frozen=True)
class Day:
    """Wall clock on one day, YYYY-MM-DD."""

    date: str
    start: str
    end: str


@dataclass(frozen=True)
class Schedule:
    """Working hours."""

    name: str
    time_zone: str
    is_default: bool
    spans: tuple[Span, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Described:
    """One account; ``error`` "": it could be read."""

    account: Account
    key_name: str = ""
    """Under which name the key was given; "": the registry has the account."""
    user: User | None = None
    event_types: tuple[Offered, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    error: str = ""
    wait: timedelta = field(default_factory=timedelta)
