"""What was agreed with a customer, and the states it goes through."""

import enum
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from booking.domain.option import Occupied, PhaseKind, Span
from booking.errors import IllegalMoveError


class State(enum.Enum):
    """Where an appointment is in its life."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


MOVES: dict[State, frozenset[State]] = {
    State.BOOKED: frozenset({State.CANCELLED, State.RESCHEDULED, State.COMPLETED, State.NO_SHOW}),
    State.CANCELLED: frozenset(),
    State.RESCHEDULED: frozenset(),
    State.COMPLETED: frozenset(),
    State.NO_SHOW: frozenset(),
}


@dataclass(frozen=True)
class Customer:
    """Whose appointment it is. ``phone_number`` is E.164, None where it is withheld; ``email`` None: unknown, or not told."""

    customer_id: UUID
    name: str
    phone_number: str | None
    calendar_email: str
    email: str | None = None


def calendar_email_of(customer_id: UUID, *, domain: str) -> str:
    """The customer's own technical address: a shared one would make Cal.com merge bookings of strangers (BK-10)."""
    return f"kunde-{customer_id.hex[:16]}@{domain}"


@dataclass(frozen=True)
class Phase:
    """A part of an appointment; ``position`` counts from 0, gaps included."""

    phase_id: UUID
    position: int
    name: str
    kind: PhaseKind
    person_id: UUID
    service_id: UUID
    span: Span


@dataclass(frozen=True)
class Overbooking:
    """Somebody has put an appointment knowingly where something was in the way: who, and why."""

    operator: str
    reason: str


@dataclass(frozen=True)
class InSeries:
    """Which series an appointment is a part of; ``position`` counts from 1."""

    series_id: UUID
    position: int


@dataclass(frozen=True)
class Appointment:
    """One appointment in one version. ``occupied`` is empty as soon as it is no longer booked."""

    appointment_id: UUID
    tenant_id: UUID
    branch_id: UUID
    service_id: UUID
    service_name: str
    person_id: UUID
    customer: Customer
    state: State
    span: Span
    phases: tuple[Phase, ...]
    occupied: tuple[Occupied, ...]
    call_id: str
    create_time: datetime
    version: int = 1
    rescheduled_from_id: UUID | None = None
    rescheduled_to_id: UUID | None = None
    moves: int = 0
    """How often the wish has been moved so far."""
    service_ids: tuple[UUID, ...] = ()
    """Of a visit of several services, in order; empty: ``service_id`` alone."""
    booked_for: str = ""
    """Whom it is for, as it was said this time; the customer may be known by another name."""
    overbooking: Overbooking | None = None
    in_series: InSeries | None = None

    @property
    def etag(self) -> str:
        """Changes with every change."""
        return str(self.version)

    def cancel(self, now: datetime) -> Self:
        """Called off, before it began."""
        self._must_be_ahead(now)
        return self._moved_to(State.CANCELLED)

    def give_way(self, successor_id: UUID, now: datetime) -> Self:
        """Replaced by another time, before it began."""
        self._must_be_ahead(now)
        return replace(self._moved_to(State.RESCHEDULED), rescheduled_to_id=successor_id)

    def complete(self, now: datetime) -> Self:
        """It took place."""
        self._must_have_begun(now)
        return self._moved_to(State.COMPLETED)

    def mark_no_show(self, now: datetime) -> Self:
        """The customer did not come."""
        self._must_have_begun(now)
        return self._moved_to(State.NO_SHOW)

    def _moved_to(self, state: State) -> Self:
        if state not in MOVES[self.state]:
            raise IllegalMoveError(f"from {self.state.value} to {state.value}", state=self.state.value)
        return replace(self, state=state, occupied=(), version=self.version + 1)

    def _must_be_ahead(self, now: datetime) -> None:
        if self.span.start_time <= now:
            raise IllegalMoveError("it has begun already", state=self.state.value)

    def _must_have_begun(self, now: datetime) -> None:
        if now < self.span.start_time:
            raise IllegalMoveError("it has not begun yet", state=self.state.value)
