"""What operators read about the copies."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class Unsettled:
    """An appointment that lies ahead and whose copies are not as they are to be; counts of copies by where they are."""

    appointment_id: UUID
    start_time: datetime
    wanted: bool
    pending: int
    in_flight: int
    unknown: int
    failed: int
    leaving: int
    """To be taken back."""
    copies: int
    since: datetime
    next_try: datetime | None
    last_error: str


@dataclass
class Day:
    """One local day: copies by state ("synced", ...) and ended doubts by outcome ("done", ...)."""

    day: date
    copies: dict[str, int] = field(default_factory=dict)
    doubts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """How far what has to arrive has arrived; None: never."""

    webhook_at: datetime | None
    refused_at: datetime | None
    booking_position: str
    held: int
    reserved: int
