"""``cancel_appointment``: one of the caller's own appointments is called off."""

from collections.abc import Sequence

from matching import Match
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.doubts import (
    CANCEL,
    agreed_fee,
    ask_to_cancel,
    ask_to_cancel_all,
    knows_all_of_it,
)
from telephony_gateway.usecases.matched import matched_service
from telephony_gateway.usecases.own_appointments import live, meant, own, stranger_id, which
from telephony_gateway.usecases.ports import (
    Appointment,
    Appointments,
    AppointmentState,
    Changed,
    Denial,
    Denied,
    FeeDue,
)
from telephony_gateway.usecases.promises import with_promise
from telephony_gateway.usecases.refusals import denied, with_fee
from telephony_gateway.usecases.saying import described, spoken_appointment


async def cancel_appointment(talk: Conversation, *, appointments: Appointments) -> Answer:
    """Find the one that is meant, or ask; booking judges whether it may go. Raises PeerError."""
    found = await own(talk, appointments)
    stranger = stranger_id(talk, found)
    if stranger:
        return await _not_seen(talk, stranger, found, appointments)
    target = _called_off_just_now(talk, found) or meant(talk, found, person=talk.arguments.staff)
    if isinstance(target, Answer):
        return target
    if _names_a_part(talk, target) and not knows_all_of_it(talk, target.appointment_id):
        return ask_to_cancel_all(talk, target)
    return await _cancel(talk, target, appointments)


def _names_a_part(talk: Conversation, target: Appointment) -> bool:
    """ "Das Färben absagen", where it stands with others in one appointment: nothing of it goes alone."""
    found, services = matched_service(talk.arguments.service, talk.branch), target.service_ids
    stands = target.state is AppointmentState.BOOKED
    return stands and len(services) > 1 and isinstance(found, Match) and found.key in services


def _called_off_just_now(talk: Conversation, found: Sequence[Appointment]) -> Appointment | None:
    """Whoever names none after one was called off asks for that again: the answer may have been lost, and the only one that
    is left is another one (TG-31)."""
    arguments, done = talk.arguments, talk.session.called_off
    by_name = arguments.appointment_id or arguments.option_id or arguments.date or arguments.time
    if by_name or arguments.service or arguments.staff or not done:
        return None
    return next((one for one in found if one.appointment_id == done[-1]), None)


async def _not_seen(
    talk: Conversation, appointment_id: str, found: Sequence[Appointment], appointments: Appointments
) -> Answer:
    """Whose it is, booking knows."""
    agreed = agreed_fee(talk, CANCEL, appointment_id)
    result = await appointments.cancel(
        talk.branch, talk.caller, appointment_id, reason=talk.arguments.topic, fee_agreed=agreed
    )
    if isinstance(result, Changed):
        return _cancelled(talk, result, Sentence.CANCELLED)
    standing = live(found)
    if isinstance(result, FeeDue):
        # Booked after it was looked up what there is.
        return which(talk, standing) if standing else denied(talk, Denied(Denial.STATE))
    # An id that the model made up says nothing about what the caller has.
    return which(talk, standing) if result.why is Denial.UNKNOWN and standing else denied(talk, result)


async def _cancel(talk: Conversation, target: Appointment, appointments: Appointments) -> Answer:
    """What is called off already is asked for again: booking knows what that has cost."""
    result = await appointments.cancel(
        talk.branch,
        talk.caller,
        target.appointment_id,
        reason=talk.arguments.topic,
        fee_agreed=agreed_fee(talk, CANCEL, target.appointment_id),
    )
    if isinstance(result, FeeDue):
        return ask_to_cancel(talk, target, result)
    if isinstance(result, Denied):
        return denied(talk, result)
    was_so = target.state is AppointmentState.CANCELLED
    return _cancelled(talk, result, Sentence.ALREADY_CANCELLED if was_so else Sentence.CANCELLED)


def _cancelled(talk: Conversation, result: Changed, sentence: Sentence) -> Answer:
    appointment = result.appointment
    # What was read out stays numbered as it was: "den ersten" said again is the one that is called off already.
    others = (one for one in talk.session.called_off if one != appointment.appointment_id)
    talk.session.called_off = (*others, appointment.appointment_id)
    message = with_fee(
        talk, sentence.say(talk.language, item=spoken_appointment(appointment, talk.branch)), result
    )
    if sentence is Sentence.CANCELLED:
        message = with_promise(talk, message, appointment)
    return Answer(Status.CANCELLED, message, details=described(appointment, talk.branch))
