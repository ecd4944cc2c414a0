"""What booking tells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.appointment import AppointmentRef, Attendee
from calcom_sync.usecases.ports import Planned


@dataclass(frozen=True)
class ActivePhase:
    """A phase in which a person is needed; gaps are not copied."""

    phase_id: UUID
    position: int
    """In the appointment, from 0, gaps counted."""
    person_id: UUID
    start: datetime
    end: datetime
    service_id: UUID | None = None
    """Of the visit's services; None: the appointment's."""
    service_position: int | None = None
    """Where it stands in its service; None: as in the appointment."""


@dataclass(frozen=True)
class Booked:
    """An appointment was made. ``took_place_of``: the one that was moved to it."""

    ref: AppointmentRef
    branch_id: UUID
    service_id: UUID
    attendee: Attendee
    call_id: str
    phases: tuple[ActivePhase, ...]
    customer_id: UUID | None = None
    took_place_of: AppointmentRef | None = None


@dataclass(frozen=True)
class CalledOff:
    """An appointment will not take place."""

    ref: AppointmentRef


@dataclass(frozen=True)
class Forgotten:
    """Nothing that names the customer may stay."""

    tenant_id: UUID
    customer_id: UUID


@dataclass(frozen=True)
class Reassigned:
    """Phases are another id's of the same human from now on."""

    ref: AppointmentRef
    people: Mapping[UUID, UUID]
    """By phase."""


@dataclass(frozen=True)
class NoConcern:
    """Happened, and changes nothing at Cal.com."""


@dataclass(frozen=True)
class NotUnderstood:
    """Booking is newer than this service, or says what cannot be."""

    body: bytes


class EventRefusedError(Exception):
    """What it says breaks a rule of ours, now and whenever it comes again."""


Change = Booked | CalledOff | Forgotten | Reassigned | NoConcern | NotUnderstood


@dataclass(frozen=True)
class Event:
    """One entry of booking's log. ``traceparent``: of the change. ``planned``: where the phases go, where it was known already."""

    position: str
    traceparent: str
    change: Change
    planned: Planned | None = None


class Intake(Protocol):
    """Where what was told is kept."""

    async def record_all(self, events: Sequence[Event], now: datetime) -> Sequence[bool]:
        """Store changes that go together (``in_turns``) with all that follows from them, reminders and the position, all or
        nothing. False: it was known already, or changes nothing. Raises EventRefusedError: nothing was stored."""
        ...


def in_turns(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """In order, what is stored together: bookings, which make rows that nobody else has yet. Whatever changes an appointment
    that is here already has a transaction of its own, so that it never holds one while it waits for another."""
    together: list[Event] = []
    for event in events:
        if goes_with_others(event):
            together.append(event)
            continue
        if together:
            yield together
            together = []
        yield [event]
    if together:
        yield together


def goes_with_others(event: Event) -> bool:
    """Whether it makes an appointment that takes nobody's place, or changes nothing."""
    change = event.change
    return isinstance(change, NoConcern) or (isinstance(change, Booked) and change.took_place_of is None)
