"""Messages as the contract writes them, and the requests about them."""

from booking.domain.identifiers import uuid_of
from booking.domain.messages.listing import MessageFilters
from booking.domain.messages.message import Channel, Kind, Message, MessageState
from booking.errors import RequestInvalidError
from booking.instants import timestamp
from booking.requests import optional_id
from rufbuch.booking.v1 import message_pb2

_KINDS = {
    Kind.CONFIRMATION: message_pb2.MESSAGE_KIND_CONFIRMATION,
    Kind.CHANGE: message_pb2.MESSAGE_KIND_CHANGE,
    Kind.CANCELLATION: message_pb2.MESSAGE_KIND_CANCELLATION,
    Kind.REMINDER: message_pb2.MESSAGE_KIND_REMINDER,
}
_CHANNELS = {
    None: message_pb2.MESSAGE_CHANNEL_UNSPECIFIED,
    Channel.EMAIL: message_pb2.MESSAGE_CHANNEL_EMAIL,
    Channel.SMS: message_pb2.MESSAGE_CHANNEL_SMS,
}
_STATES = {
    MessageState.PENDING: message_pb2.MESSAGE_STATE_PENDING,
    MessageState.SENDING: message_pb2.MESSAGE_STATE_SENDING,
    MessageState.SENT: message_pb2.MESSAGE_STATE_SENT,
    MessageState.FAILED: message_pb2.MESSAGE_STATE_FAILED,
    MessageState.UNKNOWN: message_pb2.MESSAGE_STATE_UNKNOWN,
    MessageState.SUPPRESSED: message_pb2.MESSAGE_STATE_SUPPRESSED,
}


def channel_to_wire(channel: Channel | None) -> message_pb2.MessageChannel.ValueType:
    """The channel; None: unspecified."""
    return _CHANNELS[channel]


def message_to_wire(message: Message) -> message_pb2.Message:
    """The message."""
    return message_pb2.Message(
        message_id=str(message.message_id),
        tenant_id=str(message.tenant_id),
        branch_id=str(message.branch_id),
        appointment_id=str(message.appointment_id),
        customer_id=str(message.customer_id),
        kind=_KINDS[message.kind],
        channel=_CHANNELS[message.channel],
        address=message.address,
        state=_STATES[message.state],
        due_time=timestamp(message.due_time) if message.due_time else None,
        attempts=message.attempts,
        create_time=timestamp(message.create_time),
        update_time=timestamp(message.update_time),
        detail=message.detail,
        subject=message.words.subject,
        text=message.words.text,
        receipt=message.receipt,
    )


def message_filters_of(request: message_pb2.ListMessagesRequest) -> MessageFilters:
    """Which messages. Raises RequestInvalidError."""
    return MessageFilters(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        state=_state_of(int(request.state)),
        appointment_id=optional_id("appointment_id", request.appointment_id),
    )


def _state_of(value: int) -> MessageState | None:
    if value == message_pb2.MESSAGE_STATE_UNSPECIFIED:
        return None
    found = next((state for state, number in _STATES.items() if int(number) == value), None)
    if found is None:
        raise RequestInvalidError("state", "no such value")
    return found
