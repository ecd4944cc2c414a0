"""Which of the caller's own appointments is meant. A withheld number has those of this call only; nothing is guessed."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from matching import Match, match
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import IN_A_BREATH, Sentence, tongue
from telephony_gateway.language import Candidate, understand
from telephony_gateway.usecases.choose_option import place_of
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Appointment, Appointments, AppointmentState
from telephony_gateway.usecases.saying import described, spoken_appointments

_REMEMBERED = timedelta(hours=12)
"""How far back a change is looked for that this call has already made to an appointment."""


async def own(talk: Conversation, appointments: Appointments) -> tuple[Appointment, ...]:
    """The caller's appointments ahead, and those of today that were changed. Raises PeerError."""
    found = await appointments.of_caller(talk.branch, talk.caller, since=talk.now - _REMEMBERED)
    return tuple(one for one in found if one.start > talk.now or one.state is not AppointmentState.BOOKED)


def live(found: Sequence[Appointment]) -> list[Appointment]:
    """Those that stand."""
    return [one for one in found if one.state is AppointmentState.BOOKED]


def meant(talk: Conversation, found: Sequence[Appointment]) -> Appointment | Answer:
    """The one that the words single out, or the question that has to be asked (BK-17, BK-18)."""
    named = _named(talk, found)
    if named:
        return named
    standing = live(found)
    if standing and talk.arguments.appointment_id:
        # Words that were meant to single one out, and did not: the only one left may be another one.
        return _choose(talk, standing, Sentence.WHICH_APPOINTMENT)
    fitting = [one for one in standing if _fits(one, talk)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting or standing:
        sentence = Sentence.WHICH_APPOINTMENT if fitting else Sentence.NONE_LIKE_THAT
        return _choose(talk, fitting or standing, sentence)
    changed = [one for one in found if _fits(one, talk)]
    return changed[0] if len(changed) == 1 else none_found(talk)


def stranger_id(talk: Conversation, found: Sequence[Appointment]) -> str:
    """The id of an appointment that is none of the caller's; "" where none such was named."""
    said = talk.arguments.appointment_id
    if any(one.appointment_id == said for one in found):
        return ""
    try:
        return str(uuid.UUID(said))
    except ValueError:
        return ""


def none_found(talk: Conversation) -> Answer:
    """There is none to be seen; why that may be so is said."""
    if not talk.caller.caller_number:
        answer = talk.answer(Status.DENIED, Sentence.NUMBER_WITHHELD)
        return Answer(answer.status, answer.message, details={"rule": "number_withheld"})
    return talk.answer(Status.NOT_FOUND, Sentence.NO_APPOINTMENTS)


def narrowed(talk: Conversation, found: Sequence[Appointment]) -> list[Appointment]:
    """Those that the words fit."""
    return [one for one in found if _fits(one, talk)]


def _choose(talk: Conversation, some: list[Appointment], sentence: Sentence) -> Answer:
    talk.session.choices = tuple(one.appointment_id for one in some)
    items = spoken_appointments(some[:IN_A_BREATH], talk.branch, last=Sentence.OR)
    return Answer(
        Status.CHOOSE,
        sentence.say(talk.language, items=items),
        details={"appointments": [described(one, talk.branch) for one in some]},
    )


def _named(talk: Conversation, found: Sequence[Appointment]) -> Appointment | None:
    """By id, or by its place among those that the caller was just asked to choose from."""
    said = talk.arguments.appointment_id
    choices = talk.session.choices
    place = 0
    if choices:
        words = (said, talk.arguments.option_id, talk.arguments.date)
        place = next((at for text in words if (at := place_of(text, len(choices), talk))), 0)
    wanted = choices[place - 1] if place else said
    return next((one for one in found if one.appointment_id == wanted), None)


def _fits(appointment: Appointment, talk: Conversation) -> bool:
    arguments = talk.arguments
    return _is_then(appointment, f"{arguments.date} {arguments.time}".strip(), talk) and _is_that(
        appointment, arguments.service, talk
    )


def _is_then(appointment: Appointment, words: str, talk: Conversation) -> bool:
    if not words:
        return True
    reference = talk.now.astimezone(talk.branch.zone)
    said = understand(words, reference=reference, language=tongue(talk.language))
    start = appointment.start.astimezone(talk.branch.zone)
    return not said.candidates or any(_within(start, candidate) for candidate in said.candidates)


def _within(start: datetime, said: Candidate) -> bool:
    first, last = said.date, said.date_end or said.date
    begin, end = said.time_from or said.time, said.time_to or said.time
    return (
        (first is None or start.date() >= first)
        and (last is None or start.date() <= last)
        and (begin is None or start.time() >= begin)
        and (end is None or start.time() <= end)
    )


def _is_that(appointment: Appointment, service: str, talk: Conversation) -> bool:
    if not service:
        return True
    ours = [(one.service_id, (one.name, *one.synonyms)) for one in talk.branch.services]
    result = match(service, ours)
    return not isinstance(result, Match) or result.key in appointment.service_ids
