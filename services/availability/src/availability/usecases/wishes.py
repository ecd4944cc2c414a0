"""Owns how a wish becomes a short list of starts: the wish itself, or the nearest that can be had, and what to call it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from availability.domain.alternatives import alternatives
from availability.domain.ask import Ask, Openings, Option, Verdict
from availability.domain.branch import BranchCalendar
from availability.domain.choice import choose
from availability.domain.days import instants_within, local_day
from availability.domain.instants import DAY_MIN, Interval, to_minute
from availability.domain.search import at_wish, from_now
from availability.domain.verdicts import verdict_of
from availability.errors import WishInvalidError

WINDOWS_MAX = 100
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


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


@dataclass(frozen=True, slots=True)
class Found:
    """What can be offered. Of an exact wish that is free: that start with each person who can, the best first."""

    outcome: Outcome
    options: tuple[Option, ...] = ()
    exact: bool = False


def outcome_of(verdict: Verdict) -> Outcome:
    """What a verdict over one exact start means."""
    return _OUTCOMES[verdict]


def find(branch: BranchCalendar, ask: Ask, wish: Wish, *, limit: int) -> Found:
    """What can be offered to a wish: at most ``limit`` starts, nearest first; as the calendar stands."""
    if not ask.services:
        return Found(Outcome.UNAVAILABLE)
    wish = replace(wish, windows=tuple(_bounded(branch, window) for window in wish.windows))
    if wish.start is None:
        return _in_windows(branch, ask, wish, limit)
    return _exactly(branch, ask, wish, wish.start, limit)


def _bounded(branch: BranchCalendar, window: Interval) -> Interval:
    """The part of a window near the calendar, which is silent about the rest; never empty, so that a window before or
    after the calendar is still one."""
    low, high = branch.lattice.origin_min - DAY_MIN, branch.lattice.end_min + DAY_MIN
    begin = min(max(window.begin_min, low), high - 1)
    return Interval(begin, max(min(window.end_min, high), begin + 1))


def _exactly(branch: BranchCalendar, ask: Ask, wish: Wish, start: datetime, limit: int) -> Found:
    there = at_wish(branch, ask, start)
    if there.verdict is Verdict.FREE and start not in wish.unwanted:
        return Found(Outcome.AVAILABLE, _everybody(branch, there, to_minute(start)), exact=True)
    outcome = Outcome.ALTERNATIVES if there.verdict is Verdict.FREE else _OUTCOMES[there.verdict]
    if outcome in _WITHOUT_OPTIONS:
        return Found(outcome)
    wanted = _wanted(branch, ask, wish)
    if wish.windows:
        within = _within(wanted, wish.windows)
        return _named(outcome, alternatives(branch, within, to_minute(start), limit=limit))
    return _named(outcome, _around(branch, wanted, to_minute(start), limit))


def _everybody(branch: BranchCalendar, there: Openings, start_min: int) -> tuple[Option, ...]:
    """One start with each person who can, who suits best first."""
    best = choose(branch, there, start_min)
    options = (there.option(person_id, start_min) for person_id in there.people_at(start_min))
    return tuple(sorted(options, key=lambda option: option != best))


def _in_windows(branch: BranchCalendar, ask: Ask, wish: Wish, limit: int) -> Found:
    wanted = _wanted(branch, ask, wish)
    options: dict[int, Option] = {}
    for window in wish.windows:
        within = _within(wanted, (window,))
        for option in alternatives(branch, within, window.begin_min, limit=limit):
            options.setdefault(option.start_min, option)
        if len(options) >= limit:
            break
    if options:
        return Found(Outcome.AVAILABLE, tuple(options.values())[:limit])
    verdicts = {verdict_of(branch, ask, (window,)) for window in wish.windows}
    outcome = _OUTCOMES[verdicts.pop()] if len(verdicts) == 1 else Outcome.ALTERNATIVES
    if outcome in _WITHOUT_OPTIONS:
        return Found(outcome)
    return _named(outcome, _around(branch, wanted, wish.windows[0].begin_min, limit))


def _named(outcome: Outcome, options: Sequence[Option]) -> Found:
    if outcome is Outcome.ALTERNATIVES and not options:
        return Found(Outcome.UNAVAILABLE)
    return Found(outcome, tuple(options))


def _around(branch: BranchCalendar, wanted: Openings, wish_min: int, limit: int) -> list[Option]:
    """The nearest on that local day and the days after it; those of a week are looked at first, which mostly do."""
    day = local_day(branch.lattice, wish_min)
    found: list[Option] = []
    for last_day in (day + WEEK, date.max):
        spans = instants_within(branch.lattice, day, min(last_day, branch.first_day + branch.days * DAY))
        found = alternatives(branch, _within(wanted, spans), wish_min, limit=limit)
        if len(found) >= limit:
            break
    return found


def _wanted(branch: BranchCalendar, ask: Ask, wish: Wish) -> Openings:
    """Every start that was not declined."""
    everything = from_now(branch, ask)
    declined = [Interval(minute, minute + 1) for minute in map(to_minute, wish.unwanted)]
    mask = everything.lattice.mask_of(declined)
    return replace(everything, masks={person: starts & ~mask for person, starts in everything.masks.items()})


def _within(found: Openings, spans: Sequence[Interval]) -> Openings:
    mask = found.lattice.mask_of(spans)
    return replace(found, masks={person: starts & mask for person, starts in found.masks.items()})
