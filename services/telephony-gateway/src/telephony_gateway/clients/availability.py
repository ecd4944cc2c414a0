"""The availability service, as the use cases see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import grpc

from rufbuch.availability.v1 import service_pb2, service_pb2_grpc
from telephony_gateway.clients.faults import peer_error, reason_of
from telephony_gateway.clients.instants import instant_of, stamp_of
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.usecases.ports import Found, FoundSlot, SearchOutcome, SlotWish

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

_OUTCOMES = {
    service_pb2.SEARCH_OUTCOME_AVAILABLE: SearchOutcome.AVAILABLE,
    service_pb2.SEARCH_OUTCOME_ALTERNATIVES: SearchOutcome.ALTERNATIVES,
    service_pb2.SEARCH_OUTCOME_UNAVAILABLE: SearchOutcome.UNAVAILABLE,
    service_pb2.SEARCH_OUTCOME_CLOSED: SearchOutcome.CLOSED,
    service_pb2.SEARCH_OUTCOME_TOO_SOON: SearchOutcome.TOO_SOON,
    service_pb2.SEARCH_OUTCOME_TOO_FAR: SearchOutcome.TOO_FAR,
    service_pb2.SEARCH_OUTCOME_PAST: SearchOutcome.PAST,
}


_NOT_HELD = {service_pb2.HOLD_STATE_UNAVAILABLE, service_pb2.HOLD_STATE_NOT_KEPT}
_SERVICE = "rufbuch.availability.v1.AvailabilityService"
HARMLESS_TO_REPEAT = (f"{_SERVICE}/SearchSlots", f"{_SERVICE}/ExtendHold", f"{_SERVICE}/ReleaseHolds")
"""A search replaces the holds of the same call, and extending or releasing twice is like once."""


class AvailabilityClient:
    """Slots and holds over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: AvailabilityServiceAsyncStub = service_pb2_grpc.AvailabilityServiceStub(channel)

    async def search(self, branch: DialledBranch, caller: Caller, wish: SlotWish) -> Found:
        """Look and hold in one step. Raises PeerError."""
        try:
            answer = await self._stub.SearchSlots(_request(branch, caller, wish))
        except grpc.aio.AioRpcError as error:
            if reason_of(error) == "TOO_MANY_HOLDS":
                return Found(
                    SearchOutcome.HOLDING_TOO_MUCH, (), holds_work=True, min_notice_minutes=0, horizon_days=0
                )
            raise peer_error("availability", error) from error
        return Found(
            outcome=_OUTCOMES[answer.outcome],
            slots=tuple(_slot(option) for option in answer.options),
            holds_work=answer.hold_state not in _NOT_HELD,
            min_notice_minutes=answer.min_notice_minutes,
            horizon_days=answer.horizon_days,
            calendars_checked=not answer.calendars_unchecked,
        )

    async def release(
        self, tenant_id: str, branch_id: str, call_id: str, *, kept: Sequence[str] = ()
    ) -> None:
        """End what the call holds and has not booked. Raises PeerError."""
        request = service_pb2.ReleaseHoldsRequest(
            tenant_id=tenant_id, branch_id=branch_id, call_id=call_id, kept_option_ids=kept
        )
        try:
            await self._stub.ReleaseHolds(request)
        except grpc.aio.AioRpcError as error:
            raise peer_error("availability", error) from error

    async def extend(self, tenant_id: str, branch_id: str, call_id: str) -> None:
        """Let what the call holds live on. Raises PeerError."""
        request = service_pb2.ExtendHoldRequest(tenant_id=tenant_id, branch_id=branch_id, call_id=call_id)
        try:
            await self._stub.ExtendHold(request)
        except grpc.aio.AioRpcError as error:
            raise peer_error("availability", error) from error


def _request(branch: DialledBranch, caller: Caller, wish: SlotWish) -> service_pb2.SearchSlotsRequest:
    return service_pb2.SearchSlotsRequest(
        tenant_id=branch.tenant_id,
        branch_id=branch.branch_id,
        service_id=wish.service_id,
        person_id=wish.person_id,
        call_id=caller.call_id,
        caller_number=caller.caller_number,
        start_time=stamp_of(wish.start) if wish.start else None,
        windows=[
            service_pb2.TimeWindow(start_time=stamp_of(window.start), end_time=stamp_of(window.end))
            for window in wish.windows
        ],
        excluded_start_times=[stamp_of(start) for start in wish.excluded],
        moved_appointment_id=wish.moved_appointment_id,
        more_service_ids=wish.more_service_ids,
        kept_option_ids=wish.kept,
    )


def _slot(option: service_pb2.Option) -> FoundSlot:
    held = instant_of(option.hold_expire_time) if option.HasField("hold_expire_time") else None
    services = tuple(option.service_ids)
    return FoundSlot(
        option_id=option.option_id,
        start=instant_of(option.start_time),
        end=instant_of(option.end_time),
        person_id=option.person_id,
        service_id=option.service_id,
        held_until=held,
        voucher=option.voucher,
        service_ids=services,
        people=_people(option) if services else (),
    )


def _people(option: service_pb2.Option) -> tuple[str, ...]:
    needed = (phase for phase in option.phases if phase.kind == service_pb2.PHASE_KIND_ACTIVE)
    return tuple(dict.fromkeys(phase.person_id or option.person_id for phase in needed))
