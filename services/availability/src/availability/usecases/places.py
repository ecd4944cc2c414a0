"""Owns the places that a day has for a service of which a branch takes only so many: what is taken of them, what is left.

A place is held like a person's time, over the whole local day, so that two callers cannot be promised the last one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.holds import Held, Taking
from availability.domain.instants import Interval, to_minute
from availability.usecases.business import OfferedService


def owners_of(branch_id: str, service: OfferedService) -> list[str]:
    """The places of a day, as owners of holds; none for a service without a limit."""
    return [f"{branch_id}/{service.service_id}/{number}" for number in range(service.daily_cap)]


@dataclass(frozen=True, slots=True)
class Places:
    """How many of a service's places are taken, by day, and which of them are held."""

    branch: BranchCalendar
    owners: Sequence[str]
    booked: Counter[date]
    held: dict[date, set[str]]

    @classmethod
    def of(
        cls, branch: BranchCalendar, owners: Sequence[str], starts: Iterable[datetime], held: Iterable[Held]
    ) -> "Places":
        """Out of when the service starts in the branch, and what others hold."""
        booked = Counter(local_day(branch.lattice, to_minute(start)) for start in starts)
        known, by_day = set(owners), dict[date, set[str]]()
        for each in held:
            if each.owner_id in known:
                by_day.setdefault(local_day(branch.lattice, each.interval.begin_min), set()).add(
                    each.owner_id
                )
        return cls(branch, owners, booked, by_day)

    def full_days(self) -> frozenset[date]:
        """The days that take no more of the service."""
        if not self.owners:
            return frozenset()
        return frozenset(day for day in {*self.booked, *self.held} if not self._left(day))

    def one(self, start_min: int) -> Taking | None:
        """A place for a start; None where there is no limit."""
        if not self.owners:
            return None
        day = local_day(self.branch.lattice, start_min)
        spans = instants_within(self.branch.lattice, day, day)
        left = self._left(day) or list(self.owners)
        return Taking(left[0], Interval(spans[0].begin_min, spans[-1].end_min))

    def _left(self, day: date) -> list[str]:
        """The places that nobody holds, less as many as are booked."""
        free = [owner for owner in self.owners if owner not in self.held.get(day, ())]
        return free[: max(0, len(free) - self.booked[day])]
