"""What was understood: a typed outcome with its values, its candidates, and what is doubtful or missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
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

    date: dt.date | None = None
    date_end: dt.date | None = None
    time: dt.time | None = None
    time_from: dt.time | None = None
    time_to: dt.time | None = None


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

    @property
    def date(self) -> dt.date | None:
        """The day, or the first day of a range."""
        return self.first.date

    @property
    def date_end(self) -> dt.date | None:
        """The last day of a range, included."""
        return self.first.date_end

    @property
    def time(self) -> dt.time | None:
        """The clock time."""
        return self.first.time

    @property
    def time_from(self) -> dt.time | None:
        """Where the window begins."""
        return self.first.time_from

    @property
    def time_to(self) -> dt.time | None:
        """Where the window ends."""
        return self.first.time_to
