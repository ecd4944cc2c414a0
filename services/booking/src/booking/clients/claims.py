"""Claims options at the availability service behind the answer, several in one question."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import grpc

from booking.clients.availability import SILENT, AvailabilityOptions, claim_to_wire, refusal_of
from booking.domain.wish import Offer
from chassis.errors import ServiceError
from chassis.grpc_client import Fault, fault_of
from rufbuch.availability.v1 import service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

_REASONS: dict[int, str] = {
    number: name.removeprefix("ERROR_REASON_") for name, number in service_pb2.ErrorReason.items()
}


class AvailabilityClaims:
    """Implements usecases.claim_options.Holds."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: AvailabilityServiceAsyncStub = service_pb2_grpc.AvailabilityServiceStub(channel)
        self._alone = AvailabilityOptions(channel)

    async def keep(self, offers: Sequence[Offer]) -> Sequence[BaseException | None]:
        """See Holds."""
        request = service_pb2.BatchClaimOptionsRequest(claims=map(claim_to_wire, offers))
        try:
            answer = await self._stub.BatchClaimOptions(request)
        except grpc.aio.AioRpcError as error:
            if error.code() in SILENT:
                return [refusal_of(fault_of(error))] * len(offers)
            # A replica of the version before, or one of them leads to a bug: then the others are still claimed.
            return await asyncio.gather(*map(self._alone.keep, offers), return_exceptions=True)
        return list(map(_refusal, answer.refusals))


def _refusal(reason: int) -> ServiceError | None:
    """None where it is claimed. A reason that is not known here says at least that it is not."""
    if reason == service_pb2.ERROR_REASON_UNSPECIFIED:
        return None
    name = _REASONS.get(reason, str(reason))
    return refusal_of(Fault(grpc.StatusCode.UNAVAILABLE, name, name))
