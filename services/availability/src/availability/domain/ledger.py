"""Owns who took which of a person's minutes, so that a taking can be undone, ignored and explained."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from availability.domain.instants import DAY_MIN, Interval

_LOOSE_MAX, _LOOSE_FEW = 64, 16


class BusySource(IntEnum):
    """What kind of thing takes a person's time."""

    APPOINTMENT = 1
    EXTERNAL = 2
    HOLD = 3
    ABSENCE = 4


_SOURCES = {source.value: source for source in BusySource}


class BusyKey(NamedTuple):
    """The identity of a taking: unique within its source."""

    source: BusySource
    id: str


@dataclass(frozen=True, slots=True)
class Busy:
    """One appointment, external event, hold or absence, with all minutes that it takes of one person.

    Intervals are [begin, end) pairs of UTC epoch minutes, in any order; they may overlap.
    """

    key: BusyKey
    intervals: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, source: BusySource, busy_id: str, *intervals: Interval) -> "Busy":
        return cls(BusyKey(source, busy_id), intervals)


class Taken(NamedTuple):
    """One interval of a taking."""

    interval: Interval
    key: BusyKey


class Ledger:
    """A person's takings. What was loaded in bulk lies packed in arrays; what came later, in a small dict before them.

    Holds come and go with every call and long absences touch many days, so both always stay in the dict.
    """

    def __init__(self, entries: Iterable[Busy] = ()) -> None:
        self._loose: dict[BusyKey, Sequence[tuple[int, int]]] = {}
        self._lasting = 0  # how many of them were left when the others were packed
        self._begins = array("i")
        self._ends = array("i")
        self._sources = array("b")
        self._ids: list[str] = []
        self._packed_ids: dict[str, None] = {}  # as a set, which would take twice the memory
        for entry in entries:
            self._loose[entry.key] = entry.intervals
        if len(self._loose) > _LOOSE_MAX:
            self.settle()

    def put(self, entry: Busy) -> bool:
        """Take note of an entry; False, and nothing is done, if its key is in the ledger."""
        key = entry.key
        if key in self._loose or (key.id in self._packed_ids and self._packed(key)):
            return False
        self._loose[key] = entry.intervals
        if len(self._loose) > _LOOSE_MAX and len(self._loose) % _LOOSE_MAX == 0:
            self.settle()
        return True

    def get(self, key: BusyKey) -> Sequence[tuple[int, int]]:
        """The intervals of an entry; none if it is unknown."""
        return self._loose.get(key) or tuple(self._interval(index) for index in self._packed(key))

    def pop(self, key: BusyKey) -> Sequence[tuple[int, int]]:
        """Forget an entry; its intervals, none if it is unknown."""
        loose = self._loose.pop(key, None)
        if loose is not None:
            return loose
        indexes = self._packed(key)
        intervals = tuple(self._interval(index) for index in indexes)
        for index in reversed(indexes):
            for column in (self._begins, self._ends, self._sources, self._ids):
                del column[index]
        return intervals

    def touching(self, span: Interval) -> Iterator[Taken]:
        """Every interval that shares a minute with the span."""
        begin_min, end_min = (
            span  # compared one by one: a question looks at every loose entry some fifty times
        )
        if begin_min >= end_min:
            return
        for key, intervals in self._loose.items():
            for begin, end in intervals:
                if begin < end_min and begin_min < end and begin < end:
                    yield Taken(Interval(begin, end), key)
        index = bisect_left(self._begins, begin_min - DAY_MIN)
        while index < len(self._begins) and self._begins[index] < end_min:
            if self._ends[index] > max(begin_min, self._begins[index]):
                yield Taken(self._interval(index), self._key(index))
            index += 1

    def minutes_in(
        self, span: Interval, sources: Collection[BusySource], but: Collection[BusyKey] = ()
    ) -> int:
        """How many minutes of a span the entries of some sources take; what two of them take is counted twice."""
        if len(self._loose) > self._lasting + _LOOSE_FEW:
            self.settle()  # those in the dict are looked at one by one, whatever their time
        low, high = span
        total = 0
        for key, intervals in self._loose.items():
            for begin, end in intervals:
                if begin < high and low < end and key.source in sources and key not in but:
                    total += max(0, min(end, high) - max(begin, low))
        first, last = bisect_left(self._begins, low - DAY_MIN), bisect_left(self._begins, high)
        for index in range(first, last):
            begin, end = self._begins[index], self._ends[index]
            if low < end and self._sources[index] in sources and not (but and self._key(index) in but):
                total += max(0, min(end, high) - max(begin, low))
        return total

    def intervals(self) -> Iterator[tuple[int, int]]:
        """All taken intervals, in no order."""
        return chain(zip(self._begins, self._ends, strict=True), chain.from_iterable(self._loose.values()))

    def settle(self) -> None:
        """Move what has come to stay from the dict into the arrays."""
        staying = [key for key, intervals in self._loose.items() if _stays(key, intervals)]
        rows = [(begin, end, key) for key in staying for begin, end in self._loose.pop(key)]
        if not self._ids:
            rows.sort()  # so that each insertion is at the end
        for begin, end, key in rows:
            index = bisect_right(self._begins, begin)
            self._begins.insert(index, begin)
            self._ends.insert(index, end)
            self._sources.insert(index, key.source)
            self._ids.insert(index, key.id)
            self._packed_ids[key.id] = None
        self._lasting = len(self._loose)

    def _packed(self, key: BusyKey) -> list[int]:
        if key.id not in self._packed_ids:
            return []
        return [
            index
            for index, busy_id in enumerate(self._ids)
            if busy_id == key.id and self._sources[index] == key.source
        ]

    def _interval(self, index: int) -> Interval:
        return Interval(self._begins[index], self._ends[index])

    def _key(self, index: int) -> BusyKey:
        return BusyKey(_SOURCES[self._sources[index]], self._ids[index])


def _stays(key: BusyKey, intervals: Sequence[tuple[int, int]]) -> bool:
    return key.source is not BusySource.HOLD and all(end - begin <= DAY_MIN for begin, end in intervals)
