"""Service × phase × person × account: what is mapped, missing, broken, and what follows for offering."""

from dataclasses import replace
from typing import Any

import grpc
import pytest
from asking import refused

from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.staff.v1 import mappings_pb2
from staff_registry.domain.business import Account, Business, PhaseMapping
from staff_registry.domain.differences import differences
from staff_registry.domain.ids import Ids
from staff_registry.domain.matrix import CellState, capabilities, cells
from staff_registry.wire.describing import request_for

IDS = Ids("salon-lindenhof")
TENANT = str(IDS.tenant)


async def matrix(registry: Any, *, check: bool = False) -> mappings_pb2.GetMappingMatrixResponse:
    asked = mappings_pb2.GetMappingMatrixRequest(tenant_id=TENANT, check=check)
    told: mappings_pb2.GetMappingMatrixResponse = await registry.stub.GetMappingMatrix(asked)
    return told


def without(business: Business, service: str, position: int, person: str) -> Business:
    place = (service, position, person)
    kept = (m for m in business.mappings if (m.service_key, m.phase_position, m.person_key) != place)
    return replace(business, mappings=tuple(kept))


def test_every_active_phase_of_every_skill_is_a_cell(salon: Business) -> None:
    """SR-10: who can do what is seen at once, gaps included."""
    found = list(cells(salon))
    assert len(found) == len(salon.mappings) > 50
    assert {cell.state for cell in found} == {CellState.COMPLETE}
    assert {cell.person_key for cell in found if cell.service_key == "gloss"} == {"anna", "clara"}
    assert {cell.phase_position for cell in found if cell.service_key == "dauerwelle"} == {0, 2, 4, 5}


def test_one_missing_phase_takes_the_whole_service_from_that_person_alone(salon: Business) -> None:
    """SR-10, AV-17, CS-08: one has all of her mappings, another some, a third none."""
    gap = without(salon, "dauerwelle", 4, "anna")
    missing = [cell for cell in cells(gap) if cell.state is CellState.MISSING]
    assert [(cell.person_key, cell.phase_position, cell.event_type_id) for cell in missing] == [
        ("anna", 4, 0)
    ]
    offered = {(person, service): can for person, service, can in capabilities(gap)}
    assert offered["anna", "dauerwelle"] is False
    assert offered["ben", "dauerwelle"] is True
    assert offered["anna", "gloss"] is True


def test_a_mapping_on_either_account_of_a_person_counts(salon: Business) -> None:
    """SR-01, SR-07: two accounts of one human are one person's, and a phase is mapped on one of them."""
    anna = salon.people[0]
    second = Account("anna-2", "anna-zwei", "anna-zwei@example.org", "cal_second")
    moved = tuple(
        replace(m, account_key="anna-2") if (m.person_key, m.service_key) == ("anna", "gloss") else m
        for m in salon.mappings
    )
    both = replace(
        salon, people=(replace(anna, accounts=(*anna.accounts, second)), *salon.people[1:]), mappings=moved
    )
    found = {(cell.service_key, cell.account_key) for cell in cells(both) if cell.person_key == "anna"}
    assert {("gloss", "anna-2"), ("beratung", "anna")} <= found
    assert all(offered for _, _, offered in capabilities(both))


def test_a_phase_that_is_mapped_on_both_accounts_of_one_human_is_two_cells(salon: Business) -> None:
    """SR-01: a link keeps the mappings of both accounts; losing one of them in the matrix would be a lie."""
    anna = salon.people[0]
    second = Account("anna-2", "anna-zwei", "anna-zwei@example.org", "cal_second")
    both = replace(
        salon,
        people=(replace(anna, accounts=(*anna.accounts, second)), *salon.people[1:]),
        mappings=(*salon.mappings, PhaseMapping("gloss", 0, "anna", "anna-2", 77)),
    ).canonical()
    found = [cell for cell in cells(both) if (cell.service_key, cell.person_key) == ("gloss", "anna")]
    assert {(cell.account_key, cell.state) for cell in found} == {
        ("anna", CellState.COMPLETE),
        ("anna-2", CellState.COMPLETE),
    }
    added = [change.key for change in differences(salon.canonical(), both) if change.subject == "mapping"]
    assert added == ["gloss/0/anna/anna-2"]


def test_nobody_and_nothing_retired_has_a_cell(salon: Business) -> None:
    retired = replace(
        salon,
        people=(replace(salon.people[0], retired=True), *salon.people[1:]),
        services=(*salon.services[:9], replace(salon.services[9], retired=True)),
    )
    found = list(cells(retired))
    assert "anna" not in {cell.person_key for cell in found}
    assert "gloss" not in {cell.service_key for cell in found}
    assert {person for person, _, _ in capabilities(retired)} == {"ben", "clara"}


async def test_the_matrix_is_told_with_what_is_missing(registry: Any, salon: Business) -> None:
    await registry.stub.ImportBusiness(request_for(without(salon, "gloss", 0, "clara")))
    told = await matrix(registry)
    missing = [cell for cell in told.cells if cell.state == mappings_pb2.MAPPING_STATE_MISSING]
    assert [(cell.service_key, cell.person_key, cell.account_id) for cell in missing] == [
        ("gloss", "clara", "")
    ]
    assert not told.checked
    not_offered = [one for one in told.capabilities if not one.offered]
    assert [(one.person_id, one.service_id) for one in not_offered] == [
        (str(IDS.person("clara")), str(IDS.service("gloss")))
    ]


async def test_what_cannot_be_booked_at_cal_com_is_broken(registry: Any, salon: Business) -> None:
    """SR-04, CS-13: event types that are not there are found before a caller does."""
    await registry.stub.ImportBusiness(request_for(salon))

    def check(person: str, **found: Any) -> sync_pb2.MappingCheck:
        return sync_pb2.MappingCheck(
            service_id=str(IDS.service("gloss")),
            person_id=str(IDS.person(person)),
            account_id=str(IDS.account(person)),
            **found,
        )

    registry.calendars.checks = [
        check("anna", faults=["Cal.com says: 404"]),
        check("clara", faults=["not looked at"], wait_seconds=5),
    ]
    told = await matrix(registry, check=True)
    assert told.checked
    gloss = {cell.person_key: cell for cell in told.cells if cell.service_key == "gloss"}
    assert gloss["anna"].state == mappings_pb2.MAPPING_STATE_BROKEN
    assert list(gloss["anna"].faults) == ["Cal.com says: 404"]
    assert gloss["clara"].state == mappings_pb2.MAPPING_STATE_COMPLETE
    assert list(gloss["clara"].faults) == ["not looked at"]


async def test_without_calcom_sync_the_matrix_is_told_unchecked_only(registry: Any, salon: Business) -> None:
    await registry.stub.ImportBusiness(request_for(salon))
    fault = await refused(matrix(registry, check=True))
    assert (fault.code, fault.reason) == (grpc.StatusCode.UNAVAILABLE, "CALENDAR_UNAVAILABLE")
    assert (await matrix(registry)).cells


async def test_a_business_without_a_calendar_needs_no_check(registry: Any, salon: Business) -> None:
    await registry.stub.ImportBusiness(request_for(replace(salon, calendar_sync=False, mappings=())))
    told = await matrix(registry, check=True)
    assert (told.calendar_sync, told.checked) == (False, False)
    assert all(one.offered for one in told.capabilities)


@pytest.mark.parametrize("tenant_id", ["", "salon", "\x00", "x" * 10_000])
async def test_the_matrix_of_a_business_that_is_not_there_is_refused(registry: Any, tenant_id: str) -> None:
    asked = mappings_pb2.GetMappingMatrixRequest(tenant_id=tenant_id)
    assert (await refused(registry.stub.GetMappingMatrix(asked))).reason == "BUSINESS_UNKNOWN"
