"""Reads requests about callbacks and the waiting list."""

import uuid
from datetime import datetime

from booking.domain.callback import DUE_WITHIN, Callback, CallbackState
from booking.domain.identifiers import key_of, uuid_of, words_of
from booking.domain.listing import CallbackFilters, WaitlistFilters
from booking.domain.names import customer_name_of
from booking.domain.phone_numbers import number_of
from booking.domain.waiting import WaitingEntry, WaitingWish
from booking.errors import RequestInvalidError
from booking.requests import operator_of, optional_id
from booking.usecases.callbacks import Handling
from booking.wire import callback_state_of, instant_of, priority_filter_of, priority_of, waitlist_state_of
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


def callback_filters_of(request: service_pb2.ListCallbacksRequest, *, now: datetime) -> CallbackFilters:
    """Which callbacks."""
    return CallbackFilters(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        state=callback_state_of(int(request.state)),
        overdue_at=now if request.overdue else None,
        assigned_to=optional_key("assigned_to", request.assigned_to),
        priority=priority_filter_of(int(request.priority)),
        call_id=optional_key("call_id", request.call_id),
        phone_number=number_of("phone_number", request.phone_number),
    )


def handling_of(request: service_pb2.ResolveCallbackRequest | service_pb2.AssignCallbackRequest) -> Handling:
    """Which callback, and who deals with it; nobody does it by phone."""
    return Handling(
        uuid_of("tenant_id", request.tenant_id),
        uuid_of("callback_id", request.callback_id),
        operator_of("operator", request.operator),
    )


def entry_of(request: service_pb2.JoinWaitlistRequest, *, now: datetime) -> WaitingEntry:
    """Who waits for what."""
    number = number_of("phone_number", request.phone_number)
    if number is None:
        raise RequestInvalidError("phone_number", "without a number nobody can be called")
    for field in ("window_start_time", "window_end_time"):
        if not request.HasField(field):
            raise RequestInvalidError(field, "when would a start be welcome?")
    wish = WaitingWish(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        branch_id=uuid_of("branch_id", request.branch_id),
        service_id=uuid_of("service_id", request.service_id),
        person_id=optional_id("person_id", request.person_id),
        phone_number=number,
        window_start=instant_of("window_start_time", request.window_start_time),
        window_end=instant_of("window_end_time", request.window_end_time),
    )
    call_id = key_of("call_id", request.call_id)
    return WaitingEntry(uuid.uuid4(), wish, customer_name_of(request.customer_name), call_id, now)


def waitlist_filters_of(request: service_pb2.ListWaitlistRequest) -> WaitlistFilters:
    """Which waiting wishes."""
    return WaitlistFilters(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        state=waitlist_state_of(int(request.state)),
        phone_number=number_of("phone_number", request.phone_number),
        branch_id=optional_id("branch_id", request.branch_id),
        service_id=optional_id("service_id", request.service_id),
    )


def optional_key(field: str, value: str) -> str | None:
    """An id that somebody else made up; None where nothing was sent. Raises RequestInvalidError."""
    return key_of(field, value) if value else None
