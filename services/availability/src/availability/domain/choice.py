"""Owns the choice among people who could all keep a start: waste the least time, then spread fairly."""

from collections.abc import Sequence
from typing import NamedTuple

from availability.domain.ask import Openings, Option
from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.instants import Interval


class Cost(NamedTuple):
    """What giving a start to a person costs; the lowest wins, field by field."""

    unusable_gaps: int
    booked_min: int


def choose(
    branch: BranchCalendar, found: Openings, start_min: int, *, usable_min: int | None = None
) -> Option | None:
    """The option at this start with the person who suits best, the same one every time; None if nobody can."""
    ranked = ranking(branch, found, start_min, usable_min=usable_min)
    return ranked[0] if ranked else None


def ranking(
    branch: BranchCalendar, found: Openings, start_min: int, *, usable_min: int | None = None
) -> list[Option]:
    """The options at this start, one per person who can, the one who suits best first.

    Best is who is left with the fewest new gaps shorter than `usable_min` (default: the service's own length), then
    who has the fewest minutes booked that local day, then who comes first in the question.
    """
    options = [found.option(person_id, start_min) for person_id in found.people_at(start_min)]
    if len(options) < 2:
        return options
    day = local_day(branch.lattice, start_min)
    spans = instants_within(branch.lattice, day, day)
    costs = [_cost(branch, found, option, spans, usable_min) for option in options]
    return [options[rank] for rank in sorted(range(len(options)), key=lambda rank: (costs[rank], rank))]


def _cost(
    branch: BranchCalendar,
    found: Openings,
    option: Option,
    spans: tuple[Interval, ...],
    usable_min: int | None,
) -> Cost:
    """What giving the option to its person costs on the day that the spans are."""
    key = option.person_id, spans
    day = found.days.get(key)
    if day is None:
        ask = found.ask
        besides = ask.besides.get(option.person_id, ())
        day = found.days[key] = branch.person(option.person_id).day(spans, ask.ignoring, besides)
    before, booked_min = day
    shortest = option.service.duration_min if usable_min is None else usable_min
    gaps = _shorter(_without(before, option.occupied), shortest) - _shorter(before, shortest)
    return Cost(gaps, booked_min)


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
