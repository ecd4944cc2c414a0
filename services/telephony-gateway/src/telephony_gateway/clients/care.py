"""Customers, callbacks and the waiting list, at the booking service."""

from datetime import datetime
from typing import TYPE_CHECKING

import grpc

from rufbuch.booking.v1 import care_pb2, service_pb2, service_pb2_grpc
from telephony_gateway.clients.booking import read_appointment, unsettled, wish_id
from telephony_gateway.clients.faults import peer_error, reason_of
from telephony_gateway.clients.instants import instant_of, stamp_of
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.session import Window
from telephony_gateway.usecases.ports import (
    CallbackWish,
    FoundSlot,
    KnownCustomer,
    NameRefusedError,
    WaitingWish,
)

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

PAGE_SIZE = 500


class CareClient:
    """What booking does for people, over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: BookingServiceAsyncStub = service_pb2_grpc.BookingServiceStub(channel)

    async def customer(self, branch: DialledBranch, number: str) -> KnownCustomer | None:
        """Whom a number belongs to. Raises PeerError."""
        request = service_pb2.FindCustomerRequest(tenant_id=branch.tenant_id, phone_number=number)
        try:
            answer = await self._stub.FindCustomer(request)
        except grpc.aio.AioRpcError as error:
            if reason_of(error) == "CUSTOMER_UNKNOWN":
                return None
            raise peer_error("booking", error) from error
        coming = answer.next_appointment if answer.HasField("next_appointment") else None
        return KnownCustomer(
            name=answer.customer.name,
            next_appointment=read_appointment(coming) if coming else None,
            usual_service_id=answer.usual_service_id,
            usual_person_id=answer.usual_person_id,
        )

    async def note_callback(self, branch: DialledBranch, caller: Caller, wish: CallbackWish) -> datetime:
        """Promise a callback. Raises PeerError."""
        urgent = care_pb2.CALLBACK_PRIORITY_HIGH if wish.urgent else care_pb2.CALLBACK_PRIORITY_NORMAL
        request = service_pb2.RequestCallbackRequest(
            tenant_id=branch.tenant_id,
            branch_id=branch.branch_id,
            call_id=caller.call_id,
            phone_number=wish.phone_number,
            name=wish.name,
            topic=wish.topic,
            priority=urgent,
            appointment_id=wish.appointment_id,
            # A number that is said after the first try is more than the first promise had.
            request_id=wish_id(caller.call_id, "callback", wish.topic, wish.phone_number),
        )
        try:
            answer = await self._stub.RequestCallback(request)
        except grpc.aio.AioRpcError as error:
            raise unsettled("booking", error) from error
        return instant_of(answer.callback.due_time)

    async def offers(self, branch: DialledBranch, number: str) -> tuple[FoundSlot, ...]:
        """What is held on the waiting list for a number in this branch. Raises PeerError."""
        request = service_pb2.ListWaitlistRequest(
            tenant_id=branch.tenant_id,
            branch_id=branch.branch_id,
            phone_number=number,
            state=care_pb2.WAITLIST_STATE_OFFERED,
        )
        try:
            answer = await self._stub.ListWaitlist(request)
        except grpc.aio.AioRpcError as error:
            raise peer_error("booking", error) from error
        return tuple(_held(entry) for entry in answer.entries)

    async def join_waitlist(self, branch: DialledBranch, caller: Caller, wish: WaitingWish) -> Window:
        """Note a wish. Raises PeerError, NameRefusedError."""
        start, end = stamp_of(wish.window.start), stamp_of(wish.window.end)
        request = service_pb2.JoinWaitlistRequest(
            tenant_id=branch.tenant_id,
            branch_id=branch.branch_id,
            call_id=caller.call_id,
            phone_number=wish.phone_number,
            customer_name=wish.name,
            service_id=wish.service_id,
            person_id=wish.person_id,
            window_start_time=start,
            window_end_time=end,
            request_id=wish_id(
                caller.call_id, "waitlist", wish.service_id, wish.person_id, wish.phone_number,
                start.ToJsonString(), end.ToJsonString(),
            ),
        )  # fmt: skip
        try:
            answer = await self._stub.JoinWaitlist(request)
        except grpc.aio.AioRpcError as error:
            if reason_of(error) == "NAME_INVALID":
                raise NameRefusedError("booking: the name is none") from error
            raise unsettled("booking", error) from error
        entry = answer.entry
        return Window(instant_of(entry.window_start_time), instant_of(entry.window_end_time))

    async def has_callback(self, tenant_id: str, call_id: str) -> bool:
        """Whether a callback of a call is stored, which the caller was promised. Raises PeerError."""
        try:
            answer = await self._stub.ListCallbacks(
                service_pb2.ListCallbacksRequest(tenant_id=tenant_id, call_id=call_id, page_size=PAGE_SIZE)
            )
        except grpc.aio.AioRpcError as error:
            raise peer_error("booking", error) from error
        # What came free later for a wish of this call was promised to nobody in it.
        return any(
            callback.call_id == call_id and not callback.waitlist_entry_id for callback in answer.callbacks
        )


def _held(entry: care_pb2.WaitlistEntry) -> FoundSlot:
    offer = entry.offer
    return FoundSlot(
        option_id=offer.option_id,
        start=instant_of(offer.start_time),
        end=instant_of(offer.end_time),
        person_id=offer.person_id,
        service_id=entry.service_id,
        held_until=instant_of(offer.expire_time),
    )
