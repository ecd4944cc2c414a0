"""CallService: the ledger over gRPC."""

from dataclasses import replace

from chassis.clock import Clock
from rufbuch.telephony.v1 import service_pb2, service_pb2_grpc
from telephony_gateway.domain.masking import masked_exchange, masked_number
from telephony_gateway.servicer_callers import CallerRpcs
from telephony_gateway.servicer_operations import OperationsRpcs
from telephony_gateway.servicer_wire import call_to_wire, case_to_wire
from telephony_gateway.storage.callers import Callers
from telephony_gateway.storage.calls import Calls, StoredCall, StoredFunction
from telephony_gateway.storage.figures import SqlFigures

PAGE_SIZE_MAX = 500


class CallServicer(OperationsRpcs, CallerRpcs, service_pb2_grpc.CallServiceServicer):
    """Shows, writes down who has seen personal data, and forgets callers."""

    def __init__(
        self,
        calls: Calls,
        figures: SqlFigures,
        clock: Clock,
        *,
        callers: Callers,
        agent_version: int | None,
        build: str,
    ) -> None:
        self._calls, self._figures, self._clock, self._callers = calls, figures, clock, callers
        self._expected_agent_version, self._build = agent_version or 0, build

    async def GetCall(
        self, request: service_pb2.GetCallRequest, context: object
    ) -> service_pb2.GetCallResponse:
        """One call."""
        call = await self._calls.get(request.call_id)
        if not request.with_personal_data:
            return service_pb2.GetCallResponse(call=call_to_wire(_masked(call)))
        await self._calls.note_disclosure(call.call_id, operator=request.operator, now=self._clock.now())
        return service_pb2.GetCallResponse(call=call_to_wire(call))

    async def ListCalls(
        self, request: service_pb2.ListCallsRequest, context: object
    ) -> service_pb2.ListCallsResponse:
        """A page of calls."""
        calls, token = await self._calls.page(
            tenant_id=request.tenant_id, size=_size(request.page_size), token=request.page_token
        )
        return service_pb2.ListCallsResponse(
            calls=[call_to_wire(_masked(call)) for call in calls], next_page_token=token
        )

    async def ListTruthCases(
        self, request: service_pb2.ListTruthCasesRequest, context: object
    ) -> service_pb2.ListTruthCasesResponse:
        """A page of cases."""
        cases, token = await self._calls.cases(
            tenant_id=request.tenant_id, size=_size(request.page_size), token=request.page_token
        )
        return service_pb2.ListTruthCasesResponse(
            cases=[case_to_wire(case) for case in cases], next_page_token=token
        )


def _size(asked: int) -> int:
    return min(asked, PAGE_SIZE_MAX) if asked > 0 else 100


def _masked(call: StoredCall) -> StoredCall:
    return replace(
        call,
        caller_number=masked_number(call.caller_number),
        functions=tuple(_masked_function(function) for function in call.functions),
    )


def _masked_function(function: StoredFunction) -> StoredFunction:
    arguments, answer = masked_exchange(function.arguments, function.answer or {})
    return replace(function, arguments=arguments, answer=answer)
