"""Owns the answer to "why is this start not free?": everything that stands against it, by person, as data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from availability.domain.ask import Ask
from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.hours import WorkingHours
from availability.domain.instants import DAY_MIN, Interval, merged, to_minute, to_minute_up
from availability.domain.ledger import BusySource, Taken
from availability.domain.person import PersonTime
from availability.domain.service import Service
from availability.domain.zone import day_of, stretches


class BlockerKind(Enum):
    """What stands against a start."""

    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    OFF_GRID = "off_grid"
    BEYOND_CALENDAR = "beyond_calendar"
    SERVICE_WINDOW = "service_window"
    DAILY_CAP = "daily_cap"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    OUTSIDE_HOURS = "outside_hours"
    BREAK = "break"
    ABSENCE = "absence"
    APPOINTMENT = "appointment"
    EXTERNAL = "external"
    HOLD = "hold"


_OF_SOURCE = {
    BusySource.APPOINTMENT: BlockerKind.APPOINTMENT,
    BusySource.EXTERNAL: BlockerKind.EXTERNAL,
    BusySource.HOLD: BlockerKind.HOLD,
    BusySource.ABSENCE: BlockerKind.ABSENCE,
}


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way of one person's start: when it lies, and which taking it is, if it is one.

    Policies (notice, grid, caps, ...) lie on the start itself and have no id.
    """

    person_id: str
    kind: BlockerKind
    interval: Interval
    busy_id: str = ""


def explain(branch: BranchCalendar, ask: Ask, start: datetime) -> dict[str, list[Blocker]]:
    """Per candidate all that keeps them from this start, in time order within policy, hours, takings.

    An empty list: the start is free with that person. Raises UnknownPersonError, NaiveInstantError.
    """
    out = {}
    for person_id, service in ask.services.items():
        person = branch.person(person_id)
        begin = to_minute(start)
        out[person_id] = [
            *_policies(branch, ask, person_id, service, start),
            *_hours(branch, person_id, person.hours, service.footprint.serving_at(begin)),
            *_takings(ask, person_id, person, service.footprint.at(begin)),
        ]
    return out


def _policies(
    branch: BranchCalendar, ask: Ask, person_id: str, service: Service, start: datetime
) -> Iterator[Blocker]:
    begin = to_minute(start)
    lattice = branch.lattice
    bounds = ask.bounds(service)
    on_it = Interval(begin, begin + 1)
    if (
        start < ask.now
    ):  # and therefore inside the notice, and soon before the calendar: nobody needs to hear that
        return iter((Blocker(person_id, BlockerKind.PAST, on_it),))
    day = local_day(lattice, begin)
    taken = service.footprint.at(begin)
    found = (
        (BlockerKind.NOTICE, begin < bounds.begin_min),
        (BlockerKind.HORIZON, begin >= bounds.end_min),
        (BlockerKind.OFF_GRID, to_minute_up(start) != begin or not _on_grid(branch, begin)),
        (
            BlockerKind.BEYOND_CALENDAR,
            taken[0].begin_min < lattice.origin_min or taken[-1].end_min > lattice.end_min,
        ),
        (
            BlockerKind.SERVICE_WINDOW,
            service.windows
            and not any(on_it.touches(span) for span in instants_within(lattice, day, day, service.windows)),
        ),
        (BlockerKind.DAILY_CAP, day in ask.full_days.get(person_id, ())),
    )
    return (Blocker(person_id, kind, on_it) for kind, holds in found if holds)


def _on_grid(branch: BranchCalendar, minute: int) -> bool:
    part = stretches(branch.zone, minute, minute + 1)[0]
    return (minute + part.offset_min) % 60 % branch.step_min == 0


def _hours(
    branch: BranchCalendar, person_id: str, hours: WorkingHours, serving: tuple[Interval, ...]
) -> Iterator[Blocker]:
    """The parts of the active phases at which the person does not work, and what that time is to them."""
    for phase in serving:
        parts = stretches(branch.zone, phase.begin_min, phase.end_min)
        for hole in _holes(phase, merged(hours.expand(parts))):
            yield Blocker(person_id, _kind_of_hole(hours, hole, parts[0].offset_min), hole)


def _kind_of_hole(hours: WorkingHours, hole: Interval, offset_min: int) -> BlockerKind:
    number, clock = divmod(hole.begin_min + offset_min, DAY_MIN)
    day = day_of(number)
    spans = hours.spans_on(day)
    if not spans:
        return BlockerKind.HOLIDAY if day in hours.holidays else BlockerKind.CLOSED
    within = min(span.from_min for span in spans) <= clock < max(span.to_min for span in spans)
    return BlockerKind.BREAK if within else BlockerKind.OUTSIDE_HOURS


def _holes(phase: Interval, working: tuple[Interval, ...]) -> Iterator[Interval]:
    position = phase.begin_min
    for begin, end in working:
        if begin > position:
            yield Interval(position, min(begin, phase.end_min))
        position = max(position, end)
    if position < phase.end_min:
        yield Interval(position, phase.end_min)


def _takings(
    ask: Ask, person_id: str, person: PersonTime, occupied: tuple[Interval, ...]
) -> Iterator[Blocker]:
    noted = (taken for interval in occupied for taken in person.ledger.touching(interval))
    found = {taken for taken in noted if taken.key not in ask.ignoring}
    for entry in ask.besides.get(person_id, ()):
        spans = [Interval(*pair) for pair in entry.intervals]
        found |= {Taken(span, entry.key) for span in spans if any(span.touches(each) for each in occupied)}
    for taken in sorted(found):
        yield Blocker(person_id, _OF_SOURCE[taken.key.source], taken.interval, taken.key.id)
