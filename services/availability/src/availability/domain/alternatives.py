"""Owns which few of many free starts are offered instead of the one that was wished for."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from availability.domain.ask import Openings, Option
from availability.domain.branch import BranchCalendar
from availability.domain.choice import choose
from availability.domain.days import instants_within, local_clock, local_day
from availability.domain.lattice import Lattice
from availability.domain.planes import minutes_of

SPACING_MIN = 30


def alternatives(
    branch: BranchCalendar, found: Openings, wish_min: int, *, limit: int = 3, other_days: bool = True
) -> list[Option]:
    """At most `limit` options near the wish, best first, each with its own instant and the person `choose` picks.

    Those of the wish's local date come first; only if they are too few and `other_days` allows it follow other
    dates, the nearest first, one option a date. The date of an option is never implied by its place in the list.
    """
    ranked = nearest(found.lattice, found.mask, wish_min, limit=limit, other_days=other_days)
    return [option for minute in ranked if (option := choose(branch, found, minute)) is not None]


def nearest(lattice: Lattice, mask: int, wish_min: int, *, limit: int, other_days: bool) -> list[int]:
    """The ranking of `alternatives` over a mask of lattice points, as UTC epoch minutes."""
    wish_day = local_day(lattice, wish_min)
    there = _on(lattice, mask, wish_day)
    picked = _spaced(sorted(there, key=lambda minute: (abs(minute - wish_min), minute)), limit)
    clock = local_clock(lattice, wish_min)
    for day in _around(lattice, mask, wish_day) if other_days and mask else ():
        if len(picked) >= limit:
            break
        # Whole days are skipped on the mask: most of a calendar is never turned into minutes.
        minutes = _on(lattice, mask, day)
        picked += sorted(minutes, key=lambda minute: (abs(local_clock(lattice, minute) - clock), minute))[:1]
    return picked


def _around(lattice: Lattice, mask: int, middle: date) -> Iterator[date]:
    """The other days that points of a mask can lie on, the nearest first, of two as near the later one."""
    ends = ((mask & -mask).bit_length() - 1, mask.bit_length() - 1)
    first, last = (local_day(lattice, lattice.origin_min + point * lattice.step_min) for point in ends)
    for distance in range(1, max((last - middle).days, (middle - first).days) + 1):
        for day in (middle + timedelta(days=distance), middle - timedelta(days=distance)):
            if first <= day <= last:
                yield day


def _on(lattice: Lattice, mask: int, day: date) -> list[int]:
    points = mask & lattice.mask_of(instants_within(lattice, day, day))
    return minutes_of(points, lattice.origin_min, lattice.step_min) if points else []


def _spaced(ranked: Sequence[int], limit: int) -> list[int]:
    """The first ones that are well apart; if those are too few, the next best after them."""
    apart: list[int] = []
    for minute in ranked:
        if len(apart) < limit and all(abs(minute - other) >= SPACING_MIN for other in apart):
            apart.append(minute)
    rest = (minute for minute in ranked if minute not in apart)
    return [*apart, *(minute for minute, _ in zip(rest, range(limit - len(apart)), strict=False))]
