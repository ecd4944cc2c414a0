"""``start_booking``: an option that was offered becomes an appointment."""

from matching import Match, match
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.choose_option import chosen_option
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Appointment, Bookings, OutcomeUnknownError, Refused, Sessions
from telephony_gateway.usecases.saying import described, spoken_appointment

_REFUSALS = {
    Refused.TAKEN: (Status.TAKEN, Sentence.TAKEN),
    Refused.OPTION_UNKNOWN: (Status.NEED_OPTION, Sentence.OPTION_GONE),
    Refused.NOT_BOOKABLE: (Status.TAKEN, Sentence.OPTION_GONE),
    Refused.NAME_INVALID: (Status.NEED_NAME, Sentence.NEED_NAME),
}


async def start_booking(talk: Conversation, *, bookings: Bookings, sessions: Sessions) -> Answer:
    """Book an option of this call; date and time that the model composes anew book nothing (BK-12). A booking that was
    cut off is asked for again. Raises PeerError."""
    option_id = chosen_option(talk) or _unfinished(talk)
    if not option_id:
        return talk.answer(Status.NEED_OPTION, Sentence.NEED_OPTION)
    offer = talk.session.offer(option_id)
    if offer and offer.moved_appointment_id:
        # A second appointment beside the one that was to be moved is not what the caller wants.
        return talk.answer(Status.NEED_OPTION, Sentence.WAS_FOR_A_MOVE)
    name = _name(talk)
    if not name:
        return talk.answer(Status.NEED_NAME, Sentence.NEED_NAME)
    return await _book(talk, option_id, name, bookings, sessions)


async def _book(
    talk: Conversation, option_id: str, name: str, bookings: Bookings, sessions: Sessions
) -> Answer:
    talk.session.asked_option = option_id
    await sessions.keep(talk.branch.tenant_id, talk.caller.call_id, talk.session)
    try:
        result = await bookings.book(talk.branch, talk.caller, option_id=option_id, name=name)
    except OutcomeUnknownError:
        # It may have been committed or not. Asking again with the same option tells; until then nothing is claimed.
        return talk.answer(Status.PENDING, Sentence.PENDING)
    talk.session.asked_option = ""
    if isinstance(result, Appointment):
        return _confirmed(talk, result)
    if result is Refused.NAME_INVALID:
        talk.session.name = ""
    status, sentence = _REFUSALS[result]
    return Answer(status, sentence.say(talk.language), details={"option_id": option_id})


def _unfinished(talk: Conversation) -> str:
    """The booking whose end this call was not told, unless the caller now speaks of something else."""
    arguments = talk.arguments
    names_another = arguments.option_id or arguments.date or arguments.time
    return "" if names_another else talk.session.asked_option


def _name(talk: Conversation) -> str:
    """The caller's name, as said now or before; "bei Anna" names whom the caller wants (TG-24)."""
    said = talk.session.name
    wants_somebody = said.casefold().startswith(("bei ", "beim ", "zu ", "with "))
    people = [(person.person_id, (person.name,)) for person in talk.branch.people]
    if wants_somebody and isinstance(match(said, people), Match):
        talk.session.name = ""
    return talk.session.name


def _confirmed(talk: Conversation, booked: Appointment) -> Answer:
    # TG-23: the service is named as it was booked, not as it was asked for.
    message = Sentence.BOOKED.say(talk.language, item=spoken_appointment(booked, talk.branch))
    return Answer(Status.BOOKED, message, details=described(booked, talk.branch))
