"""Owns how a wish becomes a short list of starts: the wish itself, or the nearest that can be had, and what to call it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from availability.domain.alternatives import alternatives
from availability.domain.ask import Ask, Openings, Option, Verdict
from availability.domain.branch import BranchCalendar
from availability.domain.choice import choose
from availability.domain.days import instants_within, local_day
from availability.domain.instants import Interval, to_minute
from availability.domain.search import at_wish, from_now
from availability.domain.verdicts import verdict_of
from availability.errors import WishInvalidError

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
    return _exactly(branch, ask, wish, limit) if wish.start else _in_windows(branch, ask, wish, limit)


def _exactly(branch: BranchCalendar, ask: Ask, wish: Wish, limit: int) -> Found:
    assert wish.start  # noqa: S101 - for the type checker; find() has looked
    there = at_wish(branch, ask, wish.start)
    start = to_minute(wish.start)
    if there.verdict is Verdict.FREE and wish.start not in wish.unwanted:
        best = choose(branch, there, start)
        everybody = [there.option(person_id, start) for person_id in there.people_at(start)]
        return Found(
            Outcome.AVAILABLE, tuple(sorted(everybody, key=lambda option: option != best)), exact=True
        )
    outcome = Outcome.ALTERNATIVES if there.verdict is Verdict.FREE else _OUTCOMES[there.verdict]
    if outcome in _WITHOUT_OPTIONS:
        return Found(outcome)
    spans = wish.windows or (_from_day_of(branch, start),)
    options = _near(branch, _openings(branch, ask, spans, wish), start, limit)
    return _named(outcome, options)


def _in_windows(branch: BranchCalendar, ask: Ask, wish: Wish, limit: int) -> Found:
    options: list[Option] = []
    for window in wish.windows:
        found = _openings(branch, ask, (window,), wish)
        known = {option.start_min for option in options}
        near = _near(branch, found, window.begin_min, limit)
        options += [option for option in near if option.start_min not in known]
        if len(options) >= limit:
            break
    if options:
        return Found(Outcome.AVAILABLE, tuple(options[:limit]))
    verdicts = [verdict_of(branch, ask, (window,)) for window in wish.windows]
    outcome = _OUTCOMES[verdicts[0]] if len(set(verdicts)) == 1 else Outcome.ALTERNATIVES
    if outcome in _WITHOUT_OPTIONS:
        return Found(outcome)
    begin = wish.windows[0].begin_min
    around = _openings(branch, ask, (_from_day_of(branch, begin),), wish)
    return _named(outcome, _near(branch, around, begin, limit))


def _named(outcome: Outcome, options: Sequence[Option]) -> Found:
    if outcome is Outcome.ALTERNATIVES and not options:
        return Found(Outcome.UNAVAILABLE)
    return Found(outcome, tuple(options))


def _from_day_of(branch: BranchCalendar, minute: int) -> Interval:
    """That local day and the days after it."""
    day = local_day(branch.lattice, minute)
    spans = instants_within(branch.lattice, day, day)
    return Interval(spans[0].begin_min if spans else minute, branch.lattice.end_min)


def _near(branch: BranchCalendar, found: Openings, wish_min: int, limit: int) -> list[Option]:
    return alternatives(branch, found, wish_min, limit=limit)


def _openings(branch: BranchCalendar, ask: Ask, spans: Sequence[Interval], wish: Wish) -> Openings:
    """Every start within the spans that was not declined."""
    everything = from_now(branch, ask)
    lattice = branch.lattice
    unwanted = lattice.mask_of(Interval(to_minute(each), to_minute(each) + 1) for each in wish.unwanted)
    allowed = lattice.mask_of(spans) & ~unwanted
    return replace(everything, masks={person: mask & allowed for person, mask in everything.masks.items()})
