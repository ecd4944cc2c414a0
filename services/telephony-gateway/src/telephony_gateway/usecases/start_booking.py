"""``start_booking``: an option that was offered becomes an appointment."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.arguments import Arguments
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.domain.speech import spoken_start
from telephony_gateway.usecases.ports import Booked, Bookings, OutcomeUnknownError, Refused

_REFUSALS = {
    Refused.TAKEN: (Status.TAKEN, Sentence.TAKEN),
    Refused.OPTION_UNKNOWN: (Status.NEED_OPTION, Sentence.OPTION_GONE),
    Refused.NOT_BOOKABLE: (Status.TAKEN, Sentence.OPTION_GONE),
    Refused.NAME_INVALID: (Status.NEED_NAME, Sentence.NEED_NAME),
}


async def start_booking(
    branch: DialledBranch, caller: Caller, arguments: Arguments, *, bookings: Bookings
) -> Answer:
    """Book by option id alone: date and time that the model composes anew are not looked at (BK-12). Raises PeerError."""
    if not arguments.option_id:
        return Answer(Status.NEED_OPTION, Sentence.NEED_OPTION.say(branch.language))
    if not arguments.customer_name:
        return Answer(Status.NEED_NAME, Sentence.NEED_NAME.say(branch.language))
    try:
        result = await bookings.book(
            branch, caller, option_id=arguments.option_id, name=arguments.customer_name
        )
    except OutcomeUnknownError:
        # It may have been committed or not. Asking again with the same option tells; until then nothing is claimed.
        return Answer(Status.PENDING, Sentence.PENDING.say(branch.language))
    if isinstance(result, Booked):
        return _confirmed(branch, result)
    status, sentence = _REFUSALS[result]
    return Answer(status, sentence.say(branch.language))


def _confirmed(branch: DialledBranch, booked: Booked) -> Answer:
    start = booked.start.astimezone(branch.zone)
    person = branch.person_name(booked.person_id)
    spoken = spoken_start(start, branch.language)
    # TG-23: the service is named as it was booked, not as it was asked for.
    message = Sentence.BOOKED.say(branch.language, service=booked.service_name, when=spoken, person=person)
    details = {
        "appointment_id": booked.appointment_id,
        "start": start.isoformat(),
        "staff": person,
        "service": booked.service_name,
        "spoken": spoken,
    }
    return Answer(Status.BOOKED, message, details=details)
