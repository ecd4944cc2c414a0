"""What was written to customers."""

import asyncio
from collections.abc import Sequence

from console.clients.peers import Peers
from rufbuch.booking.v1 import message_pb2

TROUBLED = (message_pb2.MESSAGE_STATE_FAILED, message_pb2.MESSAGE_STATE_UNKNOWN)
SHOWN = 25


class Messages:
    """BookingService, one business at a time."""

    def __init__(self, peers: Peers) -> None:
        self._stub = peers.booking

    async def listed(
        self,
        tenant_id: str,
        *,
        state: "message_pb2.MessageState.ValueType" = message_pb2.MESSAGE_STATE_UNSPECIFIED,
        appointment_id: str = "",
        page_token: str = "",
        size: int = SHOWN,
    ) -> message_pb2.ListMessagesResponse:
        """A page, the newest first; an unspecified state: all."""
        return await self._stub.ListMessages(
            message_pb2.ListMessagesRequest(
                tenant_id=tenant_id, state=state, appointment_id=appointment_id, page_size=size,
                page_token=page_token,
            )
        )  # fmt: skip

    async def troubled(self, tenant_id: str, *, size: int = SHOWN) -> Sequence[message_pb2.Message]:
        """Those that a person has to look at, the newest first: not sent, or perhaps sent and not tried again."""
        pages = await asyncio.gather(*(self.listed(tenant_id, state=each, size=size) for each in TROUBLED))
        found = [
            message
            for page in pages
            for message in page.messages
            if message.state == message_pb2.MESSAGE_STATE_FAILED or not message.HasField("due_time")
        ]
        return sorted(found, key=lambda each: -each.create_time.ToNanoseconds())[:size]

    async def retry(self, tenant_id: str, message_id: str, *, operator: str) -> None:
        """Try it again; what may have been sent may be sent twice by that."""
        await self._stub.RetryMessage(
            message_pb2.RetryMessageRequest(tenant_id=tenant_id, message_id=message_id, operator=operator)
        )
