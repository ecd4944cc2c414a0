"""Owns the read model: what is taken of people's time, and the bitmaps of every branch that was asked for."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from availability.domain.branch import BranchCalendar
from availability.domain.holds import Taking
from availability.domain.instants import Interval, to_minute
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.usecases.business import Branch, Business
from availability.usecases.following import LOOK_BACK
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
        self._heard_to: datetime | None = None

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
        for person_id, intervals in takings.items():
            self._taken[tenant_id, person_id][key] = intervals
        self._show(tenant_id, before | takings.keys(), key)

    def heard(self, instant: datetime) -> None:
        """Something happened elsewhere at an instant; what was over long before it may be forgotten."""
        self._heard_to = max(self._heard_to or instant, instant)

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

    def known(self, tenant_id: str, person_id: str) -> Counter[BusySource]:
        """How much is kept under one id of a person, by where it comes from."""
        return Counter(key.source for key in self._taken.get((tenant_id, person_id), ()))

    def renew(self, tenant_id: str, branch_id: str, now: datetime) -> None:
        """Build one of them again if its stretch of days has moved on."""
        business = self._built[tenant_id][branch_id].business
        self.branch(business, business.branch(branch_id), now)

    def takings_of(self, tenant_id: str, appointment_id: str) -> tuple[Taking, ...]:
        """What an appointment takes; nothing where there is none, or it was not heard of yet."""
        key = BusyKey(BusySource.APPOINTMENT, appointment_id)
        return tuple(
            Taking(owner_id, interval)
            for owner_id in self._people_of.get((tenant_id, key), ())
            for interval in self._taken[tenant_id, owner_id].get(key, ())
        )

    def starts_of(self, tenant_id: str, branch_id: str, service_id: str, *, but: str) -> Iterator[datetime]:
        """When a service starts in a branch, over all appointments but one."""
        for key, starts in self._starts[tenant_id].items():
            if key.id != but:
                for each in starts:
                    if (each.branch_id, each.service_id) == (branch_id, service_id):
                        yield each.start

    def starts_taking(self, tenant_id: str, taking: Taking) -> Iterator[Start]:
        """What the appointments start that take all of a stretch of somebody's time."""
        owner_id, (begin, end) = taking
        for key, intervals in self._taken.get((tenant_id, owner_id), {}).items():
            if any(each.begin_min <= begin and end <= each.end_min for each in intervals):
                yield from self._starts[tenant_id].get(key, ())

    def _build(self, business: Business, branch: Branch, first_day: date) -> BranchCalendar:
        own = (service.horizon for service in business.services.values() if service.horizon)
        days = max(branch.horizon, *own, DAY).days + 3
        calendar = BranchCalendar(branch.zone, first_day, days, step_min=branch.step_min)
        years = range(first_day.year, (first_day + days * DAY).year + 1)
        holidays = self._holidays(branch.holiday_region, years) if branch.holiday_region else frozenset()
        for person in business.people.values():
            if branch.branch_id in person.branch_ids:
                for name in business.names_of(person.person_id):
                    self._forget(business.tenant_id, name, calendar.lattice.origin_min)
                entries = (
                    *_absences(business, person.person_id),
                    *self._entries(business, person.person_id),
                )
                calendar.put_person(person.person_id, schedule_of(person, branch, holidays), entries)
        for device_id in chain.from_iterable(branch.devices.values()):
            self._forget(business.tenant_id, device_id, calendar.lattice.origin_min)
            calendar.put_person(device_id, ALWAYS, self._entries(business, device_id))
        return calendar

    def _forget(self, tenant_id: str, owner_id: str, border_min: int) -> None:
        """Drop what was over before the calendar begins. A clock of ours that has jumped ahead is not believed alone: what is
        dropped does not come again."""
        if self._heard_to is None:
            return
        border_min = min(border_min, to_minute(self._heard_to - LOOK_BACK))
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
        """What is taken under all ids of an owner; an appointment that names two of them is one entry."""
        names = business.names_of(owner_id)
        taken = [self._taken[business.tenant_id, name] for name in names]
        for key in dict.fromkeys(chain.from_iterable(taken)):
            yield Busy(key, list(chain.from_iterable(each.get(key, ()) for each in taken)))

    def _show(self, tenant_id: str, changed: Iterable[str], key: BusyKey) -> None:
        """Bring the calendars up to what is taken under an id, and under all that are the same human's."""
        for built in self._built[tenant_id].values():
            names = built.business.names_of
            for owner_id in dict.fromkeys(name for each in changed for name in names(each)):
                if owner_id in built.calendar.people:
                    self._show_in(built.calendar, tenant_id, owner_id, names(owner_id), key)

    def _show_in(
        self, calendar: BranchCalendar, tenant_id: str, owner_id: str, names: Sequence[str], key: BusyKey
    ) -> None:
        intervals = [each for name in names for each in self._taken[tenant_id, name].get(key, ())]
        if intervals:
            calendar.occupy(owner_id, Busy(key, intervals))
        else:
            calendar.vacate(owner_id, key)


def _absences(business: Business, person_id: str) -> Iterator[Busy]:
    """Whoever is away is so under all ids."""
    listed = (business.people[name] for name in business.names_of(person_id) if name in business.people)
    absences = chain.from_iterable(each.absences for each in listed)
    for number, (start, end) in enumerate(absences):
        yield Busy.of(BusySource.ABSENCE, str(number), Interval.of(start, end))
