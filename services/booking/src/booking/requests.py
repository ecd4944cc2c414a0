"""Reads requests: everything is checked before anything is asked."""

from dataclasses import replace
from itertools import zip_longest
from uuid import UUID

from booking.domain.actor import Actor
from booking.domain.appointment import Overbooking
from booking.domain.change import MoveOrder, Order
from booking.domain.identifiers import key_of, some_words_of, uuid_of, words_of
from booking.domain.listing import Filters
from booking.domain.messages.contact import email_of
from booking.domain.names import customer_name_of
from booking.domain.overbooking import OverbookingOrder, Slot
from booking.domain.phone_numbers import number_of
from booking.domain.wish import Offer, Wish
from booking.errors import RequestInvalidError
from booking.option_wire import voucher_of
from booking.wire import instant_of, state_of
from rufbuch.booking.v1 import service_pb2


def wish_of(request: service_pb2.BookAppointmentRequest) -> Wish:
    """Who wants which options."""
    if len(request.more_names) > len(request.more_option_ids):
        raise RequestInvalidError("more_names", "more names than options")
    wish = Wish.of(
        tenant_id=request.tenant_id,
        branch_id=request.branch_id,
        option_id=request.option_id,
        call_id=request.call_id,
        caller_number=request.caller_number,
        customer_name=request.customer_name,
        request_id=request.request_id,
        party=list(zip_longest(request.more_option_ids, request.more_names, fillvalue="")),
    )
    return replace(
        wish,
        customer_email=email_of("customer_email", request.customer_email),
        email_confirmed=request.customer_email_confirmed,
        voucher=voucher_of(request) if request.voucher else None,
    )


def overbooking_of(request: service_pb2.OverbookAppointmentRequest) -> OverbookingOrder:
    """Who wants what nevertheless, and why."""
    if not request.HasField("start_time"):
        raise RequestInvalidError("start_time", "which start?")
    start = instant_of("start_time", request.start_time)
    if start.second or start.microsecond:
        raise RequestInvalidError("start_time", "appointments begin on whole minutes")
    return OverbookingOrder(
        slot=Slot(
            tenant_id=uuid_of("tenant_id", request.tenant_id),
            branch_id=uuid_of("branch_id", request.branch_id),
            service_id=uuid_of("service_id", request.service_id),
            person_id=uuid_of("person_id", request.person_id),
            start_time=start,
        ),
        customer_name=customer_name_of(request.customer_name),
        phone_number=number_of("phone_number", request.phone_number),
        overbooking=Overbooking(
            operator_of("operator", request.operator), some_words_of("reason", request.reason)
        ),
        request_id=key_of("request_id", request.request_id),
    )


def actor_of(actor: service_pb2.Actor) -> Actor:
    """Who acts."""
    return Actor.of(call_id=actor.call_id, caller_number=actor.caller_number, operator=actor.operator)


def cancellation_of(request: service_pb2.CancelAppointmentRequest) -> Order:
    """Who wants what called off."""
    return Order(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        appointment_id=uuid_of("appointment_id", request.appointment_id),
        actor=actor_of(request.actor),
        etag=_etag(request.etag),
        reason=words_of("reason", request.reason),
        fee_agreed=_fee_agreed(request),
    )


def ending_of(request: service_pb2.CompleteAppointmentRequest | service_pb2.MarkNoShowRequest) -> Order:
    """Who notes how an appointment ended; nobody does it by phone."""
    operator_of("actor.operator", request.actor.operator)
    return Order(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        appointment_id=uuid_of("appointment_id", request.appointment_id),
        actor=actor_of(request.actor),
        etag=_etag(request.etag),
    )


def move_of(request: service_pb2.RescheduleAppointmentRequest) -> MoveOrder:
    """Who wants which appointment moved to which option."""
    tenant_id = uuid_of("tenant_id", request.tenant_id)
    order = Order(
        tenant_id=tenant_id,
        appointment_id=uuid_of("appointment_id", request.appointment_id),
        actor=actor_of(request.actor),
        etag=_etag(request.etag),
        fee_agreed=_fee_agreed(request),
    )
    offer = Offer(
        tenant_id,
        uuid_of("branch_id", request.branch_id),
        key_of("option_id", request.option_id),
        key_of("actor.call_id", request.actor.call_id),
        order.actor.caller_number,
    )
    return MoveOrder(order, offer, key_of("request_id", request.request_id))


def terms_of(request: service_pb2.GetAppointmentRequest) -> Order:
    """Who may want to move what."""
    return Order(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        appointment_id=uuid_of("appointment_id", request.appointment_id),
        actor=actor_of(request.moving_actor),
    )


def _fee_agreed(
    request: service_pb2.CancelAppointmentRequest | service_pb2.RescheduleAppointmentRequest,
) -> int | None:
    return request.fee_agreed_minor if request.HasField("fee_agreed_minor") else None


def filters_of(request: service_pb2.ListAppointmentsRequest) -> Filters:
    """Which appointments."""
    has = request.HasField
    return Filters(
        tenant_id=uuid_of("tenant_id", request.tenant_id),
        start_time_min=instant_of("start_time_min", request.start_time_min)
        if has("start_time_min")
        else None,
        start_time_max=instant_of("start_time_max", request.start_time_max)
        if has("start_time_max")
        else None,
        person_id=optional_id("person_id", request.person_id),
        call_id=key_of("call_id", request.call_id) if request.call_id else None,
        state=state_of(int(request.state)),
        phone_number=number_of("phone_number", request.phone_number),
        customer_id=optional_id("customer_id", request.customer_id),
    )


def optional_id(field: str, value: str) -> UUID | None:
    """The id; None where nothing was sent. Raises RequestInvalidError."""
    return uuid_of(field, value) if value else None


def operator_of(field: str, value: str) -> str:
    """Who acts by hand. Raises RequestInvalidError where nobody does."""
    if not value:
        raise RequestInvalidError(field, "only an operator can do this")
    return key_of(field, value)


def _etag(value: str) -> str | None:
    return value or None
