"""Booking as far as the console asks it about callbacks, the waiting list and messages."""

from collections.abc import Sequence
from typing import Any, Protocol

import grpc

from chassis.errors import Kind, ServiceError
from rufbuch.booking.v1 import care_pb2, message_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc

Context = grpc.aio.ServicerContext[Any, Any]
OVER = {care_pb2.CALLBACK_STATE_RESOLVED}


class CallbackUnknownError(ServiceError):
    kind = Kind.NOT_FOUND
    reason = "CALLBACK_UNKNOWN"


class WishUnknownError(ServiceError):
    kind = Kind.NOT_FOUND
    reason = "WAITLIST_ENTRY_UNKNOWN"


class MessageUnknownError(ServiceError):
    kind = Kind.NOT_FOUND
    reason = "MESSAGE_UNKNOWN"


class IllegalMoveError(ServiceError):
    kind = Kind.FAILED_PRECONDITION
    reason = "ILLEGAL_MOVE"


class Kept(Protocol):
    """What booking keeps."""

    callbacks: list[care_pb2.Callback]
    wishes: list[care_pb2.WaitlistEntry]
    messages: list[message_pb2.Message]


class CareRpcs(booking_grpc.BookingServiceServicer):
    """A part of booking. Page tokens are positions."""

    known: Kept

    def reached(self) -> None:
        """Raises where booking is away."""

    async def ListCallbacks(self, request: Any, context: Context) -> booking_pb2.ListCallbacksResponse:
        self.reached()
        found = [each for each in self.known.callbacks if _fits(each, request)]
        page, token = _page(found, request)
        return booking_pb2.ListCallbacksResponse(callbacks=page, next_page_token=token)

    async def AssignCallback(self, request: Any, context: Context) -> booking_pb2.AssignCallbackResponse:
        found = self._callback(request)
        found.assigned_to = request.assignee
        found.state = (
            care_pb2.CALLBACK_STATE_IN_PROGRESS if request.assignee else care_pb2.CALLBACK_STATE_OPEN
        )
        return booking_pb2.AssignCallbackResponse(callback=found)

    async def ResolveCallback(self, request: Any, context: Context) -> booking_pb2.ResolveCallbackResponse:
        found = self._callback(request)
        found.state = care_pb2.CALLBACK_STATE_RESOLVED
        found.resolved_by, found.resolution = request.operator, request.resolution
        return booking_pb2.ResolveCallbackResponse(callback=found)

    def _callback(self, request: Any) -> care_pb2.Callback:
        self.reached()
        for each in self.known.callbacks:
            if (each.tenant_id, each.callback_id) == (request.tenant_id, request.callback_id):
                if each.state in OVER:
                    raise IllegalMoveError("resolved already")
                return each
        raise CallbackUnknownError("no such callback")

    async def ListWaitlist(self, request: Any, context: Context) -> booking_pb2.ListWaitlistResponse:
        self.reached()
        found = [each for each in self.known.wishes if _fits(each, request)]
        page, token = _page(found, request)
        return booking_pb2.ListWaitlistResponse(entries=page, next_page_token=token)

    async def LeaveWaitlist(self, request: Any, context: Context) -> booking_pb2.LeaveWaitlistResponse:
        self.reached()
        for each in self.known.wishes:
            if (each.tenant_id, each.waitlist_entry_id) == (request.tenant_id, request.waitlist_entry_id):
                assert request.actor.operator
                each.state = care_pb2.WAITLIST_STATE_WITHDRAWN
                return booking_pb2.LeaveWaitlistResponse(entry=each)
        raise WishUnknownError("no such wish")

    async def ListMessages(self, request: Any, context: Context) -> message_pb2.ListMessagesResponse:
        self.reached()
        found = [
            each
            for each in self.known.messages
            if _fits(each, request) and request.appointment_id in {"", each.appointment_id}
        ]
        page, token = _page(found, request)
        return message_pb2.ListMessagesResponse(messages=page, next_page_token=token)

    async def RetryMessage(self, request: Any, context: Context) -> message_pb2.RetryMessageResponse:
        self.reached()
        for each in self.known.messages:
            if (each.tenant_id, each.message_id) == (request.tenant_id, request.message_id):
                each.state = message_pb2.MESSAGE_STATE_PENDING
                return message_pb2.RetryMessageResponse(message=each)
        raise MessageUnknownError("no such message")


def _fits(each: Any, request: Any) -> bool:
    of_number = getattr(request, "phone_number", "")
    return (
        each.tenant_id == request.tenant_id
        and request.state in {0, each.state}
        and (not of_number or each.phone_number == of_number)
    )


def _page(found: Sequence[Any], request: Any) -> tuple[Sequence[Any], str]:
    start = int(request.page_token or 0)
    end = start + (request.page_size or 100)
    return found[start:end], str(end) if len(found) > end else ""
