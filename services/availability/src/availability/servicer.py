"""Owns the gRPC service: each method translates, calls one use case, and translates back."""

from typing import Any, TypeAlias

import grpc
from opentelemetry import trace

from availability import wire
from availability.usecases.claim_option import ClaimOption
from availability.usecases.keep_holds import KeepHolds
from availability.usecases.ports import Extension
from availability.usecases.search_slots import SearchSlots
from chassis.grpc_server import Servicer
from rufbuch.availability.v1 import service_pb2, service_pb2_grpc

FULL_NAME = "rufbuch.availability.v1.AvailabilityService"
Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]


class AvailabilityServicer(service_pb2_grpc.AvailabilityServiceServicer):
    """See service.proto."""

    def __init__(self, search: SearchSlots, claim: ClaimOption, keep: KeepHolds) -> None:
        self._search, self._claim, self._keep = search, claim, keep

    async def SearchSlots(
        self, request: service_pb2.SearchSlotsRequest, context: Context
    ) -> service_pb2.SearchSlotsResponse:
        """See service.proto."""
        _of_call(request.call_id)
        return wire.response_of(await self._search(wire.query_of(request)))

    async def ClaimOption(
        self, request: service_pb2.ClaimOptionRequest, context: Context
    ) -> service_pb2.ClaimOptionResponse:
        """See service.proto."""
        _of_call(request.call_id)
        offer = await self._claim(wire.offered_of(request))
        return service_pb2.ClaimOptionResponse(
            option=wire.option_of(offer, None), service_name=offer.service_name
        )

    async def ExtendHolds(
        self, request: service_pb2.ExtendHoldsRequest, context: Context
    ) -> service_pb2.ExtendHoldsResponse:
        """See service.proto."""
        _of_call(request.call_id)
        call = wire.call_of(request)
        extension = await self._keep.extend(*call) if call else Extension(0)
        return service_pb2.ExtendHoldsResponse(
            extended=extension.count, hold_expire_time=wire.stamp_or_none(extension.expires)
        )

    async def ReleaseHolds(
        self, request: service_pb2.ReleaseHoldsRequest, context: Context
    ) -> service_pb2.ReleaseHoldsResponse:
        """See service.proto."""
        _of_call(request.call_id)
        call = wire.call_of(request)
        return service_pb2.ReleaseHoldsResponse(released=await self._keep.release(*call) if call else 0)


def _of_call(call_id: str) -> None:
    trace.get_current_span().set_attribute("rufbuch.call_id", call_id[:200])


def as_servicer(implementation: AvailabilityServicer) -> Servicer:
    """For the server."""
    return Servicer(implementation, service_pb2_grpc.add_AvailabilityServiceServicer_to_server, FULL_NAME)
