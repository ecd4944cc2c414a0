"""``reschedule_appointment``: first times are offered and held, then the chosen one takes the old one's place at once."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.choose_option import chosen_option
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.instead import LOST_MOVE, instead
from telephony_gateway.usecases.named import is_anybody, named_person
from telephony_gateway.usecases.own_appointments import meant, own, stranger_id
from telephony_gateway.usecases.ports import (
    Appointment,
    Appointments,
    AppointmentState,
    Changed,
    Denial,
    Denied,
    Refused,
    Slots,
    SlotWish,
)
from telephony_gateway.usecases.promises import with_promise
from telephony_gateway.usecases.read_wish import read_wish
from telephony_gateway.usecases.refusals import denied, with_fee
from telephony_gateway.usecases.saying import described, spoken_appointment
from telephony_gateway.usecases.searching import MOVING, say_found


async def reschedule_appointment(talk: Conversation, *, appointments: Appointments, slots: Slots) -> Answer:
    """Two steps, told apart by whether an offered option is chosen (TG-27). Raises PeerError."""
    offer = talk.session.offer(_chosen(talk))
    if offer and offer.moved_appointment_id:
        return await _move(talk, offer.moved_appointment_id, offer.option_id, appointments, slots)
    found = await own(talk, appointments)
    stranger = stranger_id(talk, found)
    if stranger:
        there_is_one = await appointments.exists(talk.branch, stranger)
        return denied(talk, Denied(Denial.NOT_YOURS if there_is_one else Denial.UNKNOWN))
    target = meant(talk, found)
    if isinstance(target, Answer):
        return target
    if target.state is not AppointmentState.BOOKED:
        return denied(talk, Denied(Denial.STATE))
    if talk.arguments.option_id and not (talk.arguments.new_date or talk.arguments.new_time):
        return await _move(talk, target.appointment_id, talk.arguments.option_id, appointments, slots)
    return await _offer(talk, target, slots)


def _chosen(talk: Conversation) -> str:
    """An option that was offered for a move, unless a new time is wished for."""
    wishes_anew = talk.arguments.new_date or talk.arguments.new_time
    return "" if wishes_anew and not talk.arguments.option_id else chosen_option(talk)


async def _offer(talk: Conversation, target: Appointment, slots: Slots) -> Answer:
    arguments = talk.arguments
    if not (arguments.new_date or arguments.new_time):
        return talk.answer(Status.NEED_DATE, Sentence.NEED_NEW_TIME)
    person_id = _person_id(talk, target)
    if isinstance(person_id, Answer):
        return person_id
    time = read_wish(arguments.new_date, arguments.new_time, talk.branch, now=talk.now)
    if isinstance(time, Answer):
        return time
    # Its own time is no obstacle to it, but to move it there is nothing to offer, for a fee at that, unless she says that time.
    same = person_id == target.person_id and time.start != target.start
    wish = SlotWish(
        target.service_ids[0],
        person_id,
        time.start,
        time.windows,
        excluded=(target.start,) if same else (),
        moved_appointment_id=target.appointment_id,
        more_service_ids=target.service_ids[1:],
    )
    found = await slots.search(talk.branch, talk.caller, wish)
    answer = say_found(talk, wish, found, MOVING, name_people=not person_id)
    talk.session.heard += tuple(wish.excluded)
    return answer


def _person_id(talk: Conversation, target: Appointment) -> str | Answer:
    """Whom the caller is booked with, unless the caller says otherwise."""
    if not talk.arguments.staff:
        able = any(
            person.person_id == target.person_id and target.service_ids[0] in person.service_ids
            for person in talk.branch.people
        )
        return target.person_id if able else ""
    if is_anybody(talk.arguments.staff):
        return ""
    person = named_person(talk, target.service_ids[0], target.service_name)
    return person if isinstance(person, Answer) else person.person_id if person else ""


async def _move(
    talk: Conversation, appointment_id: str, option_id: str, appointments: Appointments, slots: Slots
) -> Answer:
    result = await appointments.move(talk.branch, talk.caller, appointment_id, option_id=option_id)
    if isinstance(result, Denied):
        return denied(talk, result)
    if isinstance(result, Refused):
        if result in LOST_MOVE:
            return await instead(talk, talk.session.offer(option_id), LOST_MOVE[result], slots=slots)
        return talk.answer(Status.TAKEN, Sentence.MOVE_GONE)
    return _moved(talk, result)


def _moved(talk: Conversation, result: Changed) -> Answer:
    talk.session.choices = ()
    item = spoken_appointment(result.appointment, talk.branch)
    message = with_fee(talk, Sentence.MOVED.say(talk.language, item=item), result)
    message = with_promise(talk, message, result.appointment)
    return Answer(Status.RESCHEDULED, message, details=described(result.appointment, talk.branch))
