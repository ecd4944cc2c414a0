"""The straightforward way to the same answers: each person's free time as a sorted list of intervals.

Written to be simple, right and no slower than it must be: sweeps, not scans; bisection for the later phases.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from availability.domain.workload import Workload

Pair = tuple[int, int]


def minute_of(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


def working_time(workload: Workload) -> list[Pair]:
    """The working hours as disjoint, sorted intervals of UTC epoch minutes."""
    zone = ZoneInfo(workload["timezone"])
    first = date.fromisoformat(workload["date_from"])
    found: list[Pair] = []
    for offset in range(-1, workload["days"] + 1):
        day = first + timedelta(days=offset)
        for rule in workload["working_hours"]:
            if day.isoweekday() in rule["days"]:
                found += _instants(zone, day, rule["start"], rule["end"])
    return joined(sorted(found))


def _instants(zone: ZoneInfo, day: date, start: str, end: str) -> Iterator[Pair]:
    begin, finish = _wall(zone, day, start), _wall(zone, day, end)
    if begin.utcoffset() == finish.replace(fold=1).utcoffset():
        yield minute_of(begin), minute_of(finish)
        return
    # The clock changes meanwhile: an hour may come twice or not at all, so look at each minute.
    low, high = begin.replace(tzinfo=None), finish.replace(tzinfo=None)
    for minute in range(minute_of(begin) - 180, minute_of(finish) + 180):
        wall = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).replace(tzinfo=None)
        if low <= wall < high:
            yield minute, minute + 1


def _wall(zone: ZoneInfo, day: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def joined(pairs: list[Pair]) -> list[Pair]:
    out: list[Pair] = []
    for begin, end in pairs:
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return out


def free_time(working: list[Pair], busy: list[Pair]) -> list[Pair]:
    """Working time less the busy intervals, which are sorted by their start and may overlap."""
    out: list[Pair] = []
    index, count = 0, len(busy)
    taken_to = 0
    for begin, end in working:
        position = max(begin, taken_to)
        while index < count and busy[index][0] < end:
            low, high = busy[index]
            if low > position:
                out.append((position, low))
            position = max(position, high)
            index += 1
        taken_to = position
        if position < end:
            out.append((position, end))
    return out


class SortedIntervals:
    """The state of a workload: free time per person."""

    def __init__(self, workload: Workload) -> None:
        working = working_time(workload)
        self.zone = ZoneInfo(workload["timezone"])
        self.step = workload["step_min"]
        self.range = (workload["range_start"], workload["range_end"])
        self.free = {person["id"]: free_time(working, person["busy"]) for person in workload["staff"]}
        self.active, self.total = _runs(workload["phases"])
        offset = datetime.fromtimestamp(self.range[0] * 60, self.zone).utcoffset() or timedelta()
        self.shift = int(offset.total_seconds()) // 60 % self.step

    def starts(self) -> dict[str, list[int]]:
        """Every feasible start per person, ascending, for a step that the hour is a multiple of."""
        return {person_id: self._starts_of(free) for person_id, free in self.free.items()}

    def _starts_of(self, free: list[Pair]) -> list[int]:
        (lead, length), *later = self.active
        low, high = self.range[0], self.range[1] - self.total
        step, shift = self.step, self.shift
        begins = [begin for begin, _ in free]
        out: list[int] = []
        for begin, end in free:
            first = max(begin - lead, low)
            first += -(first + shift) % step
            fitting = range(first, min(end - length - lead, high) + 1, step)
            if later:
                out += [start for start in fitting if _fits(free, begins, start, later)]
            else:
                out += fitting
        return out

    def is_free(self, person_id: str, start: int) -> bool:
        """Whether one start is feasible; it is taken to be on the grid and in the range."""
        return _fits(self.free[person_id], [begin for begin, _ in self.free[person_id]], start, self.active)

    def book(self, person_id: str, begin: int, end: int) -> None:
        """Take an interval that lies within one free interval."""
        free = self.free[person_id]
        index = bisect_right(free, (begin, 1 << 60)) - 1
        low, high = free[index]
        free[index : index + 1] = [pair for pair in ((low, begin), (end, high)) if pair[0] < pair[1]]


def _runs(phases: list[tuple[str, int]]) -> tuple[list[Pair], int]:
    """The active phases as (offset, length), touching ones joined, and the whole length."""
    runs: list[Pair] = []
    at = 0
    for kind, minutes in phases:
        if kind == "a" and runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + minutes)
        elif kind == "a":
            runs.append((at, minutes))
        at += minutes
    return runs, at


def _fits(free: list[Pair], begins: list[int], start: int, runs: list[Pair]) -> bool:
    for offset, length in runs:
        index = bisect_right(begins, start + offset) - 1
        if index < 0 or free[index][1] < start + offset + length:
            return False
    return True
