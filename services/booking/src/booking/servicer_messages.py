"""The RPCs about messages."""

from typing import Any

import grpc

from booking.domain.identifiers import uuid_of
from booking.domain.listing import page_size_of
from booking.message_wire import message_filters_of, message_to_wire
from booking.requests import operator_of
from booking.usecases.messages.ports import Messages
from booking.usecases.messages.read import list_messages, retry_message
from chassis.clock import Clock
from rufbuch.booking.v1 import message_pb2

Context = grpc.aio.ServicerContext[Any, Any]


class MessageRpcs:
    """A part of BookingService."""

    _messages: Messages
    _clock: Clock

    async def ListMessages(
        self, request: message_pb2.ListMessagesRequest, context: Context
    ) -> message_pb2.ListMessagesResponse:
        """See the contract."""
        page = await list_messages(
            self._messages,
            message_filters_of(request),
            token=request.page_token,
            size=page_size_of(request.page_size),
        )
        return message_pb2.ListMessagesResponse(
            messages=map(message_to_wire, page.messages), next_page_token=page.next_token
        )

    async def RetryMessage(
        self, request: message_pb2.RetryMessageRequest, context: Context
    ) -> message_pb2.RetryMessageResponse:
        """See the contract."""
        again = await retry_message(
            self._messages,
            uuid_of("tenant_id", request.tenant_id),
            uuid_of("message_id", request.message_id),
            operator=operator_of("operator", request.operator),
            clock=self._clock,
        )
        return message_pb2.RetryMessageResponse(message=message_to_wire(again))
