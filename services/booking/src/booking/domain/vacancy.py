"""Time that may have come free, and what is held of it for whom."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from booking.domain.option import Occupied, Span
from booking.domain.waiting import WaitingEntry, WaitingWish

LEAD = timedelta(hours=8)
"""How long before the free time a start may lie that reaches into it, or into what is free before it."""
TRAIL = timedelta(hours=8)
"""How long after it one may lie: to prepare and to clear up take as long at most, and were in the way."""
ECHO_AFTER = timedelta(minutes=15)
"""What callers hold just now, and do not book, is free by then, and no event tells of it."""
_ECHO = "again/"
_CAUSES = UUID("6f0dd3b5-4b0a-4a3c-9e53-1f0a2c5d7e11")


class Outcome(enum.Enum):
    """What looking at a wish for a vacancy came to."""

    OFFERED = "offered"
    NOTHING_FREE = "nothing_free"
    TOO_LATE = "too_late"
    """It begins so soon that nobody could be called."""
    HAD_ITS_TURN = "had_its_turn"
    """It was offered something in the course of the same vacancy."""
    NO_LONGER_WAITING = "no_longer_waiting"
    """It was taken back, booked or offered something else in between."""
    IMPOSSIBLE = "impossible"
    """The business no longer has the branch, service or person."""


@dataclass(frozen=True)
class Vacancy:
    """A stretch of time to look at. ``person_ids`` None: anybody's. Equal causes are one vacancy."""

    tenant_id: UUID
    cause: str
    person_ids: tuple[UUID, ...] | None
    start_time: datetime
    end_time: datetime
    due_at: datetime
    root: UUID | None = None
    """The vacancy whose offer has ended; None: it is the first of its kind."""
    ended: "EndedHold | None" = None
    """A hold that is to be released first."""
    freed: "FreedTime | None" = None
    """What came free; availability has to have heard of it first."""
    begun: bool = False
    """Somebody was looked at for it already; what holds its time may be held for them."""

    @property
    def vacancy_id(self) -> UUID:
        """The same for the same cause."""
        return uuid5(_CAUSES, self.cause)

    @property
    def root_id(self) -> UUID:
        """Whoever was offered something in its course is not asked again in it."""
        return self.root or self.vacancy_id

    def echo(self, now: datetime) -> "Vacancy | None":
        """To look once more where nothing was free: somebody on the phone may have held it, and let it go unbooked."""
        if self.cause.startswith(_ECHO) or self.end_time <= now + ECHO_AFTER:
            return None
        return Vacancy(
            self.tenant_id, f"{_ECHO}{self.cause}", self.person_ids, self.start_time, self.end_time,
            now + ECHO_AFTER, self.root_id,
        )  # fmt: skip

    def windows(self, wish: WaitingWish, earliest: datetime) -> list[tuple[datetime, datetime]]:
        """Where a start would do, best first: within the free time, then before it, then after it."""
        first = max(wish.window_start, earliest)
        within = (max(first, self.start_time), min(wish.window_end, self.end_time))
        before = (max(first, self.start_time - LEAD), min(wish.window_end, self.start_time))
        after = (max(first, self.end_time), min(wish.window_end, self.end_time + TRAIL))
        return [(start, end) for start, end in (within, before, after) if start < end]


class Standing(enum.Enum):
    """How availability sees time that an appointment has given back."""

    FREE = enum.auto()
    """Nothing that would go away by itself is in the way."""
    HELD = enum.auto()
    """Somebody holds it, be it the appointment's own hold."""
    UNHEARD = enum.auto()
    """It still counts the appointment."""


@dataclass(frozen=True)
class FreedTime:
    """An appointment that has given its time back."""

    branch_id: UUID
    service_id: UUID
    person_id: UUID
    start_time: datetime
    appointment_id: UUID


@dataclass(frozen=True)
class EndedHold:
    """What was held for an offer that is over."""

    branch_id: UUID
    offer_id: UUID


@dataclass(frozen=True)
class Candidate:
    """Whose turn it is, and the offer that is being prepared for it."""

    entry: WaitingEntry
    offer_id: UUID


@dataclass(frozen=True)
class HeldSlot:
    """A start that availability keeps free, until ``hold_end``."""

    option_id: str
    person_id: UUID
    span: Span
    occupied: tuple[Occupied, ...]
    hold_end: datetime


@dataclass(frozen=True)
class OpenOffer:
    """An offer that stands, and whose it is. ``answered``: somebody has seen to the callback."""

    offer_id: UUID
    root_id: UUID
    entry: WaitingEntry
    """Its offer is this one, unless it was taken back or booked meanwhile."""
    person_id: UUID
    held_option_id: str
    span: Span
    expire_time: datetime
    answered: bool


class Ending(enum.Enum):
    """How an offer ended without an appointment."""

    UNANSWERED = "unanswered"
    DECLINED = "declined"
    """Somebody called, and it was not wanted."""
    LOST = "lost"
    """The hold was lost, and somebody else has the time."""
    LEFT = "left"
    """The wish was taken back, or booked otherwise."""
