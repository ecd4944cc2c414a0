"""What is held for a caller, hidden at Cal.com from its booking page. It stops nobody from booking, so it is worth little: it
waits behind everything else, and is let go where it cannot be had at once."""

import enum
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

MINUTE = timedelta(minutes=1)
WORTH = timedelta(seconds=15)
"""What could not be reserved for so long after it was told is not reserved at all."""
RENEW_BEFORE = timedelta(seconds=20)
"""A reservation cannot be extended: one that is to last is deleted and made anew, shortly before its end."""
AGAIN = timedelta(seconds=5)
"""Between attempts to delete."""


class Action(enum.Enum):
    """What has to be done; all but DROP need Cal.com."""

    RESERVE = "reserve"
    RENEW = "renew"
    DELETE = "delete"
    DROP = "drop"
    """Nothing of it is there, and nothing is wanted."""


@dataclass(frozen=True)
class Reservation:
    """One active phase that is held. Instants are aware."""

    reservation_id: UUID
    tenant_id: UUID
    account_id: UUID
    event_type_id: int
    start: datetime
    told_at: datetime
    wanted_until: datetime
    """When the hold ends."""
    due_at: datetime
    uid: str = ""
    stands_until: datetime | None = None
    """When it ends at Cal.com by itself; None: it does not stand there."""
    revision: int = 0

    def action(self, now: datetime) -> Action | None:
        """What has to be done now; None: nothing yet."""
        stands = bool(self.uid) and self.stands_until is not None and self.stands_until > now
        if self.wanted_until <= now:
            return Action.DELETE if stands else Action.DROP
        if not stands:
            return Action.RESERVE if now - self.told_at < WORTH else Action.DROP
        return Action.RENEW if self._ends_early(now) else None

    def _ends_early(self, now: datetime) -> bool:
        ends = self.stands_until or now
        return ends - now <= RENEW_BEFORE and self.wanted_until > ends

    def made(self, uid: str, until: datetime) -> "Reservation":
        """It stands until then."""
        return replace(self, uid=uid, stands_until=until).idle()

    def gone(self) -> "Reservation":
        """It does not stand any more."""
        return replace(self, uid="", stands_until=None)

    def put_off(self, until: datetime) -> "Reservation":
        """The same action later."""
        return replace(self, due_at=until)

    def _next_due(self) -> datetime:
        ends = self.stands_until or self.wanted_until
        return min(self.wanted_until, ends - RENEW_BEFORE) if self.wanted_until > ends else self.wanted_until

    def idle(self) -> "Reservation":
        """Nothing has to be done before its end is near."""
        return replace(self, due_at=self._next_due())


def minutes_until(until: datetime, now: datetime) -> int:
    """How long to reserve for, in whole minutes: never more than a minute longer than it is held."""
    return max(1, math.ceil((until - now) / MINUTE))
