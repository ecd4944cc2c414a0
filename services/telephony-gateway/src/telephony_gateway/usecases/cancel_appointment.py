"""``cancel_appointment``: one of the caller's own appointments is called off."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.own_appointments import meant, own, stranger_id
from telephony_gateway.usecases.ports import Appointment, Appointments, AppointmentState, Denied
from telephony_gateway.usecases.promises import with_promise
from telephony_gateway.usecases.refusals import denied, with_fee
from telephony_gateway.usecases.saying import described, spoken_appointment


async def cancel_appointment(talk: Conversation, *, appointments: Appointments) -> Answer:
    """Find the one that is meant, or ask; booking judges whether it may go. Raises PeerError."""
    found = await own(talk, appointments)
    stranger = stranger_id(talk, found)
    if stranger:
        # Whose it is, booking knows.
        return await _cancel(talk, stranger, appointments)
    target = meant(talk, found)
    if isinstance(target, Answer):
        return target
    if target.state is AppointmentState.CANCELLED:
        item = spoken_appointment(target, talk.branch)
        return _answer(talk, target, Sentence.ALREADY_CANCELLED.say(talk.language, item=item))
    return await _cancel(talk, target.appointment_id, appointments)


async def _cancel(talk: Conversation, appointment_id: str, appointments: Appointments) -> Answer:
    result = await appointments.cancel(talk.branch, talk.caller, appointment_id, reason=talk.arguments.topic)
    if isinstance(result, Denied):
        return denied(talk, result)
    item = spoken_appointment(result.appointment, talk.branch)
    message = with_fee(talk, Sentence.CANCELLED.say(talk.language, item=item), result)
    message = with_promise(talk, message, result.appointment)
    return _answer(talk, result.appointment, message)


def _answer(talk: Conversation, appointment: Appointment, message: str) -> Answer:
    # What was read out stays numbered as it was: "den ersten" said again is the one that is called off already.
    return Answer(Status.CANCELLED, message, details=described(appointment, talk.branch))
