"""A visit of several services, one after the other: to which of them a phase belongs, and where it stands in it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from uuid import UUID


def places(services: Sequence[UUID], of_phases: Sequence[UUID]) -> list[tuple[UUID, int]]:
    """For each phase of a visit, gaps counted: its service, and its position in it from 0. ``services`` are those of the
    visit in order; one that follows itself is told apart from a longer one by how often it does."""
    return list(_places(services, of_phases))


def _places(services: Sequence[UUID], of_phases: Sequence[UUID]) -> Iterator[tuple[UUID, int]]:
    repeats = [(service, len(list(run))) for service, run in groupby(services)]
    for number, (service, run) in enumerate(groupby(of_phases)):
        phases = len(list(run))
        known, times = repeats[number] if number < len(repeats) else (service, 1)
        fits = known == service and phases % times == 0
        length = phases // times if fits else phases
        for position in range(phases):
            yield service, position % length
