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
    RESOLVED = "resolved"


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

    def resolve(self, operator: str, resolution: str) -> Self:
        """Somebody has taken care of it. Raises IllegalMoveError where somebody had before."""
        if self.state is not CallbackState.OPEN:
            raise IllegalMoveError("it is resolved already", state=self.state.value)
        return replace(self, state=CallbackState.RESOLVED, resolved_by=operator, resolution=resolution)
