"""Owns the places where a service may start: an even lattice of minutes, and which of its points are on the slot grid."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, reduce
from math import gcd
from operator import or_
from zoneinfo import ZoneInfo

from availability.domain.zone import Stretch, stretches


class InvalidGridError(ValueError):
    """A slot grid whose step is not a positive number of minutes."""


@dataclass(frozen=True)
class Lattice:
    """Points origin, origin + step, ... in UTC epoch minutes, `points` of them; a point is a bit of every mask.

    Each point's step is cut into `planes` cells of `grain_min` minutes, so that phases need not be multiples of
    the step. Cell r of all points together is plane r of a person's time.
    """

    origin_min: int
    step_min: int
    grain_min: int
    points: int
    parts: tuple[Stretch, ...]
    grid_step_min: int

    @classmethod
    def over(
        cls, zone: ZoneInfo, begin_min: int, end_min: int, *, grid_step_min: int, grain_min: int
    ) -> "Lattice":
        """The coarsest lattice over [begin, end) that holds every grid point of the zone. Raises InvalidGridError.

        A step that the hour or the zone's offsets are no multiples of makes the lattice finer than the grid.
        """
        if grid_step_min <= 0 or grain_min <= 0:
            raise InvalidGridError(f"a grid of {grid_step_min} minutes in cells of {grain_min}")
        parts = stretches(zone, begin_min, end_min)
        step = gcd(grid_step_min, 60, *(part.offset_min - parts[0].offset_min for part in parts))
        origin = begin_min - (begin_min + parts[0].offset_min) % step
        points = -((origin - end_min) // step)
        return cls(origin, step, gcd(step, grain_min), points, parts, grid_step_min)

    @cached_property
    def planes(self) -> int:
        return self.step_min // self.grain_min

    @cached_property
    def shape(self) -> tuple[int, int, int, int, int]:
        """(origin_min, step_min, grain_min, planes, points) in one, for where each look-up counts."""
        return self.origin_min, self.step_min, self.grain_min, self.planes, self.points

    @cached_property
    def end_min(self) -> int:
        return self.origin_min + self.points * self.step_min

    @cached_property
    def full(self) -> int:
        """Every point of the lattice."""
        return (1 << self.points) - 1

    @cached_property
    def grid(self) -> int | None:
        """The points that are on the slot grid; None where all are."""
        if self.grid_step_min == self.step_min:
            return None
        marks = bytearray(b"0" * self.points)
        for part in self.parts:
            for index in range(self.point_up(part.begin_min), self.point_up(part.end_min)):
                wall = (self.origin_min + index * self.step_min + part.offset_min) % 60
                marks[index] = 48 + (wall % self.grid_step_min == 0)
        return int(marks[::-1], 2)

    def point_up(self, minute: int) -> int:
        """The index of the first point at or after the minute, kept within 0 and `points`."""
        return min(max(-((self.origin_min - minute) // self.step_min), 0), self.points)

    def mask_of(self, intervals: Iterable[tuple[int, int]]) -> int:
        """The points that lie in one of the intervals of epoch minutes."""
        ranges = ((self.point_up(begin), self.point_up(end)) for begin, end in intervals)
        return reduce(or_, (((1 << (high - low)) - 1) << low for low, high in ranges if low < high), 0)

    def covering(self, interval: tuple[int, int]) -> int:
        """The points whose step shares a minute with the interval."""
        begin, end = interval
        low = max((begin - self.origin_min) // self.step_min, 0)
        return ((1 << max(self.point_up(end) - low, 0)) - 1) << low
