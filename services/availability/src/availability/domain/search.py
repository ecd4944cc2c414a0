"""Owns the questions callers ask: this very time, a window of days and hours, everything from now on."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from availability.domain.ask import Ask, Openings, Verdict, Window
from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.instants import Interval, merged, to_minute, to_minute_up
from availability.domain.service import Service, TimeWindow
from availability.domain.starts import start_masks
from availability.domain.verdicts import verdict_of


def openings(branch: BranchCalendar, ask: Ask, window: Window) -> Openings:
    """Every feasible start in the window, within notice and horizon. Raises UnknownPersonError, NaiveInstantError."""
    hours = TimeWindow(window.from_min, window.to_min, window.weekdays)
    _settle_grain(branch, ask)
    return _openings(branch, ask, instants_within(branch.lattice, window.first_day, window.last_day, [hours]))


def openings_in(branch: BranchCalendar, ask: Ask, spans: Iterable[tuple[int, int]]) -> Openings:
    """Every feasible start in some [begin, end) of UTC epoch minutes. Raises as `openings`."""
    _settle_grain(branch, ask)
    return _openings(branch, ask, merged(spans))


def at_wish(branch: BranchCalendar, ask: Ask, start: datetime) -> Openings:
    """Who can start at exactly this instant; nothing near it is an answer. Raises as `openings`."""
    begin = to_minute(start)
    _settle_grain(branch, ask)
    found = _openings(branch, ask, (Interval(begin, begin + 1),))
    if to_minute_up(start) == begin or found.verdict not in (Verdict.FREE, Verdict.FULL):
        return found
    return Openings(branch.lattice, ask, Verdict.OFF_GRID, {})


def from_now(branch: BranchCalendar, ask: Ask, days: int | None = None) -> Openings:
    """Everything feasible from now on; `days` local dates, today included, bound it. Raises as `openings`."""
    today = local_day(branch.lattice, to_minute(ask.now))
    last = branch.first_day + timedelta(days=branch.days)
    return openings(branch, ask, Window(today, last if days is None else today + timedelta(days=days - 1)))


def _settle_grain(branch: BranchCalendar, ask: Ask) -> None:
    """A service may make the calendar finer; it must be so before masks of several services meet."""
    for service, _ in ask.grouped():
        branch.stencil(service.footprint)


def _openings(branch: BranchCalendar, ask: Ask, spans: tuple[Interval, ...]) -> Openings:
    masks = dict.fromkeys(ask.services, 0)
    for service, people in ask.grouped() if spans else ():
        wanted = wanted_points(branch, ask, service, spans)
        found = start_masks(branch, service, people, wanted, ignoring=ask.ignoring, besides=ask.besides)
        masks.update(found)
    for person_id, days in ask.full_days.items():
        for day in days if person_id in masks else ():
            masks[person_id] &= ~branch.lattice.mask_of(instants_within(branch.lattice, day, day))
    verdict = Verdict.FREE if any(masks.values()) else verdict_of(branch, ask, spans)
    return Openings(branch.lattice, ask, verdict, masks)


def wanted_points(branch: BranchCalendar, ask: Ask, service: Service, spans: tuple[Interval, ...]) -> int:
    """The points in the spans that notice, horizon and the service's own windows allow."""
    lattice = branch.lattice
    mask = lattice.mask_of(spans) & lattice.mask_of([ask.bounds(service)])
    if service.windows:
        first, last = (local_day(lattice, minute) for minute in (spans[0].begin_min, spans[-1].end_min))
        mask &= lattice.mask_of(instants_within(lattice, first, last, service.windows))
    return mask
