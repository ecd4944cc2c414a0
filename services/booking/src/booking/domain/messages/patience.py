"""How often a message is tried, and how long the pauses are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 30, 120))


@dataclass(frozen=True)
class Patience:
    """The pauses, one after each attempt but the last."""

    pauses: tuple[timedelta, ...] = PAUSES

    def next_attempt(self, attempts: int, now: datetime) -> datetime | None:
        """When it is tried again, after as many attempts; None: never."""
        return now + self.pauses[attempts - 1] if attempts <= len(self.pauses) else None
