"""The ledger of calls as far as the console asks it."""

from typing import Any, Protocol

import grpc

from chassis.errors import Kind, ServiceError
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2
from rufbuch.telephony.v1 import service_pb2_grpc as telephony_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class CallUnknownError(ServiceError):
    kind = Kind.NOT_FOUND
    reason = "CALL_UNKNOWN"


class CaseUnknownError(ServiceError):
    kind = Kind.NOT_FOUND
    reason = "CASE_UNKNOWN"


class NumberInvalidError(ServiceError):
    kind = Kind.INVALID_ARGUMENT
    reason = "NUMBER_INVALID"


class Kept(Protocol):
    """What the ledger keeps."""

    calls: list[telephony_pb2.Call]
    truth_cases: list[telephony_pb2.TruthCase]
    searches: list[telephony_pb2.ListCallsRequest]
    looked_at_by: list[str]


class CallRpcs(telephony_grpc.CallServiceServicer):
    """The ledger."""

    known: Kept

    def reached(self) -> None:
        """Raises where it is away."""

    async def ListCalls(
        self, request: telephony_pb2.ListCallsRequest, context: Context
    ) -> telephony_pb2.ListCallsResponse:
        self.reached()
        self.known.searches.append(request)
        if request.caller_number == "abc":
            raise NumberInvalidError("no number")
        found = [
            each
            for each in self.known.calls
            if each.tenant_id == request.tenant_id
            and request.call_id in {"", each.call_id}
            and (not request.outcome or request.outcome in each.outcomes)
        ]
        start = int(request.page_token or 0)
        end = start + request.page_size
        return telephony_pb2.ListCallsResponse(
            calls=found[start:end], next_page_token=str(end) if len(found) > end else ""
        )

    async def GetCall(
        self, request: telephony_pb2.GetCallRequest, context: Context
    ) -> telephony_pb2.GetCallResponse:
        self.reached()
        for each in self.known.calls:
            if (each.call_id, each.tenant_id) == (request.call_id, request.tenant_id):
                if request.with_personal_data:
                    self.known.looked_at_by.append(request.operator)
                return telephony_pb2.GetCallResponse(call=each)
        raise CallUnknownError("no such call")

    async def ExportCaller(
        self, request: telephony_pb2.ExportCallerRequest, context: Context
    ) -> telephony_pb2.ExportCallerResponse:
        self.reached()
        self.known.looked_at_by.append(request.operator)
        named = set(request.call_ids)
        found = [
            each for each in self.known.calls if each.tenant_id == request.tenant_id and each.call_id in named
        ]
        return telephony_pb2.ExportCallerResponse(calls=found)

    async def ListTruthCases(
        self, request: telephony_pb2.ListTruthCasesRequest, context: Context
    ) -> telephony_pb2.ListTruthCasesResponse:
        self.reached()
        found = [
            each
            for each in self.known.truth_cases
            if each.tenant_id == request.tenant_id and not (request.unresolved and each.resolved_by)
        ]
        return telephony_pb2.ListTruthCasesResponse(cases=found)

    async def ResolveTruthCase(
        self, request: telephony_pb2.ResolveTruthCaseRequest, context: Context
    ) -> telephony_pb2.ResolveTruthCaseResponse:
        self.reached()
        for each in self.known.truth_cases:
            if (each.tenant_id, each.case_id) == (request.tenant_id, request.case_id):
                each.resolved_by, each.resolution = request.operator, request.resolution
                return telephony_pb2.ResolveTruthCaseResponse(case=each)
        raise CaseUnknownError("no such case")
