"""Stored calls as the contract writes them."""

from datetime import datetime
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.telephony.v1 import service_pb2
from telephony_gateway.storage.stored import StoredCall, StoredCase, StoredFunction

_SPEAKERS = {"agent": service_pb2.SPEAKER_AGENT, "user": service_pb2.SPEAKER_CALLER}


def call_to_wire(call: StoredCall) -> service_pb2.Call:
    """A call with what belongs to it."""
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
        truth_cases=[case_to_wire(case) for case in call.cases],
        appointment_ids=call.appointment_ids,
        check_time=_timestamp(call.checked_at) if call.checked_at else None,
        outcomes=call.outcomes,
        truth_case_count=call.case_count,
        utterances=[
            service_pb2.Utterance(
                speaker=_SPEAKERS[each.role],
                words=each.words,
                say_time=_timestamp(each.at) if each.at else None,
                after_functions=each.after_functions,
            )
            for each in call.utterances
        ],
    )


def case_to_wire(case: StoredCase) -> service_pb2.TruthCase:
    """A claim that is not so."""
    return service_pb2.TruthCase(
        case_id=str(case.case_id),
        call_id=case.call_id,
        tenant_id=case.tenant_id,
        kind=case.kind,
        subject=case.subject,
        find_time=_timestamp(case.found_at),
        resolved_by=case.resolved_by,
        resolution=case.resolution,
        resolve_time=_timestamp(case.resolved_at) if case.resolved_at else None,
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
