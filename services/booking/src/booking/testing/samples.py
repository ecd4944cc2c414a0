"""Options, wishes and requests to begin with."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from booking.domain.option import (
    ClaimedOption,
    Occupant,
    OccupantKind,
    Occupied,
    PhaseKind,
    PlannedPhase,
    Span,
)
from booking.domain.wish import Wish
from rufbuch.booking.v1 import service_pb2

TENANT = "11111111-1111-4111-8111-111111111111"
BRANCH = "22222222-2222-4222-8222-222222222222"
SERVICE = UUID("33333333-3333-4333-8333-333333333333")
PERSON = UUID("44444444-4444-4444-8444-444444444444")
NOW = datetime(2025, 11, 24, 9, 30, tzinfo=UTC)
START = datetime(2025, 11, 26, 14, 0, tzinfo=UTC)
NUMBER = "+493023125001"
A, F, B = PhaseKind.ACTIVE, PhaseKind.GAP_FREE, PhaseKind.GAP_BLOCKED
PERM = ((A, 60), (F, 30), (A, 45))
"""Kinds and minutes of a service with processing time."""


def an_option(
    start: datetime = START, phases: Iterable[tuple[PhaseKind, int]] = PERM, person_id: UUID = PERSON
) -> ClaimedOption:
    """An option whose phases follow each other from ``start`` on."""
    planned: list[PlannedPhase] = []
    begin = start
    for kind, minutes in phases:
        span = Span(begin, begin + timedelta(minutes=minutes))
        planned.append(PlannedPhase(f"phase {len(planned)}", kind, span, person_id, SERVICE))
        begin = span.end_time
    busy = [phase.span for phase in planned if phase.kind is not PhaseKind.GAP_FREE]
    occupied = taken(*busy, person_id=person_id)
    whole = Span(start, begin)
    return ClaimedOption(UUID(BRANCH), SERVICE, "Dauerwelle", person_id, whole, tuple(planned), occupied)


def taken(*spans: Span, person_id: UUID = PERSON) -> tuple[Occupied, ...]:
    """Time that one person is taken."""
    return tuple(Occupied(Occupant(OccupantKind.PERSON, person_id), span) for span in spans)


def a_wish(**changed: str) -> Wish:
    """A valid wish but for what is named."""
    words: dict[str, Any] = _WORDS | changed
    return Wish.of(**words)


def a_request(**changed: str) -> service_pb2.BookAppointmentRequest:
    """The same as it is sent."""
    words: dict[str, Any] = _WORDS | changed
    return service_pb2.BookAppointmentRequest(**words)


_WORDS = {
    "tenant_id": TENANT,
    "branch_id": BRANCH,
    "option_id": "o-aaaaaaaa",
    "call_id": "call_0001",
    "caller_number": NUMBER,
    "customer_name": "Anna Beispiel",
    "request_id": "request-1",
}
