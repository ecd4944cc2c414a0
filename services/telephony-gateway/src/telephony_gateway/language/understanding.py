"""What was understood: a typed outcome with its values, its candidates, and what is doubtful or missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from telephony_gateway.language.days import Doubt


class Outcome(StrEnum):
    """How a wish ended; only RESOLVED may be acted upon without a question."""

    RESOLVED = "resolved"
    AMBIGUOUS = "ambiguous"
    MISSING = "missing"
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    IMPOSSIBLE = "impossible"
    NOTHING = "nothing"


class Slot(StrEnum):
    """What a wish for an appointment needs."""

    DATE = "date"
    TIME = "time"


class Search(StrEnum):
    """A wish relative to what was offered, not to the calendar."""

    LATER = "later"
    EARLIER = "earlier"
    FIRST_FREE = "first_free"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading: a day or a range (both ends included, either may be open), a clock time or a window."""

    date: date | None = None
    date_end: date | None = None
    time: time | None = None
    time_from: time | None = None
    time_to: time | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """The outcome for one utterance; the first candidate is also in the plain fields. Wall-clock values."""

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()
    doubts: frozenset[Doubt] = frozenset()
    missing: frozenset[Slot] = frozenset()
    approximate: bool = False
    search: Search | None = None
    selection: int | None = None
    rules: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def first(self) -> Candidate:
        """The likeliest reading, empty where there is none."""
        return self.candidates[0] if self.candidates else Candidate()

    @property
    def date(self) -> date | None:
        """The day, or the first day of a range."""
        return self.first.date

    @property
    def date_end(self) -> date | None:
        """The last day of a range, included."""
        return self.first.date_end

    @property
    def time(self) -> time | None:
        """The clock time."""
        return self.first.time

    @property
    def time_from(self) -> time | None:
        """Where the window begins."""
        return self.first.time_from

    @property
    def time_to(self) -> time | None:
        """Where the window ends."""
        return self.first.time_to


NOTHING = Understanding(Outcome.NOTHING)
