"""What the use cases need from outside."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from calcom_sync.domain.answers import Answer, NoAnswer, Page
from calcom_sync.domain.appointment import Appointment, AppointmentRef, Plan
from calcom_sync.domain.busy import Owner, Source, Span
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.settling import Settlement
from calcom_sync.domain.setup import Account, Setup


class Clock(Protocol):
    """Tells the present instant, aware."""

    def now(self) -> datetime: ...


class SetupUnavailableError(Exception):
    """The registry does not answer; nothing can be said about the business now."""


class Directory(Protocol):
    """Knows how businesses are set up."""

    async def setup(self, tenant_id: UUID) -> Setup | None:
        """None: there is no such business. Raises SetupUnavailableError."""
        ...

    async def tenants(self) -> list[UUID]:
        """All businesses. Raises SetupUnavailableError."""
        ...

    def forget(self, tenant_id: UUID) -> None:
        """What was remembered may be wrong: ask again next time."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What to look for; whether a booking found is ours is decided by its metadata, not by this."""

    event_type_id: int
    attendee_email: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class ConnectedCalendar:
    """A calendar from outside, as Cal.com names it."""

    credential_id: int
    external_id: str


class Calendar(Protocol):
    """Cal.com. No method raises for what the network or the server does."""

    async def create(self, account: Account, body: dict[str, Any]) -> Answer | NoAnswer: ...

    async def find(self, account: Account, wanted: Wanted, page: int) -> Page | Answer | NoAnswer:
        """One page, counted from 0, of the bookings in every status around a time, or why they cannot be told."""
        ...

    async def upcoming(self, account: Account, page: int) -> Page | Answer | NoAnswer:
        """One page, counted from 0, of all bookings of an account that are not over and not cancelled."""
        ...

    async def get(self, account: Account, uid: str) -> Answer | NoAnswer: ...

    async def address(self, account: Account) -> str | Answer | NoAnswer:
        """Under which an account attends what others host."""
        ...

    async def calendars(self, account: Account) -> Sequence[ConnectedCalendar] | Answer | NoAnswer:
        """Those that are connected."""
        ...

    async def busy_times(
        self, account: Account, calendars: Sequence[ConnectedCalendar], within: Span
    ) -> Sequence[Span] | Answer | NoAnswer: ...

    async def move(self, account: Account, uid: str, body: dict[str, Any]) -> Answer | NoAnswer: ...

    async def cancel(self, account: Account, uid: str, reason: str) -> Answer | NoAnswer: ...


class Urgency(enum.Enum):
    """Who goes first where the budget does not suffice for all."""

    CHANGE = "change"
    """Creating, moving, cancelling: in a line, the oldest first."""
    LOOK = "look"
    """Finding out what became of something; waits while anybody stands in the line."""
    SURVEY = "survey"
    """Comparing and pulling; leaves half of what may go out at once to the others."""
    HOLD = "hold"
    """Hiding what is held; leaves most of it to the others."""
    LIVE = "live"
    """A caller waits on the phone: past the line, but only with what is left."""


@dataclass(frozen=True)
class Place:
    """Somebody's place in the line, and since when."""

    name: str
    since: datetime


class Budget(Protocol):
    """How much may be asked of Cal.com; one for all workers."""

    async def take(
        self,
        account: Account,
        requests: int,
        now: datetime,
        *,
        urgency: Urgency = Urgency.CHANGE,
        place: Place | None = None,
    ) -> timedelta:
        """Take all or nothing. Zero: taken; else how long to wait before asking again."""
        ...

    async def heed(self, account: Account, result: Answer | NoAnswer | Page, now: datetime) -> None:
        """What a request brought tells how the key fares: throttled, nearly used up, or nobody answers."""
        ...


@dataclass(frozen=True)
class Planned:
    """An appointment after it was found out where its phases go."""

    ref: AppointmentRef
    plan: Plan
    time_zone: str
    language: str
    settlements: Sequence[Settlement]


class Appointments(Protocol):
    """The appointments and their intents."""

    async def load(self, ref: AppointmentRef) -> Appointment | None: ...

    async def plan(self, planned: Planned, now: datetime) -> None:
        """Store a plan with its first settlements, unless it was planned already."""
        ...

    async def save(self, intents: Sequence[Intent]) -> list[Intent]:
        """Store those that nobody has changed meanwhile, and return them; committed on return."""
        ...

    async def settle(self, settlement: Settlement, now: datetime) -> bool:
        """Store a settlement with all that follows from it. False: somebody else has taken over, nothing is stored."""
        ...

    async def hand_over(self, ref: AppointmentRef, now: datetime) -> bool:
        """Let an appointment take over the bookings of the one whose place it took, as far as that can be decided now.
        False: not yet, or something has to be cancelled first."""
        ...

    async def was_ours(self, intent: Intent, since: datetime) -> bool:
        """Whether what has the intent's time at its account is a copy of another appointment of ours that has given it up:
        one that has yet to go, or has gone since an instant."""
        ...


class BusyTimes(Protocol):
    """Time that people are taken at Cal.com beside our appointments."""

    async def appear(
        self, owner: Owner, source: Source, key: str, span: Span, now: datetime, *, listed: bool = False
    ) -> None:
        """From now on. What is gone does not come back under the same key, but for what Cal.com lists as standing although it
        went longer ago than its lists lag: that was taken for gone wrongly."""
        ...

    async def vanish(self, tenant_id: UUID, source: Source, key: str, now: datetime) -> None:
        """For good, also where it was never heard of."""
        ...
