"""Owns one person's time as bitmaps: shared working time, what is taken of it, and both kept in step with the ledger."""

from collections.abc import Collection, Sequence

from availability.domain.hours import WorkingHours
from availability.domain.instants import Interval
from availability.domain.lattice import Lattice
from availability.domain.ledger import Busy, BusyKey, BusySource, Ledger
from availability.domain.planes import sparing, touched
from availability.domain.stencil import Stencil

_KEPT_MASKS = 16
_KEPT_DAYS = 128  # of small numbers
_WORK = (BusySource.APPOINTMENT, BusySource.HOLD)


class PersonTime:
    """A person's planes on a lattice. `working` belongs to the schedule and is shared with everybody who has it."""

    __slots__ = (
        "_days_booked",
        "_free",
        "_starts",
        "hours",
        "idle",
        "lattice",
        "ledger",
        "working",
    )

    def __init__(self, hours: WorkingHours, working: list[int], lattice: Lattice, ledger: Ledger) -> None:
        self.ledger = ledger
        self.resume(hours, working, lattice)

    def resume(self, hours: WorkingHours, working: list[int], lattice: Lattice) -> None:
        """Build the planes anew: another schedule, another stretch of days, or another grain."""
        self.hours = hours
        self.working = working
        self.lattice = lattice
        self.idle = sparing(lattice, self.ledger.intervals())
        self._free: list[int] | None = _both(working, self.idle)
        self._starts: dict[Stencil, int] = {}
        self._days_booked: dict[tuple[Interval, ...], int] = {}

    @property
    def free(self) -> list[int]:
        """Working time that nobody has taken; worked out once per change."""
        if self._free is None:
            self._free = _both(self.working, self.idle)
        return self._free

    def starts(
        self, stencil: Stencil, ignoring: Collection[BusyKey] = (), besides: Sequence[Busy] = ()
    ) -> int:
        """The points at which the stencil fits, as mask; kept until the next change.

        `ignoring` are entries that shall not count, `besides` ones that shall count too though nobody noted them;
        such a view leaves the state alone.
        """
        if ignoring or besides:
            seen = self.seen(ignoring, besides)
            if seen is not self.idle:
                return self._on_grid(stencil.run(_both(self.working, seen), seen))
        found = self._starts.get(stencil)
        if found is None:
            if len(self._starts) == _KEPT_MASKS:
                self._starts.clear()
            found = self._starts[stencil] = self._on_grid(stencil.run(self.free, self.idle))
        return found

    def seen(self, ignoring: Collection[BusyKey], besides: Sequence[Busy]) -> list[int]:
        """The idle planes of such a view; the person's own if nothing is different."""
        known = [intervals for key in ignoring if (intervals := self.ledger.get(key))]
        if not known and not besides:
            return self.idle
        idle = list(self.idle)
        for intervals in known:
            self._give(idle, intervals, ignoring)
        for entry in besides:
            self._take(idle, entry.intervals)
        return idle

    def free_in(self, idle: list[int]) -> list[int]:
        """The free planes that go with idle ones."""
        return self.free if idle is self.idle else _both(self.working, idle)

    def day(
        self, spans: tuple[Interval, ...], ignoring: Collection[BusyKey] = (), besides: Sequence[Busy] = ()
    ) -> tuple[Sequence[int], int]:
        """The free planes of such a view, and how many minutes of a day that the spans are appointments and holds take."""
        free = self.free_in(self.seen(ignoring, besides))
        if ignoring and any(self.ledger.get(key) for key in ignoring):
            return free, sum(self.ledger.minutes_in(span, _WORK, ignoring) for span in spans)
        return free, self._booked_min(spans)

    def own_day(self, spans: tuple[Interval, ...]) -> tuple[Sequence[int], int]:
        """The same where nothing is ignored, and nothing counts besides."""
        return self.free, self._booked_min(spans)

    def _booked_min(self, spans: tuple[Interval, ...]) -> int:
        """Kept until the next change."""
        found = self._days_booked.get(spans)
        if found is None:
            if len(self._days_booked) == _KEPT_DAYS:
                self._days_booked.clear()
            found = sum(self.ledger.minutes_in(span, _WORK) for span in spans)
            self._days_booked[spans] = found
        return found

    def _on_grid(self, starts: int) -> int:
        grid = self.lattice.grid
        return starts if grid is None else starts & grid

    def forget_kept(self) -> None:
        """Give the memory of what is kept back; the next question works it out again."""
        self._starts.clear()
        self._days_booked.clear()

    def _changed(self) -> None:
        self._free = None
        self._starts.clear()
        self._days_booked.clear()

    def occupy(self, entry: Busy) -> None:
        """Take the entry's minutes. An entry with the same key is replaced."""
        if not self.ledger.put(entry):
            self.vacate(entry.key)
            self.ledger.put(entry)
        self._take(self.idle, entry.intervals)
        self._changed()

    def vacate(self, key: BusyKey) -> bool:
        """Give an entry's minutes back, except those that another entry takes too. False if it was unknown."""
        intervals = self.ledger.pop(key)
        self._give(self.idle, intervals, ())
        self._changed()
        return bool(intervals)

    def _take(self, idle: list[int], intervals: Sequence[tuple[int, int]]) -> None:
        point, masks = touched(self.lattice, intervals)
        for plane, mask in enumerate(masks):
            whole = idle[plane]
            idle[plane] = whole ^ (whole & mask << point)

    def _give(
        self, idle: list[int], intervals: Sequence[tuple[int, int]], ignoring: Collection[BusyKey]
    ) -> None:
        point, masks = touched(self.lattice, intervals)
        for plane, mask in enumerate(masks):
            idle[plane] |= mask << point
        for interval in intervals:
            for taken in self.ledger.touching(_widened(interval, self.lattice.grain_min)):
                if taken.key not in ignoring:
                    self._take(idle, (taken.interval,))


def _widened(interval: tuple[int, int], grain_min: int) -> Interval:
    """With the rest of the cells that the interval only begins: a neighbour may own it."""
    return Interval(interval[0] - grain_min, interval[1] + grain_min)


def _both(working: list[int], idle: list[int]) -> list[int]:
    return [work & unused for work, unused in zip(working, idle, strict=True)]
