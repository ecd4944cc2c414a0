"""What booking tells."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.appointment import AppointmentRef, Attendee


@dataclass(frozen=True)
class ActivePhase:
    """A phase in which a person is needed; gaps are not copied."""

    phase_id: UUID
    position: int
    person_id: UUID
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Booked:
    """An appointment was made."""

    ref: AppointmentRef
    branch_id: UUID
    service_id: UUID
    attendee: Attendee
    call_id: str
    phases: tuple[ActivePhase, ...]


@dataclass(frozen=True)
class Event:
    """One entry of booking's log. ``traceparent``: of the change."""

    position: str
    traceparent: str
    booked: Booked


class Intake(Protocol):
    """Where what was told is kept."""

    async def record(self, event: Event, now: datetime) -> bool:
        """Store appointment, intents, a reminder and the position, all or nothing. False: it was known already."""
        ...


async def take_in(event: Event, *, intake: Intake, now: datetime) -> bool:
    """Take an event in, once however often it comes. Where its phases go is found out later, so that no other service
    has to answer for an event to be taken in. False: it was known already."""
    return await intake.record(event, now)
