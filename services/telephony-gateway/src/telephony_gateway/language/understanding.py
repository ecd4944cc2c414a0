"""What was understood: a typed outcome with its values, its candidates, and what is doubtful or missing."""

from __future__ import annotations

from dataclasses import dataclass
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

    day: date | None = None
    day_end: date | None = None
    clock: time | None = None
    clock_from: time | None = None
    clock_to: time | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """The outcome for one utterance, its readings the likeliest first. Wall-clock values, in the reference's zone."""

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()
    doubts: frozenset[Doubt] = frozenset()
    missing: frozenset[Slot] = frozenset()
    approximate: bool = False
    search: Search | None = None
    selection: int | None = None

    @property
    def first(self) -> Candidate:
        """The likeliest reading, empty where there is none."""
        return self.candidates[0] if self.candidates else Candidate()
