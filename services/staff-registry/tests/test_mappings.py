"""Setting some mappings of a business, as its clients do."""

from dataclasses import replace
from typing import Any

import grpc
import pytest

from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import business_pb2, service_pb2
from staff_registry.domain.business import Business, CalendarTerms, CancelledThere
from staff_registry.wire.describing import request_for


async def imported(registry: Any, salon: Business) -> business_pb2.Business:
    answer: service_pb2.ImportBusinessResponse = await registry.stub.ImportBusiness(request_for(salon))
    return answer.business


async def test_a_mapping_takes_the_place_of_the_one_of_its_phase_and_the_others_stay(
    registry: Any, salon: Business
) -> None:
    told = await imported(registry, salon)
    first = business_pb2.Mapping()
    first.CopyFrom(told.mappings[0])
    first.event_type_id = 4711
    request = service_pb2.PutMappingsRequest(tenant_id=told.tenant_id, mappings=[first])
    answer = await registry.stub.PutMappings(request)
    again = await registry.stub.PutMappings(request)
    assert (answer.changed, again.changed) == (True, False)
    assert answer.business.etag != told.etag
    assert sorted(one.event_type_id for one in answer.business.mappings) == sorted(
        [4711, *(one.event_type_id for one in told.mappings[1:])]
    )


async def test_a_missing_mapping_makes_the_service_bookable(registry: Any, salon: Business) -> None:
    """CS-08: a map row for one person alone, and nobody could tell what was missing."""
    told = await imported(registry, replace(salon, mappings=()))
    whole = [one for one in salon.mappings if one.person_key == "anna"]
    assert not told.people[0].bookable_service_ids
    full = await imported(registry, replace(salon, mappings=tuple(whole)))
    await registry.stub.PutMappings(
        service_pb2.PutMappingsRequest(tenant_id=told.tenant_id, mappings=full.mappings)
    )
    asked = service_pb2.GetBusinessRequest(tenant_id=told.tenant_id)
    assert (await registry.stub.GetBusiness(asked)).business.people[0].bookable_service_ids


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"service_id": "nobody"}, "mappings[0].service_id"),
        ({"account_id": ""}, "mappings[0].account_id"),
        ({"phase_position": 1}, "phase_position"),
        ({"event_type_id": 0}, "event_type_id"),
    ],
)
async def test_what_cannot_be_a_mapping_is_refused_and_nothing_is_stored(
    registry: Any, salon: Business, change: dict[str, Any], path: str
) -> None:
    told = await imported(registry, salon)
    wrong = business_pb2.Mapping()
    wrong.CopyFrom(next(one for one in told.mappings if one.service_id == told.services[0].service_id))
    for name, value in change.items():
        setattr(wrong, name, value)
    request = service_pb2.PutMappingsRequest(tenant_id=told.tenant_id, mappings=[wrong])
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await registry.stub.PutMappings(request)
    fault = fault_of(caught.value)
    asked = service_pb2.GetBusinessRequest(tenant_id=told.tenant_id)
    assert fault.reason == "BUSINESS_INVALID"
    assert any(known.endswith(path) for known in fault.metadata)
    assert (await registry.stub.GetBusiness(asked)).business == told


@pytest.mark.parametrize("tenant_id", ["", "6f9ba1c4-0000-4000-8000-000000000000"])
async def test_nobodys_mappings_are_not_found(registry: Any, tenant_id: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await registry.stub.PutMappings(service_pb2.PutMappingsRequest(tenant_id=tenant_id))
    assert fault_of(caught.value).reason == "BUSINESS_UNKNOWN"


async def test_how_a_business_and_its_calendars_go_together_is_told(registry: Any, salon: Business) -> None:
    usual = await imported(registry, salon)
    terms = CalendarTerms(mirror_holds=True, cancelled_there=CancelledThere.CASE, live_check_after_minutes=30)
    told = await imported(registry, replace(salon, calendar_terms=terms))
    assert usual.calendar_terms == business_pb2.CalendarTerms(
        cancelled_there=business_pb2.CANCELLED_THERE_CANCEL
    )
    assert told.calendar_terms == business_pb2.CalendarTerms(
        mirror_holds=True, cancelled_there=business_pb2.CANCELLED_THERE_CASE, live_check_after_minutes=30
    )
