"""An appointment as far as its copies at Cal.com are concerned."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from calcom_sync.domain.intent import Intent, State


class Plan(enum.Enum):
    """Whether it has been found out where its phases go."""

    OPEN = "open"
    MADE = "made"
    NOT_NEEDED = "not_needed"
    """The business does not copy its appointments."""


class SyncState(enum.Enum):
    """All phases taken together."""

    PENDING = "pending"
    SYNCED = "synced"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class AppointmentRef:
    """Which one, of which business."""

    tenant_id: UUID
    appointment_id: UUID


@dataclass(frozen=True)
class Attendee:
    """Whose appointment it is, as Cal.com gets to know it. ``phone``: E.164 or ""."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Appointment:
    """What was agreed, and what is known of its copies."""

    ref: AppointmentRef
    branch_id: UUID
    service_id: UUID
    attendee: Attendee
    time_zone: str
    """Of the branch; "" until planned."""
    language: str
    call_id: str
    traceparent: str
    plan: Plan
    wanted: bool
    """Whether Cal.com is to have it; False: everything of it that is there has to go."""
    spoiled: bool
    """A phase failed for good, so the copy can never be whole."""
    intents: Sequence[Intent]
    received_at: datetime
    """When it was heard of; the older one goes first."""
    called_off: bool = False
    """It is not to take place."""
    moved_to: UUID | None = None
    """The appointment that took its place."""
    moved_from: UUID | None = None
    """The appointment whose place it took."""
    ready: bool = True
    """Nothing of its predecessor stands in the way."""

    @property
    def state(self) -> SyncState:
        """The phases taken together."""
        states = {intent.state for intent in self.intents}
        over = self.called_off or self.moved_to is not None
        return summary(self.plan, states, spoiled=self.spoiled, over=over)

    @property
    def next_due(self) -> datetime | None:
        """When something has to be done next; None: never, unless something happens."""
        return earliest(intent.due_at for intent in self.intents)


_MAY_BE_THERE = {State.SYNCED, State.UNKNOWN, State.IN_FLIGHT}


def summary(plan: Plan, states: set[State], *, spoiled: bool, over: bool = False) -> SyncState:
    """One word for all phases. Partial is a state of its own, and never called synced. ``over``: the appointment was
    called off or moved, so that nothing of it is to be there."""
    if plan is Plan.NOT_NEEDED:
        return SyncState.NOT_NEEDED
    if over:
        return SyncState.CANCELLED if states <= {State.CANCELLED, State.FAILED} else SyncState.PENDING
    if spoiled:
        return SyncState.PARTIAL if states & _MAY_BE_THERE else SyncState.FAILED
    if states == {State.SYNCED}:
        return SyncState.SYNCED
    # Somebody cancelled at Cal.com what is to be there.
    if State.CANCELLED in states and states <= {State.CANCELLED, State.SYNCED}:
        return SyncState.PARTIAL if State.SYNCED in states else SyncState.FAILED
    return SyncState.PENDING


def earliest(instants: Iterable[datetime | None]) -> datetime | None:
    """The first of those that there are."""
    return min((instant for instant in instants if instant is not None), default=None)
