"""Which messages somebody wants to see."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from booking.domain.messages.message import MessageState


@dataclass(frozen=True)
class MessageFilters:
    """All that are set must hold."""

    tenant_id: UUID
    state: MessageState | None = None
    appointment_id: UUID | None = None

    @property
    def digest(self) -> str:
        """Equal for equal filters."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]
