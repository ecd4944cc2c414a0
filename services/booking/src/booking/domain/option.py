"""A time that availability keeps for a call, with all that it takes."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID


class PhaseKind(enum.Enum):
    """What happens in a phase."""

    ACTIVE = "active"
    """The person is needed."""
    GAP_FREE = "gap_free"
    """The person may serve somebody else."""
    GAP_BLOCKED = "gap_blocked"
    """The person stays reserved."""


@dataclass(frozen=True)
class Span:
    """Half open, on whole minutes."""

    start_time: datetime
    end_time: datetime

    def __post_init__(self) -> None:
        for instant in (self.start_time, self.end_time):
            if instant.tzinfo is None:
                raise ValueError("an instant is aware")
            if instant.second or instant.microsecond:
                raise ValueError("appointments begin and end on whole minutes")
        if self.end_time <= self.start_time:
            raise ValueError("a span ends after it begins")

    def __contains__(self, other: "Span") -> bool:
        return self.start_time <= other.start_time and other.end_time <= self.end_time


class OccupantKind(enum.Enum):
    """What can be taken only once at a time."""

    PERSON = "person"
    RESOURCE = "resource"
    """A room or a device."""


@dataclass(frozen=True)
class Occupant:
    """A person, a room or a device."""

    kind: OccupantKind
    occupant_id: UUID


@dataclass(frozen=True)
class Occupied:
    """Time that an occupant is taken."""

    occupant: Occupant
    span: Span


@dataclass(frozen=True)
class PlannedPhase:
    """A part of the service at its time."""

    name: str
    kind: PhaseKind
    span: Span
    person_id: UUID
    service_id: UUID


@dataclass(frozen=True)
class ClaimedOption:
    """What is to be committed. A ValueError means that availability has a bug, not that a caller did wrong.

    ``occupied`` is the time in which nobody else can have them: of people their active phases, blocked gaps, and time
    to prepare; of rooms and devices what was found for the phases. ``person_id`` is who does it, or begins with it.
    """

    branch_id: UUID
    service_id: UUID
    service_name: str
    person_id: UUID
    span: Span
    phases: tuple[PlannedPhase, ...]
    occupied: tuple[Occupied, ...]
    service_ids: tuple[UUID, ...] = ()
    """Of a visit of several services, in order; empty: ``service_id`` alone."""

    def __post_init__(self) -> None:
        if not self.phases:
            raise ValueError("an option has phases")
        edges = [self.span.start_time, *(phase.span.end_time for phase in self.phases)]
        if [phase.span.start_time for phase in self.phases] != edges[:-1] or edges[-1] != self.span.end_time:
            raise ValueError("phases follow each other without holes from start to end")
        taken = {occupant: joined(spans) for occupant, spans in by_occupant(self.occupied).items()}
        for phase in self.phases:
            spans = taken.get(Occupant(OccupantKind.PERSON, phase.person_id), [])
            if phase.kind is not PhaseKind.GAP_FREE and not any(phase.span in span for span in spans):
                raise ValueError("active phases and blocked gaps are occupied")


def by_occupant(occupied: Iterable[Occupied]) -> dict[Occupant, list[Span]]:
    """Who is taken when."""
    spans: dict[Occupant, list[Span]] = {}
    for taken in occupied:
        spans.setdefault(taken.occupant, []).append(taken.span)
    return spans


def joined(spans: Sequence[Span]) -> list[Span]:
    """The same time in order, with as few spans as possible. Raises ValueError where they overlap."""
    if len(spans) == 1:
        return list(spans)
    ordered = sorted(spans, key=lambda span: span.start_time)
    if any(first.end_time > second.start_time for first, second in pairwise(ordered)):
        raise ValueError("occupied spans do not overlap")
    whole: list[Span] = []
    for span in ordered:
        if whole and whole[-1].end_time == span.start_time:
            span = Span(whole.pop().start_time, span.end_time)  # noqa: PLW2901 - grown, not replaced
        whole.append(span)
    return whole
