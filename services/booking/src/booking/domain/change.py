"""What somebody wants changed, and what became of it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from booking.domain.actor import Actor
from booking.domain.appointment import Appointment
from booking.domain.policy import Fee
from booking.domain.wish import Offer
from booking.errors import EtagMismatchError, FeeNotAgreedError


@dataclass(frozen=True)
class Order:
    """Somebody wants an appointment changed. ``etag`` None: whatever it is now; ``fee_agreed`` None: whatever it costs."""

    tenant_id: UUID
    appointment_id: UUID
    actor: Actor
    etag: str | None = None
    reason: str = ""
    fee_agreed: int | None = None

    def must_know(self, appointment: Appointment) -> None:
        """Raises EtagMismatchError where it has changed since it was read."""
        if self.etag is not None and self.etag != appointment.etag:
            raise EtagMismatchError("it has changed meanwhile")

    def must_agree_to(self, fee: Fee) -> None:
        """Raises FeeNotAgreedError where it costs more than was agreed to."""
        if self.fee_agreed is not None and fee.minor > max(self.fee_agreed, 0):
            raise FeeNotAgreedError(
                "it costs more than was agreed to", fee_minor=str(fee.minor), fee_currency=fee.currency
            )


@dataclass(frozen=True)
class MoveOrder:
    """Somebody wants an appointment moved to an option, once."""

    order: Order
    offer: Offer
    request_id: str

    @property
    def fingerprint(self) -> str:
        """Equal for equal wishes, however they were put."""
        where = (str(self.offer.branch_id), self.offer.option_id, self.offer.call_id)
        words = ("move", str(self.order.appointment_id), *where)
        return hashlib.sha256("\n".join(words).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """An entry of the history: who, why, when, and what it costs."""

    actor: Actor
    reason: str
    time: datetime
    fee: Fee = field(default_factory=Fee)


@dataclass(frozen=True)
class Changed:
    """An appointment as it is now, and what the change costs."""

    appointment: Appointment
    fee: Fee


@dataclass(frozen=True)
class Moved:
    """Both ends of a move. ``repeated``: it had been answered before."""

    previous: Appointment
    appointment: Appointment
    fee: Fee
    repeated: bool
