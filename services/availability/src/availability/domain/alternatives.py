"""Owns which few of many free starts are offered instead of the one that was wished for."""

from collections.abc import Sequence

from availability.domain.ask import Openings, Option
from availability.domain.branch import BranchCalendar
from availability.domain.choice import choose
from availability.domain.days import local_clock, local_day
from availability.domain.lattice import Lattice

SPACING_MIN = 30


def alternatives(
    branch: BranchCalendar, found: Openings, wish_min: int, *, limit: int = 3, other_days: bool = True
) -> list[Option]:
    """At most `limit` options near the wish, best first, each with its own instant and the person `choose` picks.

    Those of the wish's local date come first; only if they are too few and `other_days` allows it follow other
    dates, the nearest first, one option a date. The date of an option is never implied by its place in the list.
    """
    ranked = nearest(found.lattice, found.minutes(), wish_min, limit=limit, other_days=other_days)
    return [option for minute in ranked if (option := choose(branch, found, minute)) is not None]


def nearest(
    lattice: Lattice, minutes: Sequence[int], wish_min: int, *, limit: int, other_days: bool
) -> list[int]:
    """The ranking of `alternatives` over ascending UTC epoch minutes."""
    wish_day = local_day(lattice, wish_min)
    by_day: dict[int, list[int]] = {}
    for minute in minutes:
        by_day.setdefault((local_day(lattice, minute) - wish_day).days, []).append(minute)
    picked = _spaced(sorted(by_day.pop(0, ()), key=lambda minute: (abs(minute - wish_min), minute)), limit)
    if not other_days:
        return picked
    clock = local_clock(lattice, wish_min)
    for distance in sorted(by_day, key=lambda days: (abs(days), -days)):
        if len(picked) >= limit:
            break
        picked.append(
            min(by_day[distance], key=lambda minute: (abs(local_clock(lattice, minute) - clock), minute))
        )
    return picked


def _spaced(ranked: Sequence[int], limit: int) -> list[int]:
    """The first ones that are well apart; if those are too few, the next best after them."""
    apart: list[int] = []
    for minute in ranked:
        if len(apart) < limit and all(abs(minute - other) >= SPACING_MIN for other in apart):
            apart.append(minute)
    rest = (minute for minute in ranked if minute not in apart)
    return [*apart, *(minute for minute, _ in zip(rest, range(limit - len(apart)), strict=False))]
