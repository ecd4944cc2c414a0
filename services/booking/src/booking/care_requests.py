"""Reads requests about callbacks and customers."""

import uuid
from datetime import datetime

from booking.domain.callback import DUE_WITHIN, Callback, CallbackState
from booking.domain.identifiers import key_of, uuid_of, words_of
from booking.domain.phone_numbers import number_of
from booking.errors import RequestInvalidError
from booking.requests import optional_id
from booking.wire import instant_of, priority_of
from rufbuch.booking.v1 import service_pb2


def callback_of(request: service_pb2.RequestCallbackRequest, *, now: datetime) -> Callback:
    """Who wants to be called, and by when; where nothing is said, by how urgent it is."""
    priority = priority_of(int(request.priority))
    due_time = now + DUE_WITHIN[priority]
    if request.HasField("due_time"):
        due_time = instant_of("due_time", request.due_time)
    if due_time < now:
        raise RequestInvalidError("due_time", "over already")
    return Callback(
        callback_id=uuid.uuid4(),
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        branch_id=uuid_of("branch_id", request.branch_id),
        call_id=key_of("call_id", request.call_id),
        phone_number=number_of("phone_number", request.phone_number),
        name=words_of("name", request.name),
        topic=words_of("topic", request.topic),
        priority=priority,
        state=CallbackState.OPEN,
        due_time=due_time,
        create_time=now,
        appointment_id=optional_id("appointment_id", request.appointment_id),
    )
