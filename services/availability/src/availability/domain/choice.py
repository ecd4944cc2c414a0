"""Owns the choice among people who could all keep a start: waste the least time, then spread fairly."""

from collections.abc import Sequence
from typing import NamedTuple

from availability.domain.ask import Openings, Option
from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.instants import Interval
from availability.domain.ledger import BusySource
from availability.domain.person import PersonTime
from availability.domain.planes import runs_of

_WORK = (BusySource.APPOINTMENT, BusySource.HOLD)


class Cost(NamedTuple):
    """What giving a start to a person costs; the lowest wins, field by field."""

    unusable_gaps: int
    booked_min: int
    rank: int


def choose(
    branch: BranchCalendar, found: Openings, start_min: int, *, usable_min: int | None = None
) -> Option | None:
    """The option at this start with the person who suits best, the same one every time; None if nobody can.

    Best is who is left with the fewest new gaps shorter than `usable_min` (default: the service's own length), then
    who has the fewest minutes booked that local day, then who comes first in the question.
    """
    people = found.people_at(start_min)
    if len(people) < 2:
        return found.option(people[0], start_min) if people else None
    options = [found.option(person_id, start_min) for person_id in people]
    costs = [_cost(branch, option, rank, usable_min) for rank, option in enumerate(options)]
    return options[min(costs).rank]


def _cost(branch: BranchCalendar, option: Option, rank: int, usable_min: int | None) -> Cost:
    lattice = branch.lattice
    person = branch.person(option.person_id)
    day = local_day(lattice, option.start_min)
    spans = instants_within(lattice, day, day)
    shortest = option.service.duration_min if usable_min is None else usable_min
    before = [run for span in spans for run in runs_of(lattice, person.free, span)]
    after = _without(before, option.occupied)
    gaps = _shorter(after, shortest) - _shorter(before, shortest)
    return Cost(gaps, _booked_min(person, spans), rank)


def _shorter(runs: Sequence[Interval], minutes: int) -> int:
    return sum(run.end_min - run.begin_min < minutes for run in runs)


def _without(runs: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """The runs less the taken intervals."""
    left = list(runs)
    for begin, end in taken:
        left = [
            part
            for run in left
            for part in (
                Interval(run.begin_min, min(run.end_min, begin)),
                Interval(max(run.begin_min, end), run.end_min),
            )
            if part.begin_min < part.end_min
        ]
    return left


def _booked_min(person: PersonTime, spans: Sequence[Interval]) -> int:
    return sum(
        min(taken.interval.end_min, span.end_min) - max(taken.interval.begin_min, span.begin_min)
        for span in spans
        for taken in person.ledger.touching(span)
        if taken.key.source in _WORK
    )
