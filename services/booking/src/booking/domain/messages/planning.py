"""Which messages follow from what has happened."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from booking.domain.appointment import Appointment, State
from booking.domain.event import Happening, Moved, Stated
from booking.domain.messages.contact import Contact, Way, way_to
from booking.domain.messages.message import Kind, Message, MessageState, message_id_of
from booking.domain.messages.night import reminder_time
from booking.domain.messages.setup import Setup

STALE = timedelta(days=1)
"""What happened longer ago is not told any more, e.g. after the log was read again from its beginning."""
APART = timedelta(hours=1)
"""A reminder that would follow the confirmation sooner is none."""
_BY_STATE = {State.BOOKED: Kind.CONFIRMATION, State.CANCELLED: Kind.CANCELLATION}


def subject_of(happening: Happening) -> tuple[Appointment, Kind] | None:
    """The appointment that somebody has to be told of; None: nobody has to be told anything."""
    if isinstance(happening, Moved):
        return happening.appointment, Kind.CHANGE
    if isinstance(happening, Stated) and happening.appointment.state in _BY_STATE:
        return happening.appointment, _BY_STATE[happening.appointment.state]
    return None


def messages_about(
    appointment: Appointment, kind: Kind, contact: Contact, setup: Setup, *, happened: datetime, now: datetime
) -> list[Message]:
    """What is to be sent, or would be if the customer could be reached; nothing where the business writes nothing."""
    if not setup.channels:
        return []
    now = now.replace(microsecond=0)
    way = way_to(contact, setup.channels)
    told = _message(appointment, kind, way, due_time=now, now=now)
    if way and now - happened > STALE:
        told = told.suppress(now, "it happened too long ago")
    return [told, *_reminder(appointment, kind, way, setup, now)]


def _reminder(
    appointment: Appointment, kind: Kind, way: Way | None, setup: Setup, now: datetime
) -> Iterator[Message]:
    lead = setup.lead(appointment.branch_id)
    if lead is None or way is None or kind is Kind.CANCELLATION:
        return
    zone = setup.place(appointment.branch_id).zone
    due = reminder_time(appointment.span.start_time, lead, setup.night, zone)
    if due >= now + APART:
        yield _message(appointment, Kind.REMINDER, way, due_time=due, now=now)


def _message(
    appointment: Appointment, kind: Kind, way: Way | None, *, due_time: datetime, now: datetime
) -> Message:
    message = Message(
        message_id=message_id_of(appointment.appointment_id, kind, appointment.version),
        tenant_id=appointment.tenant_id,
        branch_id=appointment.branch_id,
        appointment_id=appointment.appointment_id,
        customer_id=appointment.customer.customer_id,
        kind=kind,
        version=appointment.version,
        channel=way.channel if way else None,
        address=way.address if way else "",
        state=MessageState.PENDING,
        due_time=due_time,
        create_time=now,
        update_time=now,
    )
    return message if way else message.suppress(now, "nothing that the business uses reaches the customer")
