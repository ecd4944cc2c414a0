"""Owns the read model: what is taken of people's time, and the bitmaps of every branch that was asked for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from availability.domain.branch import BranchCalendar
from availability.domain.holds import Taking
from availability.domain.hours import WorkingHours
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.usecases.business import Branch, Business, Person, within_opening

DAY = timedelta(days=1)
_HELD = BusyKey(BusySource.HOLD, "held by others")
HolidayDates = Callable[[str, range], frozenset[date]]
"""The public holidays of a region in some years."""


@dataclass(frozen=True, slots=True)
class BusyChange:
    """All that an appointment takes from now on; nothing once it is called off. Saying it twice changes nothing."""

    tenant_id: str
    appointment_id: str
    takings: tuple[Taking, ...]


@dataclass(frozen=True, slots=True)
class _Built:
    business: Business
    first_day: date
    calendar: BranchCalendar


class Calendars:
    """Everybody's time in memory. A branch is built when it is first asked for, again when its business has changed,
    and once a day, since the stretch of days that it covers moves on."""

    def __init__(self, holidays: HolidayDates) -> None:
        self._holidays = holidays
        self._taken: dict[tuple[str, str], dict[str, list[Interval]]] = defaultdict(dict)
        self._people_of: dict[tuple[str, str], frozenset[str]] = {}
        self._built: dict[tuple[str, str], _Built] = {}

    def apply(self, change: BusyChange) -> None:
        """Take note of what an appointment takes now."""
        tenant_id, appointment_id = change.tenant_id, change.appointment_id
        takings: dict[str, list[Interval]] = defaultdict(list)
        for taking in change.takings:
            takings[taking.person_id].append(taking.interval)
        before = self._people_of.pop((tenant_id, appointment_id), frozenset())
        if takings:
            self._people_of[tenant_id, appointment_id] = frozenset(takings)
        for person_id in before - takings.keys():
            self._taken[tenant_id, person_id].pop(appointment_id, None)
            self._vacate(tenant_id, person_id, appointment_id)
        for person_id, intervals in takings.items():
            self._taken[tenant_id, person_id][appointment_id] = intervals
            self._occupy(tenant_id, person_id, appointment_id, intervals)

    def branch(self, business: Business, branch: Branch, now: datetime) -> BranchCalendar:
        """The time of everybody in a branch, from yesterday to the end of its horizon."""
        key = (business.tenant_id, branch.branch_id)
        first_day = now.astimezone(branch.zone).date() - DAY
        built = self._built.get(key)
        if built is None or built.business is not business or built.first_day != first_day:
            built = _Built(business, first_day, self._build(business, branch, first_day))
            self._built[key] = built
        return built.calendar

    def _build(self, business: Business, branch: Branch, first_day: date) -> BranchCalendar:
        days = branch.horizon.days + 3
        calendar = BranchCalendar(branch.zone, first_day, days, step_min=branch.step_min)
        years = range(first_day.year, (first_day + days * DAY).year + 1)
        holidays = self._holidays(branch.holiday_region, years) if branch.holiday_region else frozenset()
        for person in business.people.values():
            if branch.branch_id in person.branch_ids:
                hours = WorkingHours(within_opening(person.hours, branch.opening), holidays=holidays)
                self._forget(business.tenant_id, person.person_id, calendar.lattice.origin_min)
                calendar.put_person(person.person_id, hours, self._entries(business, person))
        return calendar

    def _forget(self, tenant_id: str, person_id: str, border_min: int) -> None:
        """Drop what was over before the calendar begins."""
        taken = self._taken[tenant_id, person_id]
        over = [
            key for key, intervals in taken.items() if max(each.end_min for each in intervals) <= border_min
        ]
        for appointment_id in over:
            del taken[appointment_id]
            self._people_of[tenant_id, appointment_id] -= {person_id}

    def _entries(self, business: Business, person: Person) -> Iterator[Busy]:
        for number, (start, end) in enumerate(person.absences):
            yield Busy.of(BusySource.ABSENCE, str(number), Interval.of(start, end))
        for appointment_id, intervals in self._taken[business.tenant_id, person.person_id].items():
            yield Busy.of(BusySource.APPOINTMENT, appointment_id, *intervals)

    def _occupy(
        self, tenant_id: str, person_id: str, appointment_id: str, intervals: Sequence[Interval]
    ) -> None:
        for calendar in self._with_person(tenant_id, person_id):
            calendar.occupy(person_id, Busy.of(BusySource.APPOINTMENT, appointment_id, *intervals))

    def _vacate(self, tenant_id: str, person_id: str, appointment_id: str) -> None:
        for calendar in self._with_person(tenant_id, person_id):
            calendar.vacate(person_id, BusyKey(BusySource.APPOINTMENT, appointment_id))

    def _with_person(self, tenant_id: str, person_id: str) -> Iterator[BranchCalendar]:
        for (owner, _), built in self._built.items():
            if owner == tenant_id and person_id in built.calendar.people:
                yield built.calendar


@contextmanager
def held_by_others(calendar: BranchCalendar, taken: Iterable[Taking]) -> Iterator[None]:
    """The calendar as if the held time were taken, for as long as nothing is awaited inside."""
    by_person: dict[str, list[Interval]] = defaultdict(list)
    for taking in taken:
        if taking.person_id in calendar.people:
            by_person[taking.person_id].append(taking.interval)
    for person_id, intervals in by_person.items():
        calendar.occupy(person_id, Busy(_HELD, intervals))
    try:
        yield
    finally:
        for person_id in by_person:
            calendar.vacate(person_id, _HELD)
