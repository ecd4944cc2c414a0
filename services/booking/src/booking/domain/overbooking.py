"""An appointment that somebody puts knowingly where something is in the way."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from booking.domain.appointment import Overbooking
from booking.domain.wish import Wish

NO_CALL = ""
"""Nobody rang: an operator acts."""


@dataclass(frozen=True)
class Slot:
    """One start of one person, free or not."""

    tenant_id: UUID
    branch_id: UUID
    service_id: UUID
    person_id: UUID
    start_time: datetime


@dataclass(frozen=True)
class OverbookingOrder:
    """What somebody wants nevertheless. There is no call in it: nobody overbooks by phone."""

    slot: Slot
    customer_name: str
    phone_number: str | None
    overbooking: Overbooking
    request_id: str

    @property
    def wish(self) -> Wish:
        """The same as a wish that nobody was offered; the request makes up its option."""
        slot = self.slot
        return Wish(
            tenant_id=slot.tenant_id,
            branch_id=slot.branch_id,
            option_id=f"overbooked {self.request_id}",
            call_id=NO_CALL,
            caller_number=self.phone_number,
            customer_name=self.customer_name,
            request_id=self.request_id,
            besides=(str(slot.service_id), str(slot.person_id), slot.start_time.isoformat()),
        )
