"""The ledger of calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import grpc

from console.clients.peers import Peers
from console.clients.stamps import stamp
from console.errors import NotFoundError
from rufbuch.telephony.v1 import service_pb2

OUTCOMES = (
    "booked", "rescheduled", "cancelled", "callback_noted", "waitlist_noted", "pending", "error", "nothing",
)  # fmt: skip
"""What calls can be looked for by, as the ledger names it."""


@dataclass(frozen=True)
class Wanted:
    """Which calls; everything that is set must hold."""

    number: str = ""
    """In any spelling."""
    call_id: str = ""
    outcome: str = ""
    start: datetime | None = None
    end: datetime | None = None
    untrue: bool = False


class Calls:
    """CallService, one business at a time."""

    def __init__(self, peers: Peers) -> None:
        self._stub = peers.calls

    async def latest(
        self, tenant_id: str, wanted: Wanted | None = None, *, page_size: int = 50, page_token: str = ""
    ) -> service_pb2.ListCallsResponse:
        """A page of calls, latest first."""
        wanted = wanted or Wanted()
        request = service_pb2.ListCallsRequest(
            tenant_id=tenant_id, page_size=page_size, page_token=page_token, caller_number=wanted.number,
            call_id=wanted.call_id, outcome=wanted.outcome, untrue=wanted.untrue,
            start_time_min=stamp(wanted.start) if wanted.start else None,
            start_time_max=stamp(wanted.end) if wanted.end else None,
        )  # fmt: skip
        return await self._stub.ListCalls(request)

    async def one(
        self, tenant_id: str, call_id: str, *, operator: str, with_personal_data: bool
    ) -> service_pb2.Call:
        """One call. Raises NotFoundError, also for a call to another business."""
        request = service_pb2.GetCallRequest(
            tenant_id=tenant_id, call_id=call_id, operator=operator, with_personal_data=with_personal_data
        )
        try:
            call = (await self._stub.GetCall(request)).call
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise NotFoundError("no such call") from error
            raise
        # The ledger has looked as well; a mistake in one of the two shows nobody's call to strangers.
        if call.tenant_id != tenant_id:
            raise NotFoundError("no such call")
        return call

    async def truth_cases(self, tenant_id: str, *, size: int = 50) -> Sequence[service_pb2.TruthCase]:
        """What callers were told and is not so, and nobody has looked at, latest first."""
        request = service_pb2.ListTruthCasesRequest(tenant_id=tenant_id, page_size=size, unresolved=True)
        return (await self._stub.ListTruthCases(request)).cases

    async def resolve_truth_case(
        self, tenant_id: str, case_id: str, *, operator: str, resolution: str
    ) -> None:
        """Somebody has looked at it."""
        await self._stub.ResolveTruthCase(
            service_pb2.ResolveTruthCaseRequest(
                tenant_id=tenant_id, case_id=case_id, operator=operator, resolution=resolution
            )
        )
