"""Owns the compilation of a service's needs into a straight-line program over bitmaps: every start at once."""

from dataclasses import dataclass, field
from functools import lru_cache

from availability.domain.service import Footprint

# Append registers[left] & (registers[right] >> shift) to the registers. A plain tuple, since the interpreter unpacks
# those twice as fast as named ones and this is the innermost loop.
Step = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Stencil:
    """A service on a lattice of a given step and grain.

    Registers begin as the planes of free working time, followed, if `needs_idle`, by the planes of time that
    nobody else has taken. After the steps, bit i of `result` says that the service may start at point i + lead.
    There is one stencil per footprint and lattice, so that masks are kept by its identity.
    """

    steps: tuple[Step, ...]
    result: int
    needs_idle: bool
    lead: int

    def run(self, free: list[int], idle: list[int]) -> int:
        """The mask of starts: bit i is point i of the lattice."""
        registers = free + idle if self.needs_idle else free.copy()
        add = registers.append
        for left, right, shift in self.steps:
            add(registers[left] & (registers[right] >> shift if shift else registers[right]))
        found = registers[self.result]
        return found << self.lead if self.lead >= 0 else found >> -self.lead


@dataclass(slots=True)
class _Compiler:
    planes: int
    registers: int
    steps: list[Step] = field(default_factory=list)
    memo: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def emit(self, left: int, right: int, shift: int) -> int:
        key = (left, right, shift)
        if key not in self.memo:
            self.steps.append(key)
            self.memo[key] = self.registers
            self.registers += 1
        return self.memo[key]

    def joined(self, first: int, low: int, high: int) -> int:
        """The points whose cells [low, high) are all set, in the planes that begin at register `first`."""
        register = first + low
        for plane in range(low + 1, high):
            register = self.emit(register, first + plane, 0)
        return register

    def eroded(self, register: int, length: int) -> int:
        """The points from which `length` points in a row are set; by doubling."""
        width = 1
        while width * 2 <= length:
            register = self.emit(register, register, width)
            width *= 2
        return self.emit(register, register, length - width) if width < length else register

    def terms(self, first: int, low: int, high: int) -> list[tuple[int, int]]:
        """(shift, register) pairs whose AND is: cells [low, high) counted from the start are all set."""
        whole_from, whole_to = -(-low // self.planes), high // self.planes
        if whole_from > whole_to:  # inside one point
            base = whole_to * self.planes
            return [(whole_to, self.joined(first, low - base, high - base))]
        out = []
        if low % self.planes:
            out.append((whole_from - 1, self.joined(first, low % self.planes, self.planes)))
        if whole_from < whole_to:
            whole = self.joined(first, 0, self.planes)
            out.append((whole_from, self.eroded(whole, whole_to - whole_from)))
        if high % self.planes:
            out.append((whole_to, self.joined(first, 0, high % self.planes)))
        return out


@lru_cache(maxsize=4096)
def compiled(footprint: Footprint, step_min: int, grain_min: int) -> Stencil:
    """The program for a footprint; its minutes must be multiples of the grain."""
    planes = step_min // grain_min
    lead = max(0, -(footprint.occupied[0].begin_min // step_min))
    needs_idle = bool(footprint.blocking)
    compiler = _Compiler(planes, planes * (1 + needs_idle))
    runs = [
        (first, begin // grain_min + lead * planes, end // grain_min + lead * planes)
        for first, spans in ((0, footprint.serving), (planes, footprint.blocking))
        for begin, end in spans
    ]
    terms = sorted(term for run in runs for term in compiler.terms(*run))
    base, register = terms[0]
    for shift, right in terms[1:]:
        register = compiler.emit(register, right, shift - base)
    return Stencil(tuple(compiler.steps), register, needs_idle, lead - base)
