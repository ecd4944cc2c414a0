"""Who is offered for what? Only those whose every phase is mapped; the gaps of the others, service by service."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rufbuch.staff.v1 import mappings_pb2
from rufbuch_cli.doctor.findings import Finding, Level
from rufbuch_cli.doctor.patient import Patient


async def check(patient: Patient) -> Sequence[Finding]:
    """Ask the registry. What is mapped and cannot be booked is told by the check of the event types."""
    request = mappings_pb2.GetMappingMatrixRequest(tenant_id=patient.business.tenant_id)
    matrix = await patient.registry.GetMappingMatrix(request)
    return list(_findings(patient, matrix))


def _findings(patient: Patient, matrix: mappings_pb2.GetMappingMatrixResponse) -> Iterator[Finding]:
    whose = patient.business.key
    gaps: dict[tuple[str, str], list[int]] = defaultdict(list)
    for cell in matrix.cells:
        if matrix.calendar_sync and cell.state == mappings_pb2.MAPPING_STATE_MISSING:
            gaps[cell.person_id, cell.service_id].append(cell.phase_position)
    able: dict[str, list[bool]] = defaultdict(list)
    for one in matrix.capabilities:
        able[one.person_id].append(one.offered)
    for person_id, offered in able.items():
        what = f"{patient.person(person_id)} is offered for"
        level = Level.OK if all(offered) else Level.NOTE
        yield Finding(level, whose, what, f"{sum(offered)} of {len(offered)} services that she is able to do")
    for (person_id, service_id), positions in gaps.items():
        phases = ", ".join(map(str, positions))
        words = f"not offered, since no event type is mapped for phase {phases}"
        yield Finding(
            Level.NOTE, whose, f"{patient.service(service_id)} with {patient.person(person_id)}", words
        )
    if not matrix.capabilities:
        yield Finding(
            Level.FAULT, whose, "nobody is able to do anything", "no call can end with an appointment"
        )
