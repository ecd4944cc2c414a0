"""See messages, and have one tried again."""

from dataclasses import dataclass
from uuid import UUID

from booking.domain.listing import PageEnd
from booking.domain.messages.listing import MessageFilters
from booking.domain.messages.message import Message
from booking.errors import IllegalMoveError, MessageUnknownError
from booking.usecases.messages.ports import Messages
from chassis.clock import Clock


@dataclass(frozen=True)
class MessagePage:
    """Messages, the newest first; ``next_token`` is "" on the last page."""

    messages: list[Message]
    next_token: str


async def list_messages(messages: Messages, filters: MessageFilters, *, token: str, size: int) -> MessagePage:
    """A page, from the token of the one before it ("": the first). Raises PageTokenInvalidError."""
    after = PageEnd.from_token(token, filters) if token else None
    found = await messages.list(filters, after=after, limit=size + 1)
    page = found[:size]
    if len(found) == len(page):
        return MessagePage(page, "")
    return MessagePage(page, PageEnd(page[-1].create_time, page[-1].message_id).token(filters))


async def retry_message(
    messages: Messages, tenant_id: UUID, message_id: UUID, *, operator: str, clock: Clock
) -> Message:
    """Have it tried again. Raises MessageUnknownError, and IllegalMoveError unless it has failed or is unknown."""
    found = await messages.get(tenant_id, message_id)
    if found is None:
        raise MessageUnknownError("this business has no such message")
    again = found.retry(clock.now(), operator)
    if not await messages.change(found, again):
        raise IllegalMoveError("it has changed meanwhile", state=found.state.value)
    return again
