"""CallService: the ledger over gRPC."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.clock import Clock
from rufbuch.telephony.v1 import service_pb2, service_pb2_grpc
from telephony_gateway.domain.masking import masked_exchange, masked_number
from telephony_gateway.servicer_operations import OperationsRpcs
from telephony_gateway.storage.calls import Calls, StoredCall, StoredCase, StoredFunction
from telephony_gateway.storage.figures import SqlFigures

PAGE_SIZE_MAX = 500


class CallServicer(OperationsRpcs, service_pb2_grpc.CallServiceServicer):
    """Reads only, and writes down who has seen personal data."""

    def __init__(
        self, calls: Calls, figures: SqlFigures, clock: Clock, *, agent_version: int | None, build: str
    ) -> None:
        self._calls, self._figures, self._clock = calls, figures, clock
        self._expected_agent_version, self._build = agent_version or 0, build

    async def GetCall(
        self, request: service_pb2.GetCallRequest, context: object
    ) -> service_pb2.GetCallResponse:
        """One call."""
        call = await self._calls.get(request.call_id)
        if not request.with_personal_data:
            return service_pb2.GetCallResponse(call=_call(_masked(call)))
        await self._calls.note_disclosure(call.call_id, operator=request.operator, now=self._clock.now())
        return service_pb2.GetCallResponse(call=_call(call))

    async def ListCalls(
        self, request: service_pb2.ListCallsRequest, context: object
    ) -> service_pb2.ListCallsResponse:
        """A page of calls."""
        calls, token = await self._calls.page(
            tenant_id=request.tenant_id, size=_size(request.page_size), token=request.page_token
        )
        return service_pb2.ListCallsResponse(
            calls=[_call(_masked(call)) for call in calls], next_page_token=token
        )

    async def ListTruthCases(
        self, request: service_pb2.ListTruthCasesRequest, context: object
    ) -> service_pb2.ListTruthCasesResponse:
        """A page of cases."""
        cases, token = await self._calls.cases(
            tenant_id=request.tenant_id, size=_size(request.page_size), token=request.page_token
        )
        return service_pb2.ListTruthCasesResponse(
            cases=[_case(case) for case in cases], next_page_token=token
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


def _call(call: StoredCall) -> service_pb2.Call:
    return service_pb2.Call(
        call_id=call.call_id,
        tenant_id=call.tenant_id,
        branch_id=call.branch_id,
        dialled_number=call.dialled_number,
        caller_number=call.caller_number,
        state=service_pb2.CALL_STATE_ENDED if call.ended_at else service_pb2.CALL_STATE_ONGOING,
        start_time=_timestamp(call.first_heard_at),
        end_time=_timestamp(call.ended_at) if call.ended_at else None,
        functions=[_function(function) for function in call.functions],
        events=[
            service_pb2.CallEvent(name=name, receive_time=_timestamp(received_at))
            for name, received_at in call.events
        ],
        truth_cases=[_case(case) for case in call.cases],
        appointment_ids=call.appointment_ids,
        check_time=_timestamp(call.checked_at) if call.checked_at else None,
    )


def _case(case: StoredCase) -> service_pb2.TruthCase:
    return service_pb2.TruthCase(
        case_id=str(case.case_id),
        call_id=case.call_id,
        tenant_id=case.tenant_id,
        kind=case.kind,
        subject=case.subject,
        find_time=_timestamp(case.found_at),
    )


def _function(function: StoredFunction) -> service_pb2.FunctionCall:
    return service_pb2.FunctionCall(
        request_id=function.request_id,
        name=function.name,
        arguments=_struct(function.arguments),
        answer=_struct(function.answer or {}),
        receive_time=_timestamp(function.received_at),
        duration_ms=function.duration_ms or 0,
        trace_id=function.trace_id,
    )


def _struct(value: dict[str, Any]) -> Struct:
    return ParseDict(value, Struct())


def _timestamp(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp
