"""Owns the read model: what is taken of people's time, and the bitmaps of every branch that was asked for."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from availability.domain.branch import BranchCalendar
from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.usecases.business import Branch, Business, Person
from availability.usecases.schedules import ALWAYS, schedule_of

DAY = timedelta(days=1)
HolidayDates = Callable[[str, range], frozenset[date]]
"""The public holidays of a region in some years."""


@dataclass(frozen=True, slots=True)
class BusyChange:
    """All that an appointment, or an entry of a calendar outside, takes from now on; nothing once it is called off.
    Saying it twice changes nothing."""

    tenant_id: str
    busy_id: str
    takings: tuple[Taking, ...]
    starts: tuple["Start", ...] = ()
    """Of an appointment's services, for the limits of a day."""
    source: BusySource = BusySource.APPOINTMENT


class Start(NamedTuple):
    """Which service starts when, in which branch."""

    branch_id: str
    service_id: str
    start: datetime


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
        self._taken: dict[tuple[str, str], dict[BusyKey, list[Interval]]] = defaultdict(dict)
        self._people_of: dict[tuple[str, BusyKey], frozenset[str]] = {}
        self._starts: dict[str, dict[BusyKey, tuple[Start, ...]]] = defaultdict(dict)
        self._built: dict[str, dict[str, _Built]] = defaultdict(dict)
        """By tenant and branch: what happens to one business does not look at all others."""

    def apply(self, change: BusyChange) -> None:
        """Take note of what an appointment, or an entry of a calendar outside, takes now."""
        tenant_id, key = change.tenant_id, BusyKey(change.source, change.busy_id)
        takings: dict[str, list[Interval]] = defaultdict(list)
        for taking in change.takings:
            takings[taking.owner_id].append(taking.interval)
        self._starts[tenant_id].pop(key, None)
        if change.starts:
            self._starts[tenant_id][key] = change.starts
        before = self._people_of.pop((tenant_id, key), frozenset())
        if takings:
            self._people_of[tenant_id, key] = frozenset(takings)
        for person_id in before - takings.keys():
            self._taken[tenant_id, person_id].pop(key, None)
            self._vacate(tenant_id, person_id, key)
        for person_id, intervals in takings.items():
            self._taken[tenant_id, person_id][key] = intervals
            self._occupy(tenant_id, person_id, Busy(key, intervals))

    def branch(self, business: Business, branch: Branch, now: datetime) -> BranchCalendar:
        """The time of everybody in a branch, from yesterday to the end of its horizon."""
        known = self._built[business.tenant_id]
        first_day = now.astimezone(branch.zone).date() - DAY
        built = known.get(branch.branch_id)
        if built is None or built.business is not business or built.first_day != first_day:
            built = _Built(business, first_day, self._build(business, branch, first_day))
            known[branch.branch_id] = built
        return built.calendar

    def built(self) -> tuple[tuple[str, str], ...]:
        """The branches that have a calendar, each after its tenant."""
        return tuple((tenant_id, branch_id) for tenant_id, some in self._built.items() for branch_id in some)

    def renew(self, tenant_id: str, branch_id: str, now: datetime) -> None:
        """Build one of them again if its stretch of days has moved on."""
        business = self._built[tenant_id][branch_id].business
        self.branch(business, business.branch(branch_id), now)

    def starts_of(self, tenant_id: str, branch_id: str, service_id: str, *, but: str) -> Iterator[datetime]:
        """When a service starts in a branch, over all appointments but one."""
        for key, starts in self._starts[tenant_id].items():
            if key.id != but:
                for each in starts:
                    if (each.branch_id, each.service_id) == (branch_id, service_id):
                        yield each.start

    def _build(self, business: Business, branch: Branch, first_day: date) -> BranchCalendar:
        own = (service.horizon for service in business.services.values() if service.horizon)
        days = max(branch.horizon, *own, DAY).days + 3
        calendar = BranchCalendar(branch.zone, first_day, days, step_min=branch.step_min)
        years = range(first_day.year, (first_day + days * DAY).year + 1)
        holidays = self._holidays(branch.holiday_region, years) if branch.holiday_region else frozenset()
        for person in business.people.values():
            if branch.branch_id in person.branch_ids:
                self._forget(business.tenant_id, person.person_id, calendar.lattice.origin_min)
                entries = (*_absences(person), *self._entries(business, person.person_id))
                calendar.put_person(person.person_id, schedule_of(person, branch, holidays), entries)
        for device_id in chain.from_iterable(branch.devices.values()):
            self._forget(business.tenant_id, device_id, calendar.lattice.origin_min)
            calendar.put_person(device_id, ALWAYS, self._entries(business, device_id))
        return calendar

    def _forget(self, tenant_id: str, owner_id: str, border_min: int) -> None:
        """Drop what was over before the calendar begins."""
        taken = self._taken[tenant_id, owner_id]
        over = [
            key for key, intervals in taken.items() if max(each.end_min for each in intervals) <= border_min
        ]
        for key in over:
            del taken[key]
            self._starts[tenant_id].pop(key, None)
            left = self._people_of.pop((tenant_id, key)) - {owner_id}
            if left:
                self._people_of[tenant_id, key] = left

    def _entries(self, business: Business, owner_id: str) -> Iterator[Busy]:
        for key, intervals in self._taken[business.tenant_id, owner_id].items():
            yield Busy(key, intervals)

    def _occupy(self, tenant_id: str, person_id: str, entry: Busy) -> None:
        for calendar in self._with_person(tenant_id, person_id):
            calendar.occupy(person_id, entry)

    def _vacate(self, tenant_id: str, person_id: str, key: BusyKey) -> None:
        for calendar in self._with_person(tenant_id, person_id):
            calendar.vacate(person_id, key)

    def _with_person(self, tenant_id: str, person_id: str) -> Iterator[BranchCalendar]:
        for built in self._built[tenant_id].values():
            if person_id in built.calendar.people:
                yield built.calendar


def _absences(person: Person) -> Iterator[Busy]:
    for number, (start, end) in enumerate(person.absences):
        yield Busy.of(BusySource.ABSENCE, str(number), Interval.of(start, end))
