"""Owns the measuring form of the search: one workload of plain lists in, every feasible start and two durations out."""

from collections.abc import Callable
from datetime import date
from math import gcd
from typing import TypedDict
from zoneinfo import ZoneInfo

from availability.domain.branch import BranchCalendar
from availability.domain.hours import DailySpan, WeeklyRule, WorkingHours
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.service import Phase, PhaseKind, Service
from availability.domain.starts import feasible_starts


class HoursRule(TypedDict):
    days: list[int]
    start: str
    end: str


class Staff(TypedDict):
    id: str
    busy: list[tuple[int, int]]


class Workload(TypedDict):
    """One slot query over a fixed state; times are UTC epoch minutes, hours are local wall clock."""

    name: str
    timezone: str
    date_from: str
    days: int
    range_start: int
    range_end: int
    working_hours: list[HoursRule]
    step_min: int
    phases: list[tuple[str, int]]
    staff: list[Staff]


class Answer(TypedDict):
    name: str
    free: dict[str, list[int]]
    state_seconds: float
    search_seconds: float


_KINDS = {"a": PhaseKind.ACTIVE, "g": PhaseKind.GAP_FREE, "b": PhaseKind.GAP_BLOCKED}


def answer(workload: Workload, timer: Callable[[], float]) -> Answer:
    """Every feasible start per person. `state_seconds` is reading the lists into bitmaps, `search_seconds` the query."""
    begun = timer()
    service = service_of(workload)
    branch = branch_of(workload)
    branch.stencil(service.footprint)
    built = timer()
    last = workload["range_end"] - service.duration_min
    free = feasible_starts(branch, service, branch.people, workload["range_start"], last + 1)
    found = timer()
    return Answer(name=workload["name"], free=free, state_seconds=built - begun, search_seconds=found - built)


def service_of(workload: Workload) -> Service:
    phases = (Phase(_KINDS[kind], minutes) for kind, minutes in workload["phases"])
    return Service(workload["name"], tuple(phases))


def hours_of(workload: Workload) -> WorkingHours:
    rules = (
        WeeklyRule(frozenset(rule["days"]), DailySpan.of(rule["start"], rule["end"]))
        for rule in workload["working_hours"]
    )
    return WorkingHours(tuple(rules))


def branch_of(workload: Workload) -> BranchCalendar:
    """The salon of the workload, its lattice as fine as its only service needs."""
    grain = gcd(workload["step_min"], *(minutes for _, minutes in workload["phases"]))
    first_day = date.fromisoformat(workload["date_from"])
    zone = ZoneInfo(workload["timezone"])
    branch = BranchCalendar(zone, first_day, workload["days"], step_min=workload["step_min"], grain_min=grain)
    hours = hours_of(workload)
    busy_list = BusyKey(BusySource.EXTERNAL, "busy")
    for person in workload["staff"]:
        branch.put_person(person["id"], hours, [Busy(busy_list, person["busy"])])
    return branch
