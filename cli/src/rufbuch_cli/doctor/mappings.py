"""Does each active phase of each person have an event type at Cal.com that can be booked as it is?"""

import asyncio
from collections.abc import Iterator, Sequence

from rufbuch.calendarsync.v1 import service_pb2
from rufbuch.staff.v1 import business_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch_cli.doctor.findings import Finding, Level
from rufbuch_cli.doctor.patient import PAUSE_S, ROUNDS_MAX, Patient
from rufbuch_cli.import_business import actor


async def check(patient: Patient) -> Sequence[Finding]:
    """Ask calcom-sync; with ``fix`` it makes what is missing, and the registry is told."""
    if not patient.business.calendar_sync:
        return []
    made: list[service_pb2.MappingCheck] = []
    for _ in range(ROUNDS_MAX):
        request = service_pb2.CheckMappingsRequest(tenant_id=patient.business.tenant_id, fix=patient.fix)
        checked = (await patient.sync.CheckMappings(request)).mappings
        new = [one for one in checked if one.created_event_type_id]
        if new:
            made += new
            await _tell(patient, new)
        if not new and not any(one.wait_seconds for one in checked):
            break
        # A large business has more event types than may be asked for at once.
        await asyncio.sleep(PAUSE_S)
    return [*(_made(patient, one) for one in made), *_findings(patient, checked)]


async def _tell(patient: Patient, made: Sequence[service_pb2.MappingCheck]) -> None:
    mappings = [_mapping(one) for one in made]
    request = staff_pb2.PutMappingsRequest(
        tenant_id=patient.business.tenant_id, mappings=mappings, actor=actor()
    )
    await patient.registry.PutMappings(request)


def _mapping(made: service_pb2.MappingCheck) -> business_pb2.Mapping:
    return business_pb2.Mapping(
        service_id=made.service_id,
        phase_position=made.phase_position,
        person_id=made.person_id,
        account_id=made.account_id,
        event_type_id=made.created_event_type_id,
    )


def _made(patient: Patient, made: service_pb2.MappingCheck) -> Finding:
    words = f"event type {made.created_event_type_id} was made and mapped"
    return Finding(Level.MENDED, patient.business.key, _spot(patient, made), words)


def _findings(patient: Patient, checked: Sequence[service_pb2.MappingCheck]) -> Iterator[Finding]:
    key = patient.business.key
    for one in checked:
        name = f"event type {one.event_type_id}: " if one.event_type_id else ""
        for words in one.faults:
            yield Finding(Level.FAULT, key, _spot(patient, one), name + words)
    good = sum(not one.faults for one in checked)
    yield Finding(Level.OK, key, "event types", f"{good} of {len(checked)} can be booked as they are mapped")


def _spot(patient: Patient, one: service_pb2.MappingCheck) -> str:
    return f"{patient.phase(one.service_id, one.phase_position)} with {patient.person(one.person_id)}"
