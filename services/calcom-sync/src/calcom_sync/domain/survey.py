"""What a booking that stands at Cal.com means beside what is known here."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from calcom_sync.domain.answers import RemoteBooking
from calcom_sync.domain.appointment import Appointment
from calcom_sync.domain.intent import Intent, State
from calcom_sync.domain.request import PHASE_KEY, TENANT_KEY, differences

LAG = timedelta(seconds=60)
"""What was changed here so recently may be missing at Cal.com's read replica, or still be there."""


class Finding(enum.Enum):
    """What a survey finds; each but RIGHT, UNSETTLED and OTHERS is drift."""

    RIGHT = "right"
    UNSETTLED = "unsettled"
    """Somebody is at it."""
    OTHERS = "others"
    """Nothing of ours: it takes a person's time."""
    ELSEWHERE = "elsewhere"
    """Ours, at another time, of another length or with another host. For a person."""
    DUPLICATE = "duplicate"
    """Ours, beside another one of the same phase. Cancelled."""
    LEFTOVER = "leftover"
    """Ours, of what is not wanted any more. Cancelled."""
    ORPHAN = "orphan"
    """With our marks, of something that nothing here knows. For a person."""
    CANCELLED_THERE = "cancelled_there"
    MOVED_THERE = "moved_there"
    VANISHED = "vanished"
    """Ours, and nowhere. Created anew."""
    UNREADABLE = "unreadable"
    """Nobody can say what it is. While there are any, no booking of others is forgotten."""


@dataclass(frozen=True)
class Task:
    """One pass over the bookings of an account, page by page."""

    tenant_id: UUID
    account_id: UUID
    started_at: datetime
    page: int
    drift: Mapping[str, int] = field(default_factory=dict)


def is_claimed(booking: RemoteBooking, tenant_id: UUID) -> bool:
    """Whether it carries the marks of this business."""
    return booking.metadata.get(TENANT_KEY) == str(tenant_id) and PHASE_KEY in booking.metadata


def judge(
    booking: RemoteBooking, appointment: Appointment | None, intent: Intent | None, username: str
) -> Finding:
    """A booking that stands and is ours by its marks, beside the phase that it is a copy of."""
    if appointment is None or intent is None:
        return Finding.ORPHAN
    if intent.state in {State.PENDING, State.IN_FLIGHT, State.UNKNOWN}:
        return Finding.UNSETTLED
    if intent.state is not State.SYNCED:
        return Finding.LEFTOVER
    # What is not wanted is being undone, or waits to be taken over by what it was moved to.
    if not appointment.wanted:
        return Finding.UNSETTLED
    if intent.booking_uid != booking.uid:
        return Finding.DUPLICATE
    return Finding.ELSEWHERE if differences(booking, intent, username) else Finding.RIGHT


def judge_missing(booking: RemoteBooking | None) -> Finding:
    """Ours, and not in the list; looked at by its uid. None: there is none with the uid."""
    if booking is None:
        return Finding.VANISHED
    if booking.stands:
        return Finding.RIGHT
    return Finding.MOVED_THERE if booking.moved_to else Finding.CANCELLED_THERE
