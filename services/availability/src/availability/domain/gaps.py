"""Owns the counting of gaps that are too short to use, and how many more of them there are once something is taken."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from availability.domain.instants import Interval
from availability.domain.lattice import Lattice
from availability.domain.planes import runs_in


class View(NamedTuple):
    """The part of a day beside something that is to be taken, in minutes from its own beginning."""

    low: int
    """The lattice point at which it begins."""
    points: int
    grain_min: int
    taken: tuple[Interval, ...]
    shortest: int
    """Shorter runs are of no use."""

    def new_gaps(self, free: Sequence[int]) -> int:
        """How many more runs of the free planes are too short once it is taken."""
        low, mask = self.low, (1 << self.points) - 1
        beside = tuple([plane >> low & mask for plane in free])
        return _new_gaps(beside, self.points, self.grain_min, self.taken, self.shortest)


def views_beside(
    lattice: Lattice, spans: Iterable[Interval], taken: Sequence[Interval], shortest: int
) -> list[View]:
    """What there is to look at of a day that the spans are. Only what is near changes: a run that goes on from there is long
    enough on that side."""
    reach = shortest + lattice.step_min
    near = Interval(taken[0].begin_min - reach, taken[-1].end_min + reach)
    found = []
    for span in spans:
        if span.touches(near):
            begin, end = span.within(near)
            low, high = lattice.point_up(begin), lattice.point_up(end)
            base = lattice.origin_min + low * lattice.step_min
            moved = tuple(Interval(begin - base, end - base) for begin, end in taken)
            if low < high:
                found.append(View(low, high - low, lattice.grain_min, moved, shortest))
    return found


@lru_cache(maxsize=4096)
def _new_gaps(
    free: tuple[int, ...], points: int, grain_min: int, taken: tuple[Interval, ...], shortest: int
) -> int:
    """People's time beside a start looks the same again and again: free, or taken from here or up to there."""
    before = [Interval(first * grain_min, last * grain_min) for first, last in runs_in(free, points)]
    return _shorter(_without(before, taken), shortest) - _shorter(before, shortest)


def _shorter(runs: Iterable[Interval], minutes: int) -> int:
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
