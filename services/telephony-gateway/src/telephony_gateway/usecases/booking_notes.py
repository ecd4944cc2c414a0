"""What a business wants to be said after a booking, e.g. what to bring."""

from collections.abc import Iterable
from dataclasses import replace

from telephony_gateway.domain.answers import Answer
from telephony_gateway.usecases.conversation import Conversation


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
