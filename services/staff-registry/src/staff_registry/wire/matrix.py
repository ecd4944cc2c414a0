"""The matrix of mappings as messages."""

from rufbuch.staff.v1 import mappings_pb2
from staff_registry.domain.ids import Ids
from staff_registry.domain.matrix import Cell, CellState, capabilities
from staff_registry.usecases.map_services import Matrix

_STATES = {state: mappings_pb2.MappingState.Value(f"MAPPING_STATE_{state.value}") for state in CellState}


def matrix_message(matrix: Matrix) -> mappings_pb2.GetMappingMatrixResponse:
    """All cells, and who can be offered for what."""
    business, ids = matrix.of.business, Ids(matrix.of.business.key)
    return mappings_pb2.GetMappingMatrixResponse(
        cells=[_cell(cell, ids) for cell in matrix.cells],
        checked=matrix.checked,
        calendar_sync=business.calendar_sync,
        capabilities=[
            mappings_pb2.Capability(
                person_id=str(ids.person(person_key)),
                service_id=str(ids.service(service_key)),
                offered=offered,
            )
            for person_key, service_key, offered in capabilities(business)
        ],
    )


def _cell(cell: Cell, ids: Ids) -> mappings_pb2.MappingCell:
    return mappings_pb2.MappingCell(
        service_id=str(ids.service(cell.service_key)),
        service_key=cell.service_key,
        phase_position=cell.phase_position,
        person_id=str(ids.person(cell.person_key)),
        person_key=cell.person_key,
        account_id=str(ids.account(cell.account_key)) if cell.account_key else "",
        account_key=cell.account_key,
        event_type_id=cell.event_type_id,
        state=_STATES[cell.state],
        faults=cell.faults,
    )
