"""Owns the time of everybody in a branch over a rolling stretch of days: one zone, one slot grid, one lattice."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import gcd
from types import MappingProxyType
from zoneinfo import ZoneInfo

from availability.domain.hours import WorkingHours
from availability.domain.lattice import Lattice
from availability.domain.ledger import Busy, BusyKey, Ledger
from availability.domain.person import PersonTime
from availability.domain.planes import holding
from availability.domain.service import Footprint
from availability.domain.stencil import Stencil, compiled
from availability.domain.zone import midnight


class UnknownPersonError(KeyError):
    """Nobody with this id works in the branch."""


class BranchCalendar:
    """Everybody's time from `first_day` for `days` local days; outside of it nothing is free.

    Slots start where the local minute of the hour is a multiple of `step_min`. `grain_min` is the finest unit that
    services count in; a service that needs a finer one makes the whole calendar finer, once.
    """

    def __init__(
        self, zone: ZoneInfo, first_day: date, days: int, *, step_min: int = 15, grain_min: int = 5
    ) -> None:
        self.zone = zone
        self.step_min = step_min
        self._people: dict[str, PersonTime] = {}
        self._working: dict[WorkingHours, list[int]] = {}
        self._spread(first_day, days, grain_min)

    def _spread(self, first_day: date, days: int, grain_min: int) -> None:
        self.first_day, self.days = first_day, days
        begin, end = midnight(self.zone, first_day), midnight(self.zone, first_day + timedelta(days=days))
        self.lattice = Lattice.over(self.zone, begin, end, grid_step_min=self.step_min, grain_min=grain_min)
        self._working.clear()
        self._stencils: dict[Footprint, Stencil] = {}
        for person in self._people.values():
            person.resume(person.hours, self._working_of(person.hours), self.lattice)

    @property
    def people(self) -> Mapping[str, PersonTime]:
        return MappingProxyType(self._people)

    def person(self, person_id: str) -> PersonTime:
        """Raises UnknownPersonError."""
        try:
            return self._people[person_id]
        except KeyError:
            raise UnknownPersonError(person_id) from None

    def chosen(self, people: Iterable[str]) -> list[tuple[str, PersonTime]]:
        """Some of the people, in the order given. Raises UnknownPersonError."""
        everybody = self._people
        try:
            return [(person_id, everybody[person_id]) for person_id in people]
        except KeyError as missing:
            raise UnknownPersonError(*missing.args) from None

    def put_person(self, person_id: str, hours: WorkingHours, entries: Iterable[Busy] = ()) -> None:
        """Add a person, or replace all that is known of them."""
        working = self._working_of(hours)
        self._people[person_id] = PersonTime(hours, working, self.lattice, Ledger(entries))

    def set_hours(self, person_id: str, hours: WorkingHours) -> None:
        """Another schedule for the same takings. Raises UnknownPersonError."""
        self.person(person_id).resume(hours, self._working_of(hours), self.lattice)

    def occupy(self, person_id: str, entry: Busy) -> None:
        """Take a person's time; an entry with the same key is replaced. Raises UnknownPersonError."""
        self.person(person_id).occupy(entry)

    def vacate(self, person_id: str, key: BusyKey) -> bool:
        """Give it back; False if there was nothing to give. Raises UnknownPersonError."""
        return self.person(person_id).vacate(key)

    def roll(self, first_day: date, days: int) -> None:
        """Move to another stretch of days, at night."""
        self._spread(first_day, days, self.lattice.grain_min)

    def stencil(self, footprint: Footprint) -> Stencil:
        """The program that finds a footprint's starts; makes the calendar finer if the footprint needs it."""
        known = self._stencils.get(footprint)
        if known is not None:
            return known
        lattice = self.lattice
        ends = (minute for runs in (footprint.serving, footprint.blocking) for run in runs for minute in run)
        needed = gcd(lattice.grain_min, *ends)
        if needed != lattice.grain_min:
            self._spread(self.first_day, self.days, needed)
        found = compiled(footprint, self.lattice.step_min, self.lattice.grain_min)
        self._stencils[footprint] = found
        return found

    def _working_of(self, hours: WorkingHours) -> list[int]:
        """Expanding hours through the zone is dear, so it is done once per schedule."""
        if hours not in self._working:
            self._working[hours] = holding(self.lattice, hours.expand(self.lattice.parts))
        return self._working[hours]
