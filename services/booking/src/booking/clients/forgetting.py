"""Has the other services forget somebody."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import grpc

from booking.errors import PeerUnavailableError
from chassis.grpc_client import fault_of
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.calendarsync.v1 import service_pb2_grpc as sync_grpc
from rufbuch.telephony.v1 import service_pb2 as calls_pb2
from rufbuch.telephony.v1 import service_pb2_grpc as calls_grpc

if TYPE_CHECKING:
    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub
    from rufbuch.telephony.v1.service_pb2_grpc import CallServiceAsyncStub

DEADLINE_S = 30.0
"""Half a lease: somebody may have called for years."""
AT_ONCE = 1000


class GatewayLedger:
    """The port over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: CallServiceAsyncStub = calls_grpc.CallServiceStub(channel)

    async def forget(self, tenant_id: UUID, number: str, call_ids: Sequence[str]) -> Mapping[str, int]:
        """See ``CallLedger``."""
        erased: dict[str, int] = {}
        for start in range(0, max(len(call_ids), 1), AT_ONCE):
            request = calls_pb2.ForgetCallerRequest(
                tenant_id=str(tenant_id), phone_number=number, call_ids=call_ids[start : start + AT_ONCE]
            )
            try:
                answer = await self._stub.ForgetCaller(request)
            except grpc.aio.AioRpcError as error:
                raise _away("telephony-gateway", error) from error
            for table, rows in answer.erased.items():
                erased[table] = erased.get(table, 0) + rows
        return erased


class SyncedCopies:
    """The port over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: CalendarSyncServiceAsyncStub = sync_grpc.CalendarSyncServiceStub(channel)

    async def is_settled(self, tenant_id: UUID, appointment_id: UUID) -> bool:
        """See ``Copies``."""
        request = sync_pb2.GetSyncStateRequest(tenant_id=str(tenant_id), appointment_id=str(appointment_id))
        try:
            answer = await self._stub.GetSyncState(request)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return False  # Its event has not arrived there yet.
            raise _away("calcom-sync", error) from error
        return answer.state != sync_pb2.APPOINTMENT_SYNC_STATE_PENDING

    async def forget(self, tenant_id: UUID, customer_id: UUID) -> tuple[Mapping[str, int], Sequence[str]]:
        """See ``Copies``."""
        request = sync_pb2.ForgetAttendeeRequest(tenant_id=str(tenant_id), customer_id=str(customer_id))
        try:
            answer = await self._stub.ForgetAttendee(request)
        except grpc.aio.AioRpcError as error:
            raise _away("calcom-sync", error) from error
        return dict(answer.erased), list(answer.booking_uids)


def _away(who: str, error: grpc.aio.AioRpcError) -> PeerUnavailableError:
    fault = fault_of(error)
    return PeerUnavailableError(f"{who}: {fault.code.name} {fault.reason}".strip())
