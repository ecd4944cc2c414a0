"""Owns the ways in which a visit could be carried out: for one service the people who can, for several, or with rooms and
devices, who does what with which."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple, Protocol

from availability.domain import visit
from availability.domain.ask import Ask, Openings, Option, Verdict
from availability.domain.branch import BranchCalendar
from availability.domain.choice import by_cost, ranking
from availability.domain.days import instants_within
from availability.domain.instants import Interval
from availability.domain.ledger import Busy
from availability.domain.search import able_at, openings_in, wanted_points
from availability.domain.verdicts import verdict_of
from availability.domain.visit import DeviceNeed, DeviceUse, Leg, Visit
from availability.usecases.business import OfferedService


class Part(NamedTuple):
    """One service of a visit as it would be carried out."""

    service: OfferedService
    option: Option
    devices: tuple[DeviceUse, ...] = ()


class Plan(NamedTuple):
    """A visit that can be kept, one part after the other."""

    parts: tuple[Part, ...]

    @property
    def start_min(self) -> int:
        """UTC epoch minutes."""
        return self.parts[0].option.start_min


class Planner(Protocol):
    """What could be done when, as the calendar and the holds of others stand."""

    @property
    def mask(self) -> int:
        """The lattice points at which the visit can start, within notice and horizon."""

    def verdict(self, spans: tuple[Interval, ...]) -> Verdict:
        """Why there is no start in the spans."""

    def plans(self, start_min: int) -> Sequence[Plan]:
        """The ways to keep a start that the mask has, the best first."""

    def plans_at(self, start_min: int) -> Sequence[Plan]:
        """The same of any minute, without looking for other starts where that can be; nothing where it is no start."""


@dataclass(frozen=True)
class OneService:
    """A service for which a person is all it takes."""

    branch: BranchCalendar
    ask: Ask
    service: OfferedService

    @cached_property
    def _found(self) -> Openings:
        lattice = self.branch.lattice
        return openings_in(self.branch, self.ask, [(lattice.origin_min, lattice.end_min)])

    @property
    def mask(self) -> int:
        """See Planner."""
        return self._found.mask

    def verdict(self, spans: tuple[Interval, ...]) -> Verdict:
        """See Planner."""
        return verdict_of(self.branch, self.ask, spans)

    def plans(self, start_min: int) -> Sequence[Plan]:
        """See Planner."""
        options = ranking(self.branch, self._found, start_min)
        return [Plan((Part(self.service, option),)) for option in options]

    def plans_at(self, start_min: int) -> Sequence[Plan]:
        """See Planner."""
        services = self.ask.services
        ranked = by_cost(self.branch, self.ask, able_at(self.branch, self.ask, start_min), start_min, {})
        options = (Option(person_id, services[person_id], start_min) for person_id in ranked)
        return [Plan((Part(self.service, option),)) for option in options]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One service of a visit: who is asked, from when, and what it needs besides a person."""

    service: OfferedService
    ask: Ask
    needs: tuple[DeviceNeed, ...]


@dataclass(frozen=True)
class SeveralParts:
    """A visit of several services, or with rooms and devices. All of its services' rules of notice, horizon and daily
    limits bind its start, the notice as whoever does the service has it; only the first one's start windows do."""

    branch: BranchCalendar
    wanted: Sequence[Wanted]
    besides: Mapping[str, Sequence[Busy]]

    @cached_property
    def _visit(self) -> Visit:
        legs = [Leg(each.ask.services, each.needs, _later_than_others(each.ask)) for each in self.wanted]
        return Visit(self.branch, legs, self.wanted[0].ask.ignoring, self.besides)

    @cached_property
    def mask(self) -> int:
        """See Planner."""
        all_legs = self._visit  # makes the lattice as fine as it has to be
        lattice = self.branch.lattice
        allowed = lattice.full
        for number, each in enumerate(self.wanted):
            service = next(iter(each.ask.services.values()))
            # Whoever takes it less soon is bound by the visit.
            bound = replace(
                service, notice=_soonest(each.ask), windows=service.windows if number == 0 else ()
            )
            everything = (Interval(lattice.origin_min, lattice.end_min),)
            allowed &= wanted_points(self.branch, each.ask, bound, everything)
        return all_legs.mask(allowed & ~self._full_days())

    def verdict(self, spans: tuple[Interval, ...]) -> Verdict:
        """See Planner. What the calendar says of one of the services, if that is not just that it is full."""
        verdicts = [verdict_of(self.branch, each.ask, spans) for each in self.wanted]
        return next((each for each in verdicts if each is not Verdict.FULL), Verdict.FULL)

    def plans(self, start_min: int) -> Sequence[Plan]:
        """See Planner. Few people before many; beside that as for one service, but that only of one is it known what gaps it
        leaves: whoever begins a visit may go on."""
        ways = {way[0].option.person_id: way for way in self._visit.ways(start_min)}
        usable_min = None if len(self.wanted) == 1 else 0
        ranked = by_cost(self.branch, self.wanted[0].ask, list(ways), start_min, {}, usable_min=usable_min)
        plans = [self._plan(ways[person_id]) for person_id in ranked]
        return sorted(plans, key=lambda plan: len({part.option.person_id for part in plan.parts}))

    def _plan(self, way: Sequence[visit.Part]) -> Plan:
        pairs = zip(self.wanted, way, strict=True)
        return Plan(tuple(Part(each.service, part.option, part.devices) for each, part in pairs))

    def plans_at(self, start_min: int) -> Sequence[Plan]:
        """See Planner."""
        there = self.mask & self.branch.lattice.mask_of([(start_min, start_min + 1)])
        return self.plans(start_min) if there else ()

    def _full_days(self) -> int:
        """Days on which a service of the visit is not to be had of anybody."""
        return self.branch.lattice.mask_of(self._spans_of_full_days())

    def _spans_of_full_days(self) -> Iterator[Interval]:
        for each in self.wanted:
            for day in next(iter(each.ask.full_days.values()), ()):
                yield from instants_within(self.branch.lattice, day, day)


def _soonest(ask: Ask) -> timedelta:
    """The notice of whoever takes the service soonest."""
    return min(service.notice for service in ask.services.values())


def _later_than_others(ask: Ask) -> dict[str, int]:
    """From which minute on those take the service who do not take it as soon as somebody else."""
    soonest = _soonest(ask)
    return {
        person_id: ask.bounds(service).begin_min
        for person_id, service in ask.services.items()
        if service.notice > soonest
    }
