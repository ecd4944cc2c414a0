"""The ledger of calls."""

from collections.abc import Sequence

import grpc

from console.clients.peers import Peers
from console.errors import NotFoundError
from rufbuch.telephony.v1 import service_pb2


class Calls:
    """CallService, one business at a time."""

    def __init__(self, peers: Peers) -> None:
        self._stub = peers.calls

    async def latest(
        self, tenant_id: str, *, page_size: int = 50, page_token: str = ""
    ) -> service_pb2.ListCallsResponse:
        """A page of calls, latest first."""
        request = service_pb2.ListCallsRequest(
            tenant_id=tenant_id, page_size=page_size, page_token=page_token
        )
        return await self._stub.ListCalls(request)

    async def one(
        self, tenant_id: str, call_id: str, *, operator: str, with_personal_data: bool
    ) -> service_pb2.Call:
        """One call. Raises NotFoundError, also for a call to another business."""
        request = service_pb2.GetCallRequest(
            call_id=call_id, operator=operator, with_personal_data=with_personal_data
        )
        try:
            call = (await self._stub.GetCall(request)).call
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise NotFoundError("no such call") from error
            raise
        if call.tenant_id != tenant_id:
            raise NotFoundError("no such call")
        return call

    async def truth_cases(self, tenant_id: str) -> Sequence[service_pb2.TruthCase]:
        """What callers were told and is not so, latest first."""
        request = service_pb2.ListTruthCasesRequest(tenant_id=tenant_id, page_size=50)
        return (await self._stub.ListTruthCases(request)).cases
