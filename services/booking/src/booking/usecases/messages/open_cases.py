"""Make a case for a person of each message that was promised and does not reach its customer."""

import uuid
from uuid import UUID

from booking.domain.callback import DUE_WITHIN, Callback, CallbackState, Priority
from booking.domain.messages.message import Kind, Message
from booking.usecases.callbacks import Callbacks, request_callback
from booking.usecases.messages.ports import Cases, Loaded, Setups
from chassis.clock import Clock

AT_ONCE = 50
_TOPICS = {
    "de": {
        Kind.CONFIRMATION: "Bestätigung des Termins ({service}) nicht zugestellt",
        Kind.CHANGE: "Nachricht über den verschobenen Termin ({service}) nicht zugestellt",
        Kind.CANCELLATION: "Nachricht über die Absage ({service}) nicht zugestellt",
    },
    "en": {
        Kind.CONFIRMATION: "Confirmation of the appointment ({service}) was not delivered",
        Kind.CHANGE: "Message about the moved appointment ({service}) was not delivered",
        Kind.CANCELLATION: "Message about the cancellation ({service}) was not delivered",
    },
}


async def open_cases(cases: Cases, callbacks: Callbacks, setups: Setups, *, clock: Clock) -> int:
    """One case a message, also if this is killed in the middle. How many. Raises RegistryUnavailableError."""
    waiting = await cases.without_case(limit=AT_ONCE)
    for tenant_id, message_id in waiting:
        loaded = await cases.load(tenant_id, message_id)
        if loaded:
            callback = await _case(loaded, setups, clock)
            kept = await request_callback(callbacks, callback, request_id_of(loaded.message))
            await cases.note_case(loaded.message, kept.callback_id)
    return len(waiting)


def request_id_of(message: Message) -> str:
    """Of its case: one, however often it is asked for."""
    return f"message {message.message_id}"


async def _case(loaded: Loaded, setups: Setups, clock: Clock) -> Callback:
    message, appointment, now = loaded.message, loaded.appointment, clock.now()
    setup = await setups.of(message.tenant_id)
    topics = _TOPICS.get(setup.language if setup else "", _TOPICS["en"])
    return Callback(
        callback_id=_case_id(message),
        tenant_id=message.tenant_id,
        branch_id=message.branch_id,
        call_id=appointment.call_id,
        phone_number=appointment.customer.phone_number,
        name=appointment.customer.name,
        topic=topics[message.kind].format(service=appointment.service_name),
        priority=Priority.HIGH,
        state=CallbackState.OPEN,
        due_time=now + DUE_WITHIN[Priority.HIGH],
        create_time=now,
        appointment_id=appointment.appointment_id,
    )


def _case_id(message: Message) -> UUID:
    return uuid.uuid5(message.message_id, "case")
