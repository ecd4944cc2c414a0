"""The RPCs over the real gRPC server."""

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import grpc
import pytest

from calcom_sync import errors
from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.servicer import FULL_NAME, CalendarSyncServicer
from chassis.errors import ServiceError
from chassis.grpc_client import fault_of
from chassis.grpc_server import Servicer
from chassis.testing import serving
from rufbuch.calendarsync.v1 import service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from conftest import Stage


async def _ask(stage: "Stage", tenant_id: object, appointment_id: object) -> service_pb2.GetSyncStateResponse:
    servicer = CalendarSyncServicer(stage.parts.backing, stage.directory, stage.cal.clock, asyncio.Event())
    add = service_pb2_grpc.add_CalendarSyncServiceServicer_to_server
    request = service_pb2.GetSyncStateRequest(tenant_id=str(tenant_id), appointment_id=str(appointment_id))
    async with serving(Servicer(servicer, add, FULL_NAME)) as channel:
        return await service_pb2_grpc.CalendarSyncServiceStub(channel).GetSyncState(request)


async def _told(stage: "Stage", ref: AppointmentRef) -> service_pb2.GetSyncStateResponse:
    return await _ask(stage, ref.tenant_id, ref.appointment_id)


async def test_the_state_of_each_phase_is_told(stage: "Stage") -> None:
    ref = await stage.book()
    before = await _told(stage, ref)
    found = await stage.settled(ref)
    after = await _told(stage, ref)

    assert before.state == service_pb2.APPOINTMENT_SYNC_STATE_PENDING
    assert after.state == service_pb2.APPOINTMENT_SYNC_STATE_SYNCED
    assert [phase.booking_uid for phase in after.phases] == [one.booking_uid for one in found.intents]
    assert [phase.position for phase in after.phases] == [0, 2, 3, 5]
    assert {phase.state for phase in after.phases} == {service_pb2.PHASE_SYNC_STATE_SYNCED}
    assert all(phase.update_time.seconds == int(stage.cal.clock.now().timestamp()) for phase in after.phases)


@pytest.mark.parametrize("tenant_id", ["", "x", "9e8e4e5b-1dc2-5f56-8e55-4847ce9ef1b4\x00", uuid4()])
@pytest.mark.parametrize("appointment_id", ["", "x", uuid4()])
async def test_what_is_not_known_is_not_found(
    stage: "Stage", tenant_id: object, appointment_id: object
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _ask(stage, tenant_id, appointment_id)
    fault = fault_of(refused.value)
    assert (fault.code, fault.reason) == (grpc.StatusCode.NOT_FOUND, "APPOINTMENT_UNKNOWN")


async def test_another_business_does_not_see_the_appointment(stage: "Stage") -> None:
    ref = await stage.book()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _ask(stage, uuid4(), ref.appointment_id)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_every_reason_is_in_the_contract() -> None:
    ours = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ServiceError)]
    told = {one.reason for one in ours if one is not ServiceError}
    assert {f"ERROR_REASON_{reason}" for reason in told} <= set(service_pb2.ErrorReason.keys())
