"""The RPCs about the waiting list."""

from typing import Any

import grpc
from opentelemetry import trace

from booking.care_requests import entry_of, waitlist_filters_of
from booking.domain.identifiers import key_of, uuid_of, words_of
from booking.domain.listing import page_size_of
from booking.requests import actor_of
from booking.usecases.waitlist import KeepWaitlist
from booking.wire import entry_to_wire
from chassis.clock import Clock
from rufbuch.booking.v1 import service_pb2
from signals.metrics import Counter

Context = grpc.aio.ServicerContext[Any, Any]
_joined = Counter("rufbuch_booking_waitlist_joins_total", "Times that somebody was put on the waiting list")


class WaitlistRpcs:
    """A part of BookingService."""

    _waitlist: KeepWaitlist
    _clock: Clock

    async def JoinWaitlist(
        self, request: service_pb2.JoinWaitlistRequest, context: Context
    ) -> service_pb2.JoinWaitlistResponse:
        """See the contract."""
        trace.get_current_span().set_attribute("rufbuch.call_id", request.call_id)
        wanted = entry_of(request, now=self._clock.now())
        entry = await self._waitlist.join(wanted, key_of("request_id", request.request_id))
        _joined.inc()
        return service_pb2.JoinWaitlistResponse(entry=entry_to_wire(entry))

    async def ListWaitlist(
        self, request: service_pb2.ListWaitlistRequest, context: Context
    ) -> service_pb2.ListWaitlistResponse:
        """See the contract."""
        filters, size = waitlist_filters_of(request), page_size_of(request.page_size)
        page = await self._waitlist.list(filters, token=request.page_token, size=size)
        return service_pb2.ListWaitlistResponse(
            entries=map(entry_to_wire, page.entries), next_page_token=page.next_token
        )

    async def LeaveWaitlist(
        self, request: service_pb2.LeaveWaitlistRequest, context: Context
    ) -> service_pb2.LeaveWaitlistResponse:
        """See the contract."""
        entry = await self._waitlist.leave(
            uuid_of("tenant_id", request.tenant_id),
            uuid_of("waitlist_entry_id", request.waitlist_entry_id),
            actor_of(request.actor),
            reason=words_of("reason", request.reason),
        )
        return service_pb2.LeaveWaitlistResponse(entry=entry_to_wire(entry))
