"""Owns the choice among people who could all keep a start: waste the least time, then spread fairly."""

from collections.abc import Sequence

from availability.domain.ask import Ask, Openings, Option
from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.gaps import View, views_beside
from availability.domain.instants import Interval

Days = dict[tuple[str, tuple[Interval, ...]], tuple[Sequence[int], int]]
"""By person and day: what is free, and how many minutes are booked."""


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
    able = found.people_at(start_min)
    ranked = by_cost(branch, found.ask, able, start_min, found.days, usable_min=usable_min)
    return [found.option(person_id, start_min) for person_id in ranked]


def by_cost(
    branch: BranchCalendar,
    ask: Ask,
    able: Sequence[str],
    start_min: int,
    days: Days,
    *,
    usable_min: int | None = None,
) -> Sequence[str]:
    """The order of `ranking` among people who can; `days` keeps what others hold of a day for the other starts of it."""
    if len(able) < 2:
        return able
    lattice = branch.lattice
    day = local_day(lattice, start_min)
    spans = instants_within(lattice, day, day)
    views: dict[int, list[View]] = {}
    costs = []
    for rank, person_id in enumerate(able):
        service = ask.services[person_id]
        seen = views.get(id(service))
        if seen is None:
            shortest = service.duration_min if usable_min is None else usable_min
            taken = service.footprint.at(start_min)
            seen = views[id(service)] = views_beside(lattice, spans, taken, shortest)
        free, booked_min = _day_of(branch, ask, days, person_id, spans)
        unusable_gaps = 0
        for view in seen:
            unusable_gaps += view.new_gaps(free)
        costs.append((unusable_gaps, booked_min, rank))
    return [able[rank] for _, _, rank in sorted(costs)]


def _day_of(
    branch: BranchCalendar, ask: Ask, days: Days, person_id: str, spans: tuple[Interval, ...]
) -> tuple[Sequence[int], int]:
    """A person's free planes, and the minutes booked on the day that the spans are."""
    besides = ask.besides.get(person_id, ())
    if not besides and not ask.ignoring:
        return branch.person(person_id).own_day(spans)
    key = person_id, spans
    day = days.get(key)
    if day is None:
        day = days[key] = branch.person(person_id).day(spans, ask.ignoring, besides)
    return day
