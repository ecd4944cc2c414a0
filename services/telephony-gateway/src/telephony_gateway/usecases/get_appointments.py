"""``get_appointments``: the caller's own coming appointments, three in a breath, all of them as data."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import IN_A_BREATH, Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.own_appointments import (
    and_more,
    live,
    narrowed,
    none_found,
    note_choices,
    own,
)
from telephony_gateway.usecases.ports import Appointment, Appointments
from telephony_gateway.usecases.saying import described, spoken_appointments


async def get_appointments(talk: Conversation, *, appointments: Appointments) -> Answer:
    """Of the caller's number, and of this call. Raises PeerError."""
    standing = live(await own(talk, appointments))
    if not standing:
        return none_found(talk)
    fitting = narrowed(talk, standing)
    if not fitting:
        return talk.answer(Status.NOT_FOUND, Sentence.NONE_ON_THAT_DAY)
    note_choices(talk, fitting)
    details = {"appointments": [described(one, talk.branch) for one in fitting]}
    return Answer(Status.OK, _message(talk, fitting), details=details)


def _message(talk: Conversation, some: list[Appointment]) -> str:
    items = spoken_appointments(some[:IN_A_BREATH], talk.branch, last=Sentence.AND)
    return and_more(talk, Sentence.APPOINTMENTS.say(talk.language, items=items, count=len(some)), some)
