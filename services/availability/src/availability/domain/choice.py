"""Owns the choice among people who could all keep a start: waste the least time, then spread fairly."""

from collections.abc import Sequence
from typing import NamedTuple

from availability.domain.ask import Openings, Option
from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.gaps import View, views_beside
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
    lattice = branch.lattice
    day = local_day(lattice, start_min)
    spans = instants_within(lattice, day, day)
    views: dict[int, list[View]] = {}
    costs = []
    for option in options:
        service = option.service
        seen = views.get(id(service))
        if seen is None:
            shortest = service.duration_min if usable_min is None else usable_min
            seen = views[id(service)] = views_beside(lattice, spans, option.occupied, shortest)
        free, booked_min = _day_of(branch, found, option.person_id, spans)
        costs.append(Cost(sum(view.new_gaps(free) for view in seen), booked_min))
    return [options[rank] for rank in sorted(range(len(options)), key=lambda rank: (costs[rank], rank))]


def _day_of(
    branch: BranchCalendar, found: Openings, person_id: str, spans: tuple[Interval, ...]
) -> tuple[Sequence[int], int]:
    """A person's free planes, and the minutes booked on the day that the spans are."""
    key = person_id, spans
    day = found.days.get(key)
    if day is None:
        ask = found.ask
        besides = ask.besides.get(person_id, ())
        day = found.days[key] = branch.person(person_id).day(spans, ask.ignoring, besides)
    return day
