"""A time that availability keeps for a call, with all that it takes."""

import enum
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


@dataclass(frozen=True)
class PlannedPhase:
    """A part of the service at its time."""

    name: str
    kind: PhaseKind
    span: Span


@dataclass(frozen=True)
class ClaimedOption:
    """What is to be committed. A ValueError means that availability has a bug, not that a caller did wrong.

    ``occupied`` is what the person cannot do anything else in: active phases, blocked gaps, and time to prepare.
    """

    branch_id: UUID
    service_id: UUID
    service_name: str
    person_id: UUID
    span: Span
    phases: tuple[PlannedPhase, ...]
    occupied: tuple[Span, ...]

    def __post_init__(self) -> None:
        if not self.phases:
            raise ValueError("an option has phases")
        edges = [self.span.start_time, *(phase.span.end_time for phase in self.phases)]
        if [phase.span.start_time for phase in self.phases] != edges[:-1] or edges[-1] != self.span.end_time:
            raise ValueError("phases follow each other without holes from start to end")
        taken = joined(self.occupied)
        for phase in self.phases:
            if phase.kind is not PhaseKind.GAP_FREE and not any(phase.span in span for span in taken):
                raise ValueError("active phases and blocked gaps are occupied")


def joined(spans: list[Span] | tuple[Span, ...]) -> list[Span]:
    """The same time in order, with as few spans as possible. Raises ValueError where they overlap."""
    ordered = sorted(spans, key=lambda span: span.start_time)
    if any(first.end_time > second.start_time for first, second in pairwise(ordered)):
        raise ValueError("occupied spans do not overlap")
    whole: list[Span] = []
    for span in ordered:
        if whole and whole[-1].end_time == span.start_time:
            span = Span(whole.pop().start_time, span.end_time)  # noqa: PLW2901 - grown, not replaced
        whole.append(span)
    return whole
