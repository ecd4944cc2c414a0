"""CallService: the ledger over gRPC."""

from datetime import datetime
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.telephony.v1 import service_pb2, service_pb2_grpc
from telephony_gateway.storage.calls import Calls, StoredCall, StoredFunction

PAGE_SIZE_MAX = 500


class CallServicer(service_pb2_grpc.CallServiceServicer):
    """Reads only."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def GetCall(
        self, request: service_pb2.GetCallRequest, context: object
    ) -> service_pb2.GetCallResponse:
        """One call."""
        return service_pb2.GetCallResponse(call=_call(await self._calls.get(request.call_id)))

    async def ListCalls(
        self, request: service_pb2.ListCallsRequest, context: object
    ) -> service_pb2.ListCallsResponse:
        """A page of calls."""
        size = min(request.page_size or 100, PAGE_SIZE_MAX)
        calls, token = await self._calls.page(
            tenant_id=request.tenant_id, size=size, token=request.page_token
        )
        return service_pb2.ListCallsResponse(calls=[_call(call) for call in calls], next_page_token=token)


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
