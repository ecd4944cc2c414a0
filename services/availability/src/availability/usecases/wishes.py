"""Owns how a wish becomes a short list of starts: the wish itself, or the nearest that can be had, and what to call it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from availability.domain.alternatives import nearest
from availability.domain.ask import Verdict
from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.instants import DAY_MIN, Interval, to_minute, to_minute_up
from availability.domain.lattice import Lattice
from availability.errors import WishInvalidError
from availability.usecases.plans import Plan, Planner

WINDOWS_MAX = 100


class Outcome(Enum):
    """How a search ended; the values are the names in the API."""

    AVAILABLE = "AVAILABLE"
    ALTERNATIVES = "ALTERNATIVES"
    UNAVAILABLE = "UNAVAILABLE"
    CLOSED = "CLOSED"
    TOO_SOON = "TOO_SOON"
    TOO_FAR = "TOO_FAR"
    PAST = "PAST"


_OUTCOMES = {
    Verdict.FREE: Outcome.AVAILABLE,
    Verdict.FULL: Outcome.ALTERNATIVES,
    Verdict.OUTSIDE_HOURS: Outcome.ALTERNATIVES,
    Verdict.OFF_GRID: Outcome.ALTERNATIVES,
    Verdict.CLOSED: Outcome.CLOSED,
    Verdict.TOO_SOON: Outcome.TOO_SOON,
    Verdict.TOO_FAR: Outcome.TOO_FAR,
    Verdict.PAST: Outcome.PAST,
}
_WITHOUT_OPTIONS = (Outcome.TOO_FAR, Outcome.PAST)


@dataclass(frozen=True, slots=True)
class Wish:
    """When a start is wished: an exact start, or windows, best first. With both: where alternatives may come from.

    ``unwanted`` are starts that the caller does not want to hear again. Raises WishInvalidError, NaiveInstantError.
    """

    start: datetime | None
    windows: tuple[Interval, ...] = ()
    unwanted: frozenset[datetime] = frozenset()

    def __post_init__(self) -> None:
        if self.start is None and not self.windows:
            raise WishInvalidError("neither a start nor a window is wished for")
        if len(self.windows) > WINDOWS_MAX:
            raise WishInvalidError(f"more than {WINDOWS_MAX} windows")
        if any(window.begin_min >= window.end_min for window in self.windows):
            raise WishInvalidError("a window ends before it begins")


class Found(NamedTuple):
    """What can be offered. Of an exact wish that is free: that start in each way it can be kept, the best first."""

    outcome: Outcome
    plans: tuple[Plan, ...] = ()
    exact: bool = False


def find(planner: Planner | None, branch: BranchCalendar, wish: Wish, *, limit: int) -> Found:
    """What can be offered to a wish: at most ``limit`` starts, nearest first; as the calendar stands."""
    if planner is None:
        return Found(Outcome.UNAVAILABLE)
    return _Finder(planner, branch, wish, limit).find()


class _Finder(NamedTuple):
    planner: Planner
    branch: BranchCalendar
    wish: Wish
    limit: int

    @property
    def lattice(self) -> Lattice:
        """As fine as it is by now: looking for starts may make it finer."""
        return self.branch.lattice

    def find(self) -> Found:
        if self.wish.start is None:
            return self._in_windows(self._windows())
        return self._exactly(self.wish.start)

    def _windows(self) -> tuple[Interval, ...]:
        return tuple(_bounded(self.lattice, window) for window in self.wish.windows)

    def _exactly(self, start: datetime) -> Found:
        minute = to_minute(start)
        plans = self.planner.plans_at(minute) if to_minute_up(start) == minute else ()
        if plans:
            if start not in self.wish.unwanted:
                return Found(Outcome.AVAILABLE, tuple(plans), exact=True)
            outcome = Outcome.ALTERNATIVES
        else:
            outcome = _OUTCOMES[self.planner.verdict((Interval(minute, minute + 1),))]
        if outcome in _WITHOUT_OPTIONS:
            return Found(outcome)
        return self._named(outcome, self._near(minute, self._windows() or [self._from_day_of(minute)]))

    def _in_windows(self, windows: Sequence[Interval]) -> Found:
        plans: dict[int, Plan] = {}
        for window in windows:
            for plan in self._near(window.begin_min, [window]):
                plans.setdefault(plan.start_min, plan)
            if len(plans) >= self.limit:
                break
        if plans:
            return Found(Outcome.AVAILABLE, tuple(plans.values())[: self.limit])
        verdicts = {self.planner.verdict((window,)) for window in windows}
        outcome = _OUTCOMES[verdicts.pop()] if len(verdicts) == 1 else Outcome.ALTERNATIVES
        if outcome in _WITHOUT_OPTIONS:
            return Found(outcome)
        begin = windows[0].begin_min
        return self._named(outcome, self._near(begin, [self._from_day_of(begin)]))

    def _named(self, outcome: Outcome, plans: Sequence[Plan]) -> Found:
        if outcome is Outcome.ALTERNATIVES and not plans:
            return Found(Outcome.UNAVAILABLE)
        return Found(outcome, tuple(plans))

    def _near(self, wish_min: int, spans: Sequence[Interval]) -> list[Plan]:
        """The starts in the spans that were not declined, nearest first, each kept in the best way."""
        declined = [(minute, minute + 1) for minute in map(to_minute, self.wish.unwanted)]
        mask = self.planner.mask & self.lattice.mask_of(spans) & ~self.lattice.mask_of(declined)
        starts = nearest(self.lattice, mask, wish_min, limit=self.limit, other_days=True)
        return [plan for start in starts for plan in self.planner.plans(start)[:1]]

    def _from_day_of(self, minute: int) -> Interval:
        """That local day and the days after it."""
        day = local_day(self.lattice, minute)
        spans = instants_within(self.lattice, day, day)
        return Interval(spans[0].begin_min if spans else minute, max(self.lattice.end_min, minute + 1))


def _bounded(lattice: Lattice, window: Interval) -> Interval:
    """The part of a window near the calendar, which is silent about the rest; never empty, so that a window before or
    after the calendar is still one."""
    low, high = lattice.origin_min - DAY_MIN, lattice.end_min + DAY_MIN
    begin = min(max(window.begin_min, low), high - 1)
    return Interval(begin, max(min(window.end_min, high), begin + 1))
