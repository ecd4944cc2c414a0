"""An availability without holds."""

import asyncio
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from booking.domain.option import ClaimedOption, PhaseKind, Span
from booking.errors import OptionUnknownError
from chassis.errors import ServiceError
from chassis.grpc_server import Servicer
from rufbuch.availability.v1 import service_pb2, service_pb2_grpc

_KINDS = {
    PhaseKind.ACTIVE: service_pb2.PHASE_KIND_ACTIVE,
    PhaseKind.GAP_FREE: service_pb2.PHASE_KIND_GAP_FREE,
    PhaseKind.GAP_BLOCKED: service_pb2.PHASE_KIND_GAP_BLOCKED,
}


class ScriptedAvailability(service_pb2_grpc.AvailabilityServiceServicer):
    """Grants every option that it has been given, to every call, as often as asked: no holds."""

    def __init__(self) -> None:
        self.options: dict[str, ClaimedOption] = {}
        self.claims: list[service_pb2.ClaimOptionRequest] = []
        self.asked = asyncio.Event()
        self.refusal: ServiceError | None = None
        self.silent = False
        self.together: asyncio.Barrier | None = None
        """Nobody is answered before so many have asked."""

    async def ClaimOption(  # noqa: N802 - named by the contract
        self,
        request: service_pb2.ClaimOptionRequest,
        context: Any,  # noqa: ARG002, ANN401 - as the generated code has it
    ) -> service_pb2.ClaimOptionResponse:
        """See the contract."""
        self.claims.append(request)
        self.asked.set()
        if self.silent:
            await asyncio.Event().wait()
        if self.together:
            await self.together.wait()
        if self.refusal:
            raise self.refusal
        if request.option_id not in self.options:
            raise OptionUnknownError("no such option")
        return _claimed(request.option_id, self.options[request.option_id])

    def servicer(self) -> Servicer:
        """As a server takes it."""
        add = service_pb2_grpc.add_AvailabilityServiceServicer_to_server
        return Servicer(self, add, "rufbuch.availability.v1.AvailabilityService")


def _claimed(option_id: str, option: ClaimedOption) -> service_pb2.ClaimOptionResponse:
    person_id = str(option.person_id)
    return service_pb2.ClaimOptionResponse(
        service_name=option.service_name,
        option=service_pb2.Option(
            option_id=option_id,
            branch_id=str(option.branch_id),
            service_id=str(option.service_id),
            person_id=person_id,
            **_times(option.span),
            phases=[
                service_pb2.PlannedPhase(
                    position=position, name=phase.name, kind=_KINDS[phase.kind], **_times(phase.span)
                )
                for position, phase in enumerate(option.phases)
            ],
            occupied=[
                service_pb2.OccupiedInterval(person_id=person_id, **_times(span)) for span in option.occupied
            ],
        ),
    )


def _times(span: Span) -> dict[str, Timestamp]:
    times = {"start_time": Timestamp(), "end_time": Timestamp()}
    times["start_time"].FromDatetime(span.start_time)
    times["end_time"].FromDatetime(span.end_time)
    return times
