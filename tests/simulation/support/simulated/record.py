"""Owns what was said: every question that was put, and the answer as far as anybody heard one."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Exchange:
    """One question of a caller's agent. Times are true times."""

    entry: int
    call_id: str
    business: str
    number: str
    function: str
    arguments: dict[str, Any]
    sent_at: datetime
    heard_at: datetime | None = None
    answer: dict[str, Any] | None = None
    """None: nobody heard it, whether there was one or not."""
    http: int | None = None
    bound_to: str = ""
    """The option that ``option_id`` stood for, where the words were not an id."""

    @property
    def status(self) -> str:
        """Of the answer; "" where none was heard."""
        return str((self.answer or {}).get("status", ""))

    @property
    def message(self) -> str:
        """What the caller heard."""
        return str((self.answer or {}).get("message", ""))


@dataclass
class Deed:
    """Something that somebody else did, and what came of it."""

    at: datetime
    kind: str
    business: str
    details: dict[str, Any] = field(default_factory=dict)
    done: bool | None = None
    """None: whether it happened is not known to whoever did it."""


@dataclass
class Record:
    """All of a run."""

    exchanges: list[Exchange] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    """By id of the call: the entry."""
    flushes: list[datetime] = field(default_factory=list)
    """When Redis lost what it knew."""
    killed: list[tuple[datetime, str]] = field(default_factory=list)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when to when PostgreSQL was away."""

    def heard(self, *statuses: str) -> list[Exchange]:
        """Answers that were heard, of these statuses."""
        return [one for one in self.exchanges if one.status in statuses]

    def as_json(self) -> dict[str, Any]:
        """For files."""
        return asdict(self)
