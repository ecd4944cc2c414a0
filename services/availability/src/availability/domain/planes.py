"""Owns the bitmaps of a person's time: filling them from intervals, changing a stretch, reading the set bits."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress

from availability.domain.instants import DAY_MIN
from availability.domain.lattice import Lattice

_KEPT_RUNS = 1024
# Slice assignment copies from a bytearray at once, but from bytes only through a second bytearray.
_ZEROS = tuple(bytearray(b"0" * length) for length in range(_KEPT_RUNS))
_RUN = re.compile(rb"1+")
_LONGEST_MIN = 100 * 366 * DAY_MIN
# Bits to a set one from which on picking the set bits out beats looking at every byte: measured, for masks of weeks
# and of months.
_SPARSE_SHORT, _SPARSE_LONG, _SHORT_BITS = 24, 56, 4096


def holding(lattice: Lattice, intervals: Iterable[tuple[int, int]]) -> list[int]:
    """Planes with the cells set that lie wholly in the union of the intervals."""
    cells = bytearray(b"1" * (lattice.points * lattice.planes))
    position = lattice.origin_min
    gaps = []
    for begin, end in sorted(intervals):
        if begin > position:
            gaps.append((position, begin))
        position = max(position, end)
    gaps.append((position, lattice.end_min))
    _clear(cells, lattice, gaps)
    return _planes(cells, lattice.planes)


def sparing(lattice: Lattice, intervals: Iterable[tuple[int, int]]) -> list[int]:
    """Planes with the cells set that no interval touches; the intervals may overlap and come in any order."""
    cells = bytearray(b"1" * (lattice.points * lattice.planes))
    _clear(cells, lattice, intervals)
    return _planes(cells, lattice.planes)


def _clear(cells: bytearray, lattice: Lattice, intervals: Iterable[tuple[int, int]]) -> None:
    origin, grain, size = lattice.origin_min, lattice.grain_min, len(cells)
    to_upper = grain - 1 - origin
    for begin, end in intervals:
        if begin >= end:  # takes no minute, though rounding would give it a cell
            continue
        low, high = (begin - origin) // grain, (end + to_upper) // grain
        if low < 0 or high > size:
            low, high = max(low, 0), min(high, size)
        if 0 < high - low < _KEPT_RUNS:
            cells[low:high] = _ZEROS[high - low]
        elif low < high:
            cells[low:high] = b"0" * (high - low)


def _planes(cells: bytearray, planes: int) -> list[int]:
    last = len(cells) - planes
    return [int(cells[last + plane :: -planes], 2) for plane in range(planes)]


def touched(lattice: Lattice, intervals: Sequence[tuple[int, int]]) -> tuple[int, tuple[int, ...]]:
    """(point, masks): in plane p the intervals touch the cells masks[p] << point, all within the lattice."""
    if not intervals:
        return 0, ()
    origin, step, grain, planes, points = lattice.shape
    point = (intervals[0][0] - origin) // step
    base = origin + point * step
    minutes: list[int] = []  # flat: this runs for every booking, and the pattern is looked up by it
    for begin, end in intervals:
        minutes += (begin - base, end - base)
    before, after, masks = _pattern(planes, grain, tuple(minutes))
    if before > point or point + after > points:
        return touched(lattice, _clamped(lattice, intervals))
    return point - before, masks


def _clamped(lattice: Lattice, intervals: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    clamped = ((max(begin, lattice.origin_min), min(end, lattice.end_min)) for begin, end in intervals)
    return [(begin, end) for begin, end in clamped if begin < end]


@lru_cache(maxsize=4096)
def _pattern(planes: int, grain_min: int, minutes: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
    """(before, after, masks): intervals around a point as one small mask per plane.

    The masks reach from `before` points before the point to `after` points behind it. A service leaves the same few
    patterns again and again. Masks of what is longer than any calendar are left out.
    """
    step = grain_min * planes
    begins, ends = minutes[::2], minutes[1::2]
    before, after = max(0, -(min(begins) // step)), -(-max(ends) // step)
    masks = [0] * planes
    if before + after > _LONGEST_MIN // step:
        return before, after, ()
    for begin, end in zip(begins, ends, strict=True):
        if begin >= end:
            continue
        low, high = begin // grain_min + before * planes, -(-end // grain_min) + before * planes
        for plane in range(planes):
            first, last = -((plane - low) // planes), -((plane - high) // planes)
            if first < last:
                masks[plane] |= ((1 << (last - first)) - 1) << first
    return before, after, tuple(masks)


@lru_cache(maxsize=64)
def _offsets(step_min: int) -> Sequence[tuple[int, ...]]:
    return tuple(tuple(step_min * bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def minutes_of(mask: int, first_min: int, step_min: int) -> list[int]:
    """The set bits in ascending order as minutes: bit i is first_min + i * step_min."""
    size = mask.bit_length()
    if mask.bit_count() * (_SPARSE_SHORT if size < _SHORT_BITS else _SPARSE_LONG) < size:
        return _few_minutes(mask, first_min, step_min)
    data = mask.to_bytes((size + 7) // 8, "little")
    offsets = _offsets(step_min)
    bases = _bases(first_min, step_min, -(-len(data) // 128) * 128)
    filled = zip(compress(bases, data), filter(None, data), strict=True)
    return [base + offset for base, byte in filled for offset in offsets[byte]]


@lru_cache(maxsize=64)
def _bases(first_min: int, step_min: int, count: int) -> tuple[int, ...]:
    """The minute of the first bit of each byte; the same for everybody who is looked at for one question."""
    return tuple(range(first_min, first_min + count * 8 * step_min, 8 * step_min))


def _few_minutes(mask: int, first_min: int, step_min: int) -> list[int]:
    out = []
    while mask:
        bit = mask.bit_length() - 1  # from the top: the rest of the mask, and so its cost, shrinks
        out.append(first_min + bit * step_min)
        mask ^= 1 << bit
    out.reverse()
    return out


def runs_in(planes: Sequence[int], points: int) -> list[tuple[int, int]]:
    """The set cells of so many points as runs, each from its first cell up to the one behind its last."""
    cells = bytearray(points * len(planes))
    for plane, bits in enumerate(planes):
        cells[plane :: len(planes)] = f"{bits:0{points}b}".encode()[::-1]
    return [run.span() for run in _RUN.finditer(cells)]
