"""The registry's cells as one small table for each service: who does it, phase by phase."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rufbuch.staff.v1 import business_pb2, mappings_pb2

Cells = Sequence[mappings_pb2.MappingCell]


@dataclass(frozen=True)
class Row:
    """One person and one service."""

    person_id: str
    offered: bool
    phases: tuple[Cells, ...]
    """In the order of the table's phases; more than one cell where she has several accounts."""

    @property
    def faulty(self) -> bool:
        """Whether something is missing or wrong."""
        return any(
            cell.state != mappings_pb2.MAPPING_STATE_COMPLETE for cells in self.phases for cell in cells
        )


@dataclass(frozen=True)
class Table:
    """One service."""

    service_id: str
    name: str
    phases: tuple[str, ...]
    """Names of the active ones."""
    rows: tuple[Row, ...]


def tables(
    matrix: mappings_pb2.GetMappingMatrixResponse, business: business_pb2.Business, *, only_faulty: bool
) -> list[Table]:
    """In the order of the business; services that nobody can do are left out."""
    offered = {(each.person_id, each.service_id): each.offered for each in matrix.capabilities}
    by_spot: dict[tuple[str, str], dict[int, list[mappings_pb2.MappingCell]]] = defaultdict(dict)
    for cell in matrix.cells:
        by_spot[cell.service_id, cell.person_id].setdefault(cell.phase_position, []).append(cell)
    made = []
    for service in business.services:
        rows = tuple(
            row
            for row in _rows(service.service_id, business, by_spot, offered)
            if row.faulty or not only_faulty
        )
        if rows:
            made.append(Table(service.service_id, service.name, tuple(_active(service)), rows))
    return made


def _rows(
    service_id: str,
    business: business_pb2.Business,
    by_spot: dict[tuple[str, str], dict[int, list[mappings_pb2.MappingCell]]],
    offered: dict[tuple[str, str], bool],
) -> Iterator[Row]:
    for person in business.people:
        found = by_spot.get((service_id, person.person_id))
        if found:
            phases = tuple(tuple(found[position]) for position in sorted(found))
            yield Row(person.person_id, offered.get((person.person_id, service_id), False), phases)


def _active(service: business_pb2.Service) -> Iterator[str]:
    for position, phase in enumerate(service.phases, start=1):
        if phase.kind == business_pb2.PHASE_KIND_ACTIVE:
            yield phase.name or str(position)
