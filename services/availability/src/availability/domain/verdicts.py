"""Owns the reason that is given when a search finds nothing, so that what the caller hears is the true one."""

from availability.domain.ask import Ask, Verdict
from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.instants import Interval, to_minute_up
from availability.domain.ledger import BusySource


def verdict_of(branch: BranchCalendar, ask: Ask, spans: tuple[Interval, ...]) -> Verdict:
    """The first reason, in the order of `Verdict`, why no start in the spans is feasible for anybody."""
    if not spans:
        return Verdict.CLOSED
    return _about_now(branch, ask, spans) or _about_hours(branch, ask, spans)


def _about_now(branch: BranchCalendar, ask: Ask, spans: tuple[Interval, ...]) -> Verdict | None:
    begin, end = spans[0].begin_min, spans[-1].end_min
    bounds = [ask.bounds(service) for service, _ in ask.grouped()]
    if end <= to_minute_up(ask.now):
        return Verdict.PAST
    if bounds and end <= min(each.begin_min for each in bounds):
        return Verdict.TOO_SOON
    if begin >= branch.lattice.end_min or (bounds and begin >= max(each.end_min for each in bounds)):
        return Verdict.TOO_FAR
    return None


def _about_hours(branch: BranchCalendar, ask: Ask, spans: tuple[Interval, ...]) -> Verdict:
    lattice = branch.lattice
    last = local_day(lattice, spans[-1].end_min - 1)
    if not _works(branch, ask, instants_within(lattice, local_day(lattice, spans[0].begin_min), last)):
        return Verdict.CLOSED
    if not _works(branch, ask, spans):
        return Verdict.OUTSIDE_HOURS
    return Verdict.FULL if _has_slot(branch, spans) else Verdict.OFF_GRID


def _works(branch: BranchCalendar, ask: Ask, spans: tuple[Interval, ...]) -> bool:
    """Whether any candidate has working time in the spans that is not an absence."""
    lattice = branch.lattice
    for person_id in ask.services:
        person = branch.person(person_id)
        for span in spans:
            mask = lattice.covering(span)
            for taken in person.ledger.touching(span):
                if taken.key.source is BusySource.ABSENCE:
                    mask &= ~lattice.mask_of([taken.interval])
            if any(plane & mask for plane in person.working):
                return True
    return False


def _has_slot(branch: BranchCalendar, spans: tuple[Interval, ...]) -> bool:
    mask = branch.lattice.mask_of(spans)
    grid = branch.lattice.grid
    return bool(mask if grid is None else mask & grid)
