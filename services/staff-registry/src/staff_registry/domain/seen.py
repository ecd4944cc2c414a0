"""What stands in accounts at Cal.com, as far as a business can be set up from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SeenEventType:
    """An event type of one account."""

    number: int
    slug: str
    title: str
    minutes: int
    choices: tuple[int, ...] = ()
    """Lengths to choose from; more than one: nothing that we could book."""
    hidden: bool = False
    scheduling: str = ""
    """"" for a personal one; e.g. "managed": a template, which cannot be booked (CS-07)."""


@dataclass(frozen=True)
class SeenSpan:
    """Wall clock on some weekdays, ISO."""

    weekdays: tuple[int, ...]
    start: str
    end: str


@dataclass(frozen=True)
class SeenDay:
    """Wall clock on one day that has hours of its own; start equal to end: none."""

    date: str
    start: str
    end: str


@dataclass(frozen=True)
class SeenAccount:
    """One account. ``account_id`` as the registry knows it, or "" with the ``key`` that it shall have."""

    account_id: str
    key: str
    username: str
    email: str = ""
    name: str = ""
    time_zone: str = ""
    event_types: tuple[SeenEventType, ...] = ()
    spans: tuple[SeenSpan, ...] = ()
    """Of the default schedule."""
    days: tuple[SeenDay, ...] = ()
