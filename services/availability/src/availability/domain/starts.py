"""Owns the question that all searches come down to: at which points of a stretch of time can a person start?"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from availability.domain.branch import BranchCalendar
from availability.domain.ledger import Busy, BusyKey
from availability.domain.planes import minutes_of
from availability.domain.service import Service


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
    lattice = branch.lattice
    low, high = lattice.point_up(begin_min), lattice.point_up(end_min)
    below_high, step = (1 << high) - 1, lattice.step_min
    first_min = lattice.origin_min + low * step
    return {
        person_id: minutes_of((person.starts(stencil, ignoring) & below_high) >> low, first_min, step)
        for person_id, person in branch.chosen(people)
    }


def start_masks(
    branch: BranchCalendar,
    service: Service,
    people: Iterable[str],
    wanted: int,
    *,
    ignoring: Collection[BusyKey] = (),
    besides: Mapping[str, Sequence[Busy]] | None = None,
) -> dict[str, int]:
    """The feasible starts among the lattice points `wanted`, as masks of lattice points. Raises UnknownPersonError."""
    stencil = branch.stencil(service.footprint)
    also = besides or {}
    return {
        person_id: person.starts(stencil, ignoring, also.get(person_id, ())) & wanted
        for person_id, person in branch.chosen(people)
    }


def is_free(branch: BranchCalendar, person_id: str, service: Service, start_min: int) -> bool:
    """Whether this one start is feasible for one person. Raises UnknownPersonError."""
    stencil = branch.stencil(service.footprint)
    lattice = branch.lattice
    point, rest = divmod(start_min - lattice.origin_min, lattice.step_min)
    if rest or point < 0:
        return False
    return branch.person(person_id).starts(stencil) & 1 << point != 0
