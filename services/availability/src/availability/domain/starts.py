"""Owns the question that all searches come down to: at which points of a stretch of time can a person start?"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from availability.domain.branch import BranchCalendar
from availability.domain.ledger import BusyKey
from availability.domain.planes import minutes_of
from availability.domain.service import Service
from availability.domain.stencil import Stencil


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of all planes that starts in [low, high) can depend on, and which of its starts are wanted.

    Bit i of a result stands for point first + i.
    """

    base: int
    planes_mask: int | None
    first: int
    wanted: int

    @classmethod
    def of(
        cls, branch: BranchCalendar, stencil: Stencil, begin_min: int, end_min: int, among: int | None
    ) -> "Cut":
        """For starts in [begin, end), UTC epoch minutes, on the slot grid and in the lattice mask `among`."""
        lattice = branch.lattice
        low, high = lattice.point_up(begin_min), lattice.point_up(end_min)
        base = max(0, low - stencil.lead)
        top = high + stencil.reach
        first = base + stencil.lead
        wanted = (1 << max(0, high - first)) - 1
        for mask in (lattice.grid, among):
            if mask is not None:
                wanted &= mask >> first
        return cls(base, None if top >= lattice.points else (1 << top) - 1, first, wanted)

    def starts(self, stencil: Stencil, planes: list[int]) -> int:
        """The mask of feasible starts over a person's planes."""
        base, limit = self.base, self.planes_mask
        if limit is None:
            registers = [plane >> base for plane in planes] if base else planes.copy()
        else:
            registers = (
                [(plane & limit) >> base for plane in planes] if base else [plane & limit for plane in planes]
            )
        return stencil.run(registers) & self.wanted


def feasible_starts(
    branch: BranchCalendar,
    service: Service,
    people: Iterable[str],
    begin_min: int,
    end_min: int,
    *,
    ignoring: Collection[BusyKey] = (),
) -> dict[str, list[int]]:
    """Per person every feasible start in [begin, end), as ascending UTC epoch minutes.

    Knows nothing of now: notice, horizon and the service's windows are the caller's. Raises UnknownPersonError.
    """
    stencil = branch.stencil(service.footprint)
    cut = Cut.of(branch, stencil, begin_min, end_min, None)
    step = branch.lattice.step_min
    first_min = branch.lattice.origin_min + cut.first * step
    return {
        person_id: minutes_of(cut.starts(stencil, person.registers(stencil, ignoring)), first_min, step)
        for person_id, person in branch.chosen(people)
    }


def start_masks(
    branch: BranchCalendar,
    service: Service,
    people: Iterable[str],
    begin_min: int,
    end_min: int,
    *,
    among: int | None = None,
    ignoring: Collection[BusyKey] = (),
) -> dict[str, int]:
    """The same as lattice masks: bit i is lattice point i. `among` limits the points. Raises UnknownPersonError."""
    stencil = branch.stencil(service.footprint)
    cut = Cut.of(branch, stencil, begin_min, end_min, among)
    return {
        person_id: cut.starts(stencil, person.registers(stencil, ignoring)) << cut.first
        for person_id, person in branch.chosen(people)
    }


def is_free(branch: BranchCalendar, person_id: str, service: Service, start_min: int) -> bool:
    """Whether this one start is feasible for one person. Raises UnknownPersonError."""
    person = branch.person(person_id)
    stencil = branch.stencil(service.footprint)
    lattice = branch.lattice
    point, rest = divmod(start_min - lattice.origin_min, lattice.step_min)
    if rest or not lattice.is_slot(point):
        return False
    point -= stencil.lead
    if point < 0:
        return False
    far = 2 * point > lattice.points  # whichever side has fewer digits to move
    for plane, needed in zip(person.registers(stencil), stencil.needs, strict=True):
        seen, wanted = (plane >> point, needed) if far else (plane, needed << point)
        if seen & wanted != wanted:
            return False
    return True
