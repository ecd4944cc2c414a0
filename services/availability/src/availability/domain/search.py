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


def able_at(branch: BranchCalendar, ask: Ask, start_min: int) -> list[str]:
    """Who can start at one minute, in the order of the question: what `openings` says of it, at a tenth of its price where
    that is all that is asked. Raises UnknownPersonError."""
    able, last, stencil = [], None, None
    for person_id, service in ask.services.items():
        if service is not last:
            last = service
            stencil = (
                branch.stencil(service.footprint) if _may_start(branch, ask, service, start_min) else None
            )
        if stencil:
            person = branch.person(person_id)
            starts = person.starts(stencil, ask.ignoring, ask.besides.get(person_id, ()))
            if starts >> (start_min - branch.lattice.origin_min) // branch.lattice.step_min & 1:
                able.append(person_id)
    if able and ask.full_days:
        day = local_day(branch.lattice, start_min)
        return [person_id for person_id in able if day not in ask.full_days.get(person_id, ())]
    return able


def _may_start(branch: BranchCalendar, ask: Ask, service: Service, start_min: int) -> bool:
    """Whether the minute is a point that notice, horizon and the service's own windows allow."""
    lattice, bounds = branch.lattice, ask.bounds(service)
    point, beside = divmod(start_min - lattice.origin_min, lattice.step_min)
    if beside or not 0 <= point < lattice.points or not bounds.begin_min <= start_min < bounds.end_min:
        return False
    if not service.windows:
        return True
    day = local_day(lattice, start_min)
    there = Interval(start_min, start_min + 1)
    return any(there.touches(span) for span in instants_within(lattice, day, day, service.windows))


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
