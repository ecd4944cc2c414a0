"""What the tests of the search share: a minute-by-minute reference, a salon, and workloads with their answers."""

import json
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from availability.domain.branch import BranchCalendar
from availability.domain.hours import DailySpan, WeeklyRule, WorkingHours
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.service import Phase, PhaseKind, Service

BERLIN = ZoneInfo("Europe/Berlin")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORKLOADS = Path(__file__).parent / "workloads"
RECORDED = Path(__file__).parents[5] / "shared" / "data" / "slots"


def works_at(hours: WorkingHours, wall: datetime) -> bool:
    """Whether the wall clock is in working time, from the rules as they are written."""
    clock, day = wall.hour * 60 + wall.minute, wall.date()
    dated = [exception.spans for exception in hours.exceptions if exception.day == day]
    if dated:
        spans = list(dated[0])
    elif day in hours.holidays:
        spans = []
    else:
        spans = [
            rule.span
            for rule in hours.rules
            if wall.isoweekday() in rule.weekdays
            and (rule.valid_from or date.min) <= day <= (rule.valid_to or date.max)
        ]
    return any(span.from_min <= clock < span.to_min for span in spans)


def starts_by_minutes(
    zone: ZoneInfo,
    step_min: int,
    hours: WorkingHours,
    busy: Iterable[tuple[int, int]],
    service: Service,
    begin_min: int,
    end_min: int,
) -> list[int]:
    """Every feasible start in [begin, end), found by looking at each minute alone. Slow, and that is its merit."""
    taken = {minute for low, high in busy for minute in range(low, high)}
    span = range(begin_min - 600, end_min + service.duration_min + 600)
    walls = {minute: (EPOCH + timedelta(minutes=minute)).astimezone(zone) for minute in span}
    working = {minute for minute, wall in walls.items() if works_at(hours, wall)}
    return [
        start
        for start in range(begin_min, end_min)
        if walls[start].minute % step_min == 0 and _keeps(service, start, working, taken)
    ]


def _keeps(service: Service, start: int, working: Collection[int], taken: Collection[int]) -> bool:
    at = start
    needed = {*range(start - service.buffer_before_min, start)}
    needed |= {*range(start + service.duration_min, start + service.duration_min + service.buffer_after_min)}
    for phase in service.phases:
        minutes = range(at, at + phase.minutes)
        if phase.kind is PhaseKind.ACTIVE and not all(minute in working for minute in minutes):
            return False
        if phase.kind is not PhaseKind.GAP_FREE:
            needed |= {*minutes}
        at += phase.minutes
    return not any(minute in taken for minute in needed)


@pytest.fixture(scope="session")
def by_minutes() -> Callable[..., list[int]]:
    return starts_by_minutes


def workload_files() -> list[Path]:
    """Our own workloads, and the recorded ones of the neighbouring folder where it exists."""
    return sorted(WORKLOADS.glob("*.json")) + sorted(RECORDED.glob("*.json"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "workload_file" in metafunc.fixturenames:
        metafunc.parametrize("workload_file", workload_files(), ids=lambda path: path.stem)


@pytest.fixture
def workload(workload_file: Path) -> dict[str, object]:
    return dict(json.loads(workload_file.read_text()))


PERM = Service(
    "perm",
    (
        Phase(PhaseKind.ACTIVE, 50, "Haare wickeln"),
        Phase(PhaseKind.GAP_FREE, 15, "Einwirkzeit"),
        Phase(PhaseKind.ACTIVE, 5, "Fixierung auftragen"),
        Phase(PhaseKind.GAP_FREE, 10, "Einwirkzeit"),
        Phase(PhaseKind.ACTIVE, 15, "Auswaschen & Pflege"),
        Phase(PhaseKind.ACTIVE, 40, "Schneiden & Styling"),
    ),
)
CUT = Service("cut", (Phase(PhaseKind.ACTIVE, 45, "Schneiden"),))


class Salon:
    """A branch in Berlin in a week of March 2027: Monday to Saturday, 9 to 13 and 13:30 to 19 o'clock.

    Times are local "HH:MM" on Monday 2027-03-15 unless a day is given.
    """

    perm, cut = PERM, CUT
    monday = date(2027, 3, 15)

    def __init__(self) -> None:
        week = frozenset(range(1, 7))
        self.hours = WorkingHours(
            (
                WeeklyRule(week, DailySpan.of("09:00", "13:00")),
                WeeklyRule(week, DailySpan.of("13:30", "19:00")),
            )
        )
        self.branch = BranchCalendar(BERLIN, self.monday, 28)
        self.now = self.instant("08:00")

    def instant(self, clock: str, day: date | None = None) -> datetime:
        hour, minute = map(int, clock.split(":"))
        on = day or self.monday
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=BERLIN)

    def minute(self, clock: str, day: date | None = None) -> int:
        return int(self.instant(clock, day).timestamp()) // 60

    def span(self, start: str, end: str, day: date | None = None) -> Interval:
        return Interval.of(self.instant(start, day), self.instant(end, day))

    def join(self, person_id: str, *entries: Busy) -> None:
        self.branch.put_person(person_id, self.hours, entries)

    def appointment(self, busy_id: str, *intervals: Interval) -> Busy:
        return Busy.of(BusySource.APPOINTMENT, busy_id, *intervals)

    def key(self, busy_id: str, source: BusySource = BusySource.APPOINTMENT) -> BusyKey:
        return BusyKey(source, busy_id)


@pytest.fixture
def salon() -> Salon:
    return Salon()
