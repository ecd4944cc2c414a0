"""A promise that somebody calls back."""

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from booking.errors import IllegalMoveError


class Priority(enum.Enum):
    """How urgent it is."""

    NORMAL = "normal"
    HIGH = "high"
    """Something that was promised is in danger."""


class CallbackState(enum.Enum):
    """Where it is in its life."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    """Somebody by name is about to call."""
    RESOLVED = "resolved"


MOVES: dict[CallbackState, frozenset[CallbackState]] = {
    # Handing over what is in somebody's hands already is a move as well.
    CallbackState.OPEN: frozenset({CallbackState.IN_PROGRESS, CallbackState.RESOLVED}),
    CallbackState.IN_PROGRESS: frozenset(
        {CallbackState.OPEN, CallbackState.IN_PROGRESS, CallbackState.RESOLVED}
    ),
    CallbackState.RESOLVED: frozenset(),
}


DUE_WITHIN = {Priority.NORMAL: timedelta(days=1), Priority.HIGH: timedelta(hours=1)}


@dataclass(frozen=True)
class Callback:
    """One promise. ``phone_number`` is E.164, None where only the call is known (BK-20)."""

    callback_id: UUID
    tenant_id: UUID
    branch_id: UUID
    call_id: str
    phone_number: str | None
    name: str
    topic: str
    priority: Priority
    state: CallbackState
    due_time: datetime
    create_time: datetime
    appointment_id: UUID | None = None
    resolved_by: str = ""
    resolution: str = ""
    assigned_to: str = ""
    """Who has taken it over; "": nobody yet."""
    waitlist_entry_id: UUID | None = None
    """The waiting wish that something came free for."""
    version: int = 1

    def resolve(self, operator: str, resolution: str) -> Self:
        """Somebody has taken care of it. Raises IllegalMoveError where somebody had before."""
        moved = self._moved_to(CallbackState.RESOLVED)
        return replace(moved, resolved_by=operator, resolution=resolution)

    def hand_to(self, assignee: str) -> Self:
        """Somebody takes it over; "": it is everybody's again, and if it is so already it stays. Raises IllegalMoveError
        where it is resolved."""
        if not assignee and self.state is CallbackState.OPEN:
            return self
        moved = self._moved_to(CallbackState.IN_PROGRESS if assignee else CallbackState.OPEN)
        return replace(moved, assigned_to=assignee)

    def asked_for_again(self, later: Self) -> Self:
        """The same call wants the same once more, while nobody has called yet: what it says now counts, and what it leaves
        out stays. Nothing that was promised becomes later or less urgent."""
        urgent = Priority.HIGH in (self.priority, later.priority)
        fuller = replace(
            self,
            phone_number=later.phone_number or self.phone_number,
            name=later.name or self.name,
            priority=Priority.HIGH if urgent else Priority.NORMAL,
            due_time=min(self.due_time, later.due_time),
        )
        return self if fuller == self else replace(fuller, version=self.version + 1)

    def _moved_to(self, state: CallbackState) -> Self:
        if state not in MOVES[self.state]:
            raise IllegalMoveError("it is resolved already", state=self.state.value)
        return replace(self, state=state, version=self.version + 1)
