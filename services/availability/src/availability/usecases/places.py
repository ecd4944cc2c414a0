"""Owns the places that a day has for a service of which a branch takes only so many: what is taken of them, what is left.

A place is held like a person's time, over the whole local day, so that two callers cannot be promised the last one. A claimed
hold outlasts the commit, so for a while its appointment stands beside it: the two are one place.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from availability.domain.branch import BranchCalendar
from availability.domain.days import instants_within, local_day
from availability.domain.holds import Held, Taking
from availability.domain.instants import Interval, to_minute
from availability.usecases.business import OfferedService

StartsTaking = Callable[[Taking], Iterable[datetime]]
"""When appointments start the service that take a stretch of somebody's time."""
ENDING = timedelta(seconds=5)
"""What ends so soon may be over when the place is taken, and another caller may see it so already: it is counted beside its
appointment."""


def owners_of(branch_id: str, service: OfferedService) -> list[str]:
    """The places of a day, as owners of holds; none for a service without a limit."""
    return [f"{branch_id}/{service.service_id}/{number}" for number in range(service.daily_cap)]


@dataclass(frozen=True, slots=True)
class Places:
    """How many of a service's places are taken, by day, which of them are held, and how many of those are booked as well."""

    branch: BranchCalendar
    owners: Sequence[str]
    booked: Counter[date]
    held: dict[date, set[str]]
    standing: Counter[date]

    @classmethod
    def of(
        cls,
        branch: BranchCalendar,
        owners: Sequence[str],
        starts: Iterable[datetime],
        held: Iterable[Held],
        starts_taking: StartsTaking,
        now: datetime,
    ) -> "Places":
        """Out of when the service starts in the branch, and what others hold."""

        def day_of(start: datetime) -> date:
            return local_day(branch.lattice, to_minute(start))

        known, by_day, standing = set(owners), dict[date, set[str]](), Counter[date]()
        for each in held:
            if each.owner_id in known:
                day = day_of(each.interval.start)
                by_day.setdefault(day, set()).add(each.owner_id)
                if each.claimed and each.expires - now > ENDING:
                    standing[day] += day in map(day_of, starts_taking(each.claimed))
        return cls(branch, owners, Counter(map(day_of, starts)), by_day, standing)

    def full_days(self) -> frozenset[date]:
        """The days that take no more of the service."""
        return frozenset(day for day in {*self.booked, *self.held} if not self._left(day))

    def one(self, start_min: int) -> Taking:
        """A place for a start."""
        day = local_day(self.branch.lattice, start_min)
        spans = instants_within(self.branch.lattice, day, day)
        left = self._left(day) or list(self.owners)
        return Taking(left[0], Interval(spans[0].begin_min, spans[-1].end_min))

    def _left(self, day: date) -> list[str]:
        """The places that nobody holds, less as many as are booked and held no more."""
        free = [owner for owner in self.owners if owner not in self.held.get(day, ())]
        return free[: max(0, len(free) + self.standing[day] - self.booked[day])]
