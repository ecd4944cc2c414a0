"""Claims options at the availability service, and asks it what a start would take."""

from typing import TYPE_CHECKING

import grpc

from booking.domain.option import ClaimedOption
from booking.domain.overbooking import Slot
from booking.domain.wish import Offer
from booking.errors import (
    AvailabilityUnavailableError,
    OptionUnknownError,
    RequestInvalidError,
    SlotNotBookableError,
    SlotTakenError,
)
from booking.instants import timestamp
from booking.option_wire import option_of
from chassis.errors import ServiceError
from chassis.grpc_client import Fault, fault_of
from rufbuch.availability.v1 import service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

DEADLINE_S = 2.0
_SERVICE = "rufbuch.availability.v1.AvailabilityService"
HARMLESS_TO_REPEAT = tuple(
    f"{_SERVICE}/{method}"
    for method in (
        "ClaimOption",
        "BatchClaimOptions",
        "PlanSlot",
        "SearchSlots",
        "ExplainSlot",
        "HoldOptions",
    )
)
"""Searching and holding replace what the same call held."""

_REFUSALS: dict[str, type[ServiceError]] = {
    error.reason: error for error in (OptionUnknownError, SlotTakenError, SlotNotBookableError)
}
_UNKNOWN = {
    "BRANCH_UNKNOWN": "branch_id",
    "SERVICE_UNKNOWN": "service_id",
    "PERSON_UNKNOWN": "person_id",
}
SILENT = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
"""Nothing was said; what a change has come to is not known."""


class AvailabilityOptions:
    """The port of booking and moving over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: AvailabilityServiceAsyncStub = service_pb2_grpc.AvailabilityServiceStub(channel)

    async def claim(self, offer: Offer) -> ClaimedOption:
        """See ``Options``."""
        answer = await self._claim(offer)
        return option_of(answer.option, answer.service_name)

    async def keep(self, offer: Offer) -> None:
        """Claim it, and make nothing of it. Raises as ``claim``."""
        await self._claim(offer)

    async def _claim(self, offer: Offer) -> service_pb2.ClaimOptionResponse:
        try:
            return await self._stub.ClaimOption(claim_to_wire(offer))
        except grpc.aio.AioRpcError as error:
            refusal = refusal_of(fault_of(error))
            if refusal is None:
                raise
            raise refusal from error

    async def plan(self, slot: Slot) -> ClaimedOption:
        """See ``Plans``."""
        request = service_pb2.PlanSlotRequest(
            tenant_id=str(slot.tenant_id),
            branch_id=str(slot.branch_id),
            service_id=str(slot.service_id),
            person_id=str(slot.person_id),
            start_time=timestamp(slot.start_time),
        )
        try:
            answer = await self._stub.PlanSlot(request)
        except grpc.aio.AioRpcError as error:
            refusal = _unplannable(fault_of(error))
            if refusal is None:
                raise
            raise refusal from error
        return option_of(answer.option, answer.service_name)


def claim_to_wire(offer: Offer) -> service_pb2.ClaimOptionRequest:
    """What is to be claimed."""
    return service_pb2.ClaimOptionRequest(
        tenant_id=str(offer.tenant_id),
        branch_id=str(offer.branch_id),
        option_id=offer.option_id,
        call_id=offer.call_id,
    )


def _unplannable(fault: Fault) -> ServiceError | None:
    if fault.reason == "WISH_INVALID":
        return RequestInvalidError(fault.metadata.get("field", "start_time"), fault.message)
    return refusal_of(fault)


def refusal_of(fault: Fault) -> ServiceError | None:
    """What it means for a booking; None where only a bug can have led to it."""
    if fault.reason in _UNKNOWN:
        return RequestInvalidError(_UNKNOWN[fault.reason], fault.message)
    if fault.reason in _REFUSALS:
        return _REFUSALS[fault.reason](fault.message, **fault.metadata)
    if fault.code in SILENT:
        return AvailabilityUnavailableError(fault.message or "availability does not answer")
    return None
