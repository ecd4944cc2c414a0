"""The RPCs about all calls of one caller."""

from chassis.clock import Clock
from rufbuch.telephony.v1 import service_pb2
from telephony_gateway.servicer_wire import call_to_wire
from telephony_gateway.storage.callers import Caller, Callers
from telephony_gateway.storage.calls import OperatorMissingError


class CallerRpcs:
    """A part of CallService."""

    _callers: Callers
    _clock: Clock

    async def ExportCaller(
        self, request: service_pb2.ExportCallerRequest, context: object
    ) -> service_pb2.ExportCallerResponse:
        """All calls of a caller, as they are."""
        caller = Caller(request.tenant_id, request.phone_number, tuple(request.call_ids))
        if not request.operator.strip():
            raise OperatorMissingError("personal data is shown to somebody")
        calls = await self._callers.export(caller, operator=request.operator, now=self._clock.now())
        return service_pb2.ExportCallerResponse(calls=[call_to_wire(call) for call in calls])

    async def ForgetCaller(
        self, request: service_pb2.ForgetCallerRequest, context: object
    ) -> service_pb2.ForgetCallerResponse:
        """Delete them."""
        caller = Caller(request.tenant_id, request.phone_number, tuple(request.call_ids))
        return service_pb2.ForgetCallerResponse(erased=dict(await self._callers.forget(caller)))
