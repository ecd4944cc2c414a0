"""An availability without holds."""

import asyncio
from typing import Any

import grpc

from booking.domain.option import ClaimedOption, OccupantKind, Occupied, PhaseKind, PlannedPhase
from booking.errors import OptionUnknownError
from booking.instants import timestamp
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
        self.refusals: dict[str, Exception] = {}
        """Of single options."""
        self.silent = False
        self.together: asyncio.Barrier | None = None
        """Nobody is answered before so many have asked."""
        self.batches: list[int] = []
        """How many were claimed together, each time."""
        self.knows_batches = True
        """Whether it is new enough."""

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
        if fault := self.refusals.get(request.option_id):
            raise fault
        if request.option_id not in self.options:
            raise OptionUnknownError("no such option")
        return claimed(request.option_id, self.options[request.option_id])

    async def BatchClaimOptions(  # noqa: N802 - named by the contract
        self,
        request: service_pb2.BatchClaimOptionsRequest,
        context: Any,  # noqa: ANN401 - as the generated code has it
    ) -> service_pb2.BatchClaimOptionsResponse:
        """See the contract."""
        self.batches.append(len(request.claims))
        if not self.knows_batches:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not implemented!")
        answers = await asyncio.gather(*(self._refusal(claim, context) for claim in request.claims))
        return service_pb2.BatchClaimOptionsResponse(refusals=answers)

    async def _refusal(
        self,
        claim: service_pb2.ClaimOptionRequest,
        context: Any,  # noqa: ANN401 - as above
    ) -> service_pb2.ErrorReason.ValueType:
        try:
            await self.ClaimOption(claim, context)
        except ServiceError as error:
            return service_pb2.ErrorReason.Value(f"ERROR_REASON_{error.reason}")
        return service_pb2.ERROR_REASON_UNSPECIFIED

    def servicer(self) -> Servicer:
        """As a server takes it."""
        add = service_pb2_grpc.add_AvailabilityServiceServicer_to_server
        return Servicer(self, add, "rufbuch.availability.v1.AvailabilityService")


def claimed(option_id: str, option: ClaimedOption) -> service_pb2.ClaimOptionResponse:
    """An answer that grants the option."""
    return service_pb2.ClaimOptionResponse(
        service_name=option.service_name, option=option_to_wire(option_id, option)
    )


def option_to_wire(option_id: str, option: ClaimedOption) -> service_pb2.Option:
    """The option as availability writes it."""
    return service_pb2.Option(
        option_id=option_id,
        branch_id=str(option.branch_id),
        service_id=str(option.service_id),
        person_id=str(option.person_id),
        start_time=timestamp(option.span.start_time),
        end_time=timestamp(option.span.end_time),
        phases=[_phase(position, phase) for position, phase in enumerate(option.phases)],
        occupied=map(_occupied, option.occupied),
        service_ids=map(str, option.service_ids),
    )


def _phase(position: int, phase: PlannedPhase) -> service_pb2.PlannedPhase:
    return service_pb2.PlannedPhase(
        position=position,
        name=phase.name,
        kind=_KINDS[phase.kind],
        person_id=str(phase.person_id),
        service_id=str(phase.service_id),
        start_time=timestamp(phase.span.start_time),
        end_time=timestamp(phase.span.end_time),
    )


def _occupied(taken: Occupied) -> service_pb2.OccupiedInterval:
    occupant_id = str(taken.occupant.occupant_id)
    is_person = taken.occupant.kind is OccupantKind.PERSON
    return service_pb2.OccupiedInterval(
        person_id=occupant_id if is_person else "",
        resource_id="" if is_person else occupant_id,
        start_time=timestamp(taken.span.start_time),
        end_time=timestamp(taken.span.end_time),
    )
