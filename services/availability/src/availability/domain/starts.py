"""Owns the question that all searches come down to: at which points of a stretch of time can a person start?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from availability.domain.branch import BranchCalendar
from availability.domain.ledger import BusyKey
from availability.domain.planes import minutes_of
from availability.domain.service import Service
from availability.domain.stencil import Stencil


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of all planes that starts in [low, high) can depend on, and which of its starts are wanted."""

    base: int
    planes_mask: int | None
    first: int
    wanted: int

    @classmethod
    def of(
        cls, branch: BranchCalendar, stencil: Stencil, begin_min: int, end_min: int, among: int | None
    ) -> "Cut":
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

    def apply(self, registers: list[int]) -> list[int]:
        if self.planes_mask is not None:
            registers = [plane & self.planes_mask for plane in registers]
        if self.base:
            registers = [plane >> self.base for plane in registers]
        return registers


def start_masks(
    branch: BranchCalendar,
    services: Mapping[str, Service],
    begin_min: int,
    end_min: int,
    *,
    among: int | None = None,
    ignoring: Collection[BusyKey] = (),
) -> dict[str, tuple[int, int]]:
    """Per person (mask, first): bit i of the mask stands for lattice point first + i, a feasible start.

    `services` holds the service as each candidate does it. Starts lie in [begin, end), UTC epoch minutes, and, if
    given, in the lattice mask `among`. Raises UnknownPersonError.
    """
    plans = {id(service): service for service in services.values()}
    stencils = {key: branch.stencil(service.footprint) for key, service in plans.items()}
    stencils = {key: branch.stencil(service.footprint) for key, service in plans.items()}
    cuts = {key: Cut.of(branch, stencil, begin_min, end_min, among) for key, stencil in stencils.items()}
    out = {}
    for person_id, service in services.items():
        cut, stencil = cuts[id(service)], stencils[id(service)]
        registers = cut.apply(branch.person(person_id).registers(stencil, ignoring))
        out[person_id] = (stencil.run(registers) & cut.wanted, cut.first)
    return out


def feasible_starts(
    branch: BranchCalendar,
    services: Mapping[str, Service],
    begin_min: int,
    end_min: int,
    *,
    among: int | None = None,
    ignoring: Collection[BusyKey] = (),
) -> dict[str, list[int]]:
    """Per candidate every feasible start in [begin, end), as ascending UTC epoch minutes. Raises UnknownPersonError."""
    masks = start_masks(branch, services, begin_min, end_min, among=among, ignoring=ignoring)
    origin, step = branch.lattice.origin_min, branch.lattice.step_min
    return {
        person_id: minutes_of(mask, origin + first * step, step) for person_id, (mask, first) in masks.items()
    }


def is_free(
    branch: BranchCalendar,
    person_id: str,
    service: Service,
    start_min: int,
    *,
    ignoring: Collection[BusyKey] = (),
) -> bool:
    """Whether this one start is feasible for one person. Raises UnknownPersonError."""
    found = feasible_starts(branch, {person_id: service}, start_min, start_min + 1, ignoring=ignoring)
    return bool(found[person_id])
