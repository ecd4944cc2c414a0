"""CallService: the ledger over gRPC."""

from dataclasses import replace
from datetime import UTC, datetime

from chassis.clock import Clock
from chassis.grpc_server import Servicer
from chassis.postgres import Pool
from rufbuch.telephony.v1 import service_pb2, service_pb2_grpc
from telephony_gateway.allowed import ALLOWED
from telephony_gateway.domain.masking import masked_exchange, masked_number
from telephony_gateway.domain.searching import NOTHING, OUTCOMES, CallFilters, written_number
from telephony_gateway.servicer_callers import CallerRpcs
from telephony_gateway.servicer_operations import OperationsRpcs
from telephony_gateway.servicer_wire import call_to_wire, case_to_wire
from telephony_gateway.storage.callers import Callers
from telephony_gateway.storage.calls import Calls, NumberInvalidError, OutcomeInvalidError
from telephony_gateway.storage.figures import SqlFigures
from telephony_gateway.storage.stored import StoredCall, StoredFunction

PAGE_SIZE_MAX = 500
FOR_EVERYBODY = dict.fromkeys(
    ("GetCall", "ListCalls", "ListTruthCases"),
    "whoever runs the installation looks for a call before she knows the business; consoles name theirs",
)


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
        call = await self._calls.get(request.call_id, tenant_id=request.tenant_id)
        if not request.with_personal_data:
            return service_pb2.GetCallResponse(call=call_to_wire(_masked(call)))
        await self._calls.note_disclosure(call.call_id, operator=request.operator, now=self._clock.now())
        return service_pb2.GetCallResponse(call=call_to_wire(call))

    async def ListCalls(
        self, request: service_pb2.ListCallsRequest, context: object
    ) -> service_pb2.ListCallsResponse:
        """A page of calls."""
        calls, token = await self._calls.page(
            _filters(request), size=_size(request.page_size), token=request.page_token
        )
        return service_pb2.ListCallsResponse(
            calls=[call_to_wire(_masked(call)) for call in calls], next_page_token=token
        )

    async def ListTruthCases(
        self, request: service_pb2.ListTruthCasesRequest, context: object
    ) -> service_pb2.ListTruthCasesResponse:
        """A page of cases."""
        cases, token = await self._calls.cases(
            tenant_id=request.tenant_id, size=_size(request.page_size), token=request.page_token,
            unresolved=request.unresolved,
        )  # fmt: skip
        return service_pb2.ListTruthCasesResponse(
            cases=[case_to_wire(case) for case in cases], next_page_token=token
        )

    async def ResolveTruthCase(
        self, request: service_pb2.ResolveTruthCaseRequest, context: object
    ) -> service_pb2.ResolveTruthCaseResponse:
        """A person has looked at it."""
        case = await self._calls.resolve_case(
            request.tenant_id, request.case_id, operator=request.operator, resolution=request.resolution,
            now=self._clock.now(),
        )  # fmt: skip
        return service_pb2.ResolveTruthCaseResponse(case=case_to_wire(case))


def _filters(request: service_pb2.ListCallsRequest) -> CallFilters:
    """Raises NumberInvalidError, OutcomeInvalidError."""
    number = written_number(request.caller_number) if request.caller_number else ""
    if request.caller_number and not number:
        raise NumberInvalidError("what is looked for is no telephone number")
    if request.outcome and request.outcome not in OUTCOMES | {NOTHING}:
        raise OutcomeInvalidError("no call ends like that")
    return CallFilters(
        tenant_id=request.tenant_id,
        caller_number=number,
        call_id=request.call_id,
        outcome=request.outcome,
        start_min=_instant(request, "start_time_min"),
        start_max=_instant(request, "start_time_max"),
        untrue=request.untrue,
    )


def _instant(request: service_pb2.ListCallsRequest, field: str) -> datetime | None:
    return getattr(request, field).ToDatetime(tzinfo=UTC) if request.HasField(field) else None  # type: ignore[arg-type] # its fields


def as_servicer(
    pool: Pool, clock: Clock, *, callers: Callers, build: str, agent_version: int | None = None
) -> Servicer:
    """The service over the ledger."""
    ours = CallServicer(
        Calls(pool), SqlFigures(pool), clock, callers=callers, agent_version=agent_version, build=build
    )
    add = service_pb2_grpc.add_CallServiceServicer_to_server
    return Servicer(ours, add, "rufbuch.telephony.v1.CallService", FOR_EVERYBODY, ALLOWED)


def _size(asked: int) -> int:
    return min(asked, PAGE_SIZE_MAX) if asked > 0 else 100


def _masked(call: StoredCall) -> StoredCall:
    return replace(
        call,
        caller_number=masked_number(call.caller_number),
        functions=tuple(_masked_function(function) for function in call.functions),
        # Anything may stand in free words: none of them is shown.
        utterances=tuple(replace(each, words="") for each in call.utterances),
    )


def _masked_function(function: StoredFunction) -> StoredFunction:
    arguments, answer = masked_exchange(function.arguments, function.answer or {})
    return replace(function, arguments=arguments, answer=answer)
