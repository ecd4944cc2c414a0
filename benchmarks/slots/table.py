"""Takes the figures: the answer, one start, a booking, a cold start, growth and memory, each beside the sorted lists."""

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from time import perf_counter

from availability.domain.branch import BranchCalendar
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.service import Service
from availability.domain.starts import feasible_starts, is_free
from availability.domain.workload import Workload, branch_of, hours_of, service_of
from benchmarks.slots.salons import COLOUR, CUT, PERM, salon
from benchmarks.slots.sorted_intervals import SortedIntervals

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `sorted_us` is the sorted intervals' in the same run. Bounds of None are not bounds."""

    what: str
    figure: float
    unit: str = "µs"
    at_most: float | None = None
    sorted_us: float | None = None
    ratio_at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.figure / self.sorted_us if self.sorted_us else None

    @property
    def holds(self) -> bool:
        if self.at_most is not None and self.figure > self.at_most:
            return False
        return self.ratio is None or self.ratio_at_most is None or self.ratio <= self.ratio_at_most

    def line(self) -> str:
        beside = "" if self.sorted_us is None else f"{self.sorted_us:.1f}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        bounds = [f"{self.at_most:g} {self.unit}"] if self.at_most is not None else []
        bounds += [f"x{self.ratio_at_most:g}"] if self.ratio_at_most is not None else []
        verdict = "" if not bounds else " ok" if self.holds else " FAILS"
        figure = f"{self.figure:.1f} {self.unit}"
        return f"{self.what:<58} {figure:>10} {beside:>10} {ratio:>6} {', '.join(bounds) + verdict:>18}"


def micros(work: Callable[[], object], budget_s: float = 0.01) -> float:
    """The fastest round's mean time of a call, in microseconds, without the garbage collector's pauses."""
    begun = perf_counter()
    work()
    calls = max(1, int(budget_s / max(perf_counter() - begun, 1e-7)))
    gc.disable()
    try:
        return min(_mean(work, calls) for _ in range(ROUNDS)) * 1e6
    finally:
        gc.enable()


def _mean(work: Callable[[], object], calls: int) -> float:
    begun = perf_counter()
    for _ in range(calls):
        work()
    return (perf_counter() - begun) / calls


@dataclass(frozen=True, slots=True)
class Warm:
    """A workload held in both ways; the two must agree before anything is measured."""

    branch: BranchCalendar
    service: Service
    begin: int
    end: int
    beside: SortedIntervals

    @classmethod
    def of(cls, workload: Workload) -> "Warm":
        service = service_of(workload)
        end = workload["range_end"] - service.duration_min + 1
        warm = cls(branch_of(workload), service, workload["range_start"], end, SortedIntervals(workload))
        if warm.answer() != warm.beside.starts():
            raise AssertionError(f"the two searches differ over {workload['name']}")
        return warm

    def answer(self) -> dict[str, list[int]]:
        return feasible_starts(self.branch, self.service, self.branch.people, self.begin, self.end)


def warm_row(
    name: str, workload: Workload, at_most: float | None = None, ratio_at_most: float | None = None
) -> Row:
    warm = Warm.of(workload)
    figure, beside = micros(warm.answer), micros(warm.beside.starts)
    return Row(f"all starts, {name}", figure, at_most=at_most, sorted_us=beside, ratio_at_most=ratio_at_most)


def unkept_row(name: str, workload: Workload) -> Row:
    """The first answer over known time: nobody's start masks are kept from an earlier question."""
    warm = Warm.of(workload)
    answers = []
    for _ in range(30):
        for person in warm.branch.people.values():
            person.forget_kept()
        begun = perf_counter()
        warm.answer()
        answers.append(perf_counter() - begun)
    return Row(f"the same, asked for the first time, {name}", min(answers) * 1e6)


def cold_row(name: str, workload: Workload) -> Row:
    def ours() -> None:
        Warm.answer(Warm(branch_of(workload), service, begin, end, beside))

    service, beside = service_of(workload), SortedIntervals(workload)
    begin, end = workload["range_start"], workload["range_end"] - service.duration_min + 1
    return Row(
        f"from raw lists to all starts, {name}",
        micros(ours, 0.05),
        sorted_us=micros(lambda: SortedIntervals(workload).starts(), 0.05),
        ratio_at_most=1.5,
    )


def one_start_row(days: int, at_most: float) -> Row:
    warm = Warm.of(salon(5, days, PERM))
    starts = [(person_id, start) for person_id, some in warm.answer().items() for start in some]
    mixed = [(person_id, start + shift) for person_id, start in starts for shift in (0, 30)]

    def ask_all() -> None:
        for person_id, start in mixed:
            is_free(warm.branch, person_id, warm.service, start)

    figure = micros(ask_all) / len(mixed)
    return Row(f"is this one start free, four phases, {days} days kept", figure, at_most=at_most)


def year_of_appointments(person: int, per_day: int) -> list[Busy]:
    """A person's year as the read model holds it, each appointment with a UUID."""
    first = 29_000_000 // 1440 * 1440
    out = []
    for number in range(365 * per_day):
        begin = first + number // per_day * 1440 + 480 + number % per_day * 70
        key = BusyKey(BusySource.APPOINTMENT, f"{person:08d}-0000-4000-8000-{number:012d}")
        out.append(Busy(key, [(begin, begin + 45)]))
    return out


def booking_rows(days: int) -> list[Row]:
    """One person's calendar with eight appointments a day, each under its own id; one more comes, one goes."""
    workload = salon(1, days, PERM)
    appointments = [
        Busy(BusyKey(BusySource.APPOINTMENT, f"00000000-0000-4000-8000-{number:012d}"), [pair])
        for number, pair in enumerate(workload["staff"][0]["busy"])
    ]
    branch = branch_of(workload)
    branch.put_person("anna", hours_of(workload), appointments)
    at = workload["range_start"] + 600
    takings = {"45 minutes": (Interval(at, at + 45),), "four phases": service_of(workload).footprint.at(at)}
    out = []
    for name, spans in takings.items():
        booked, both = _booking_us(branch, spans)
        out.append(Row(f"state after a booking, {name}, {days} days kept", booked, at_most=2))
        out.append(Row(f"state after a booking and its cancellation, {name}", both))
    return out


def _booking_us(branch: BranchCalendar, spans: tuple[Interval, ...]) -> tuple[float, float]:
    """Microseconds of a booking, and of a booking with its cancellation."""
    entries = [Busy(BusyKey(BusySource.APPOINTMENT, f"new-{number}"), spans) for number in range(60)]
    booked, both = [], []
    for _ in range(100):
        begun = perf_counter()
        for entry in entries:
            branch.occupy("anna", entry)
        booked.append(perf_counter() - begun)
        for entry in entries:
            branch.vacate("anna", entry.key)
        begun = perf_counter()
        for entry in entries:
            branch.occupy("anna", entry)
            branch.vacate("anna", entry.key)
        both.append(perf_counter() - begun)
    return min(booked) / len(entries) * 1e6, min(both) / len(entries) * 1e6


def memory_kib(per_day: int, people: int = 20) -> float:
    """KiB that one person's year takes: bitmaps, appointments with their ids, and the books to undo them."""
    workload = salon(1, 1, PERM)
    branch = BranchCalendar(branch_of(workload).zone, date(2025, 2, 20), 365)
    hours = hours_of(workload)
    branch.put_person("first", hours)
    gc.collect()
    tracemalloc.start()
    for number in range(people):
        branch.put_person(f"p{number}", hours, year_of_appointments(number, per_day))
    gc.collect()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / people / 1024


def memory_rows() -> list[Row]:
    light, busy = memory_kib(3), memory_kib(8)
    return [
        Row("memory of a person-year, 3 appointments every day", light, unit="KiB"),
        Row("memory of a person-year, 8 appointments every day", busy, unit="KiB"),
        Row("memory of 10 000 such people with 8", busy * 10_000 / 1024**2, unit="GiB"),
    ]


def rows() -> list[Row]:
    """The whole table, in about ten seconds."""
    out = [
        warm_row("four phases, 5 people x 14 days", salon(5, 14, PERM), 40, 0.4),
        warm_row("four phases, 20 people x 14 days", salon(20, 14, PERM), 100, 0.4),
        warm_row("four phases, 20 people x 90 days", salon(20, 90, PERM), 500, 0.4),
        warm_row("other four phases, 20 people x 14 days", salon(20, 14, COLOUR), 100, 0.4),
        warm_row("one phase, 20 people x 14 days", salon(20, 14, CUT)),
        warm_row("one phase, 20 people x 90 days", salon(20, 90, CUT)),
        unkept_row("20 people x 14 days", salon(20, 14, PERM)),
        unkept_row("20 people x 90 days", salon(20, 90, PERM)),
        one_start_row(90, 1),
        *booking_rows(90),
    ]
    for people, days in ((5, 14), (20, 14), (20, 90)):
        out.append(cold_row(f"four phases, {people} people x {days} days", salon(people, days, PERM)))
        out.append(cold_row(f"one phase, {people} people x {days} days", salon(people, days, CUT)))
    out += [
        warm_row(f"four phases, {people} people x 14 days", salon(people, 14, PERM))
        for people in (1, 10, 40, 80)
    ]
    out += [
        warm_row(f"four phases, 5 people x {days} days", salon(5, days, PERM)) for days in (1, 30, 180, 365)
    ]
    out += [
        warm_row(f"four phases, 5 x 14, {busy} busy times a day", salon(5, 14, PERM, per_day=busy))
        for busy in (0, 2, 4, 16)
    ]
    return out + memory_rows()
