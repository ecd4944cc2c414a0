"""What is said after a booking: under which name it stands, and what a business wants to be said, e.g. what to bring."""

from collections.abc import Iterable
from dataclasses import replace

from telephony_gateway.domain.answers import Answer
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Appointment


def under_its_name(talk: Conversation, answer: Answer, booked: Appointment, name: str) -> Answer:
    """The wish was answered before, under another name: whoever said this one hears which one stands."""
    stands = booked.booked_for
    if not stands or stands.casefold() == " ".join(name.split()).casefold():
        return answer
    said = Sentence.BOOKED_UNDER.say(talk.language, name=stands)
    details = answer.details | {"customer_name": stands}
    return replace(answer, message=f"{answer.message} {said}", details=details)


def with_notes(talk: Conversation, answer: Answer, service_ids: Iterable[str]) -> Answer:
    """The answer, then the notes of what was booked, each once; none behind a question, or in another language."""
    booked = set(service_ids)
    notes = dict.fromkeys(
        service.note
        for service in talk.branch.services
        if service.service_id in booked and service.note and service.note_language == talk.language.code
    )
    if not notes or answer.options:
        return answer
    return replace(answer, message=" ".join([answer.message, *notes]))
