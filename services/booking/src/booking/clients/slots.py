"""Finds slots for waiting wishes at the availability service, and holds them there in the name of their offers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import grpc

from booking.clients.availability import SILENT
from booking.domain.vacancy import FreedTime, HeldSlot, Standing
from booking.domain.waiting import WaitingWish
from booking.errors import AvailabilityUnavailableError, SlotTakenError, WishImpossibleError
from booking.instants import timestamp
from booking.option_wire import occupied_of, span_of
from chassis.grpc_client import fault_of
from rufbuch.availability.v1 import service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

_IMPOSSIBLE = {"BRANCH_UNKNOWN", "SERVICE_UNKNOWN", "PERSON_UNKNOWN", "WISH_INVALID"}
_AWAY = {"HOLDS_UNAVAILABLE", "REGISTRY_UNAVAILABLE", "STORAGE_UNAVAILABLE", "TOO_MANY_HOLDS"}


class AvailabilitySlots:
    """The port of the waiting list over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: AvailabilityServiceAsyncStub = service_pb2_grpc.AvailabilityServiceStub(channel)

    async def hold_first(
        self, wish: WaitingWish, owner: str, windows: Sequence[tuple[datetime, datetime]]
    ) -> HeldSlot | None:
        """See ``Slots``."""
        request = service_pb2.SearchSlotsRequest(
            tenant_id=str(wish.tenant_id),
            branch_id=str(wish.branch_id),
            service_id=str(wish.service_id),
            person_id=str(wish.person_id or ""),
            call_id=owner,
            max_options=1,
            promised=True,
        )
        for start, end in windows:
            request.windows.add(start_time=timestamp(start), end_time=timestamp(end))
        try:
            found = await self._stub.SearchSlots(request)
        except grpc.aio.AioRpcError as error:
            raise _disappointment(error) from error
        if found.outcome != service_pb2.SEARCH_OUTCOME_AVAILABLE or not found.options:
            # Whatever else is answered with lies outside the windows, and would be held for nobody.
            if found.options:
                await self.release(wish.tenant_id, wish.branch_id, owner)
            return None
        if found.hold_state != service_pb2.HOLD_STATE_HELD:
            raise AvailabilityUnavailableError("what was found could not be held")
        return _held(found.options[0])

    async def hold_again(
        self, wish: WaitingWish, owner: str, *, person_id: UUID, start: datetime
    ) -> HeldSlot:
        """See ``Slots``."""
        request = service_pb2.HoldOptionsRequest(
            tenant_id=str(wish.tenant_id), branch_id=str(wish.branch_id), call_id=owner, promised=True
        )
        request.slots.add(
            service_id=str(wish.service_id), person_id=str(person_id), start_time=timestamp(start)
        )
        try:
            answer = await self._stub.HoldOptions(request)
        except grpc.aio.AioRpcError as error:
            raise _disappointment(error) from error
        return _held(answer.options[0])

    async def standing(self, tenant_id: UUID, freed: FreedTime) -> Standing:
        """See ``Slots``."""
        request = service_pb2.ExplainSlotRequest(
            tenant_id=str(tenant_id),
            branch_id=str(freed.branch_id),
            service_id=str(freed.service_id),
            person_id=str(freed.person_id),
            start_time=timestamp(freed.start_time),
        )
        try:
            answer = await self._stub.ExplainSlot(request)
        except grpc.aio.AioRpcError as error:
            if fault_of(error).reason in _IMPOSSIBLE:
                return Standing.FREE
            raise _disappointment(error) from error
        if any(blocker.appointment_id == str(freed.appointment_id) for blocker in answer.blockers):
            return Standing.UNHEARD
        held = any(blocker.kind == service_pb2.BLOCKER_KIND_HOLD for blocker in answer.blockers)
        return Standing.HELD if held else Standing.FREE

    async def release(self, tenant_id: UUID, branch_id: UUID, owner: str) -> None:
        """See ``Slots``."""
        request = service_pb2.ReleaseHoldsRequest(
            tenant_id=str(tenant_id), branch_id=str(branch_id), call_id=owner
        )
        try:
            await self._stub.ReleaseHolds(request)
        except grpc.aio.AioRpcError as error:
            raise _disappointment(error) from error


def _disappointment(error: grpc.aio.AioRpcError) -> Exception:
    """What it means for a waiting wish; the error itself where only a bug can have led to it."""
    fault = fault_of(error)
    if fault.reason in _IMPOSSIBLE:
        return WishImpossibleError(fault.message)
    if fault.reason == "SLOT_TAKEN":
        return SlotTakenError(fault.message)
    if fault.code in SILENT or fault.reason in _AWAY:
        return AvailabilityUnavailableError(fault.message or "availability does not answer")
    return error


def _held(option: service_pb2.Option) -> HeldSlot:
    return HeldSlot(
        option_id=option.option_id,
        person_id=UUID(option.person_id),
        span=span_of(option.start_time, option.end_time),
        occupied=tuple(map(occupied_of, option.occupied)),
        hold_end=option.hold_expire_time.ToDatetime(UTC),
    )
