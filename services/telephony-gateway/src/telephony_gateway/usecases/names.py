"""Under which name an appointment is made: what was heard in the name's place, or the question that it raises."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.language.contact.customer_names import NameFault
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.heard_names import IN_FULL, SPELLED

_FAULTS = {
    NameFault.STYLIST.value: Sentence.NAME_OF_OURS,
    NameFault.TIME.value: Sentence.NAME_IS_A_TIME,
    NameFault.SERVICE.value: Sentence.NAME_IS_A_SERVICE,
}
_IN_FULL = {NameFault.TIME.value, IN_FULL}


def named_customer(talk: Conversation, question: Sentence) -> str | Answer:
    """The caller's name, as said now or before, or what to ask: ``question`` where nothing was heard.

    Who is called Freitag, or says again what is no name, is asked for the first name as well: with it, it is one.
    """
    session = talk.session
    if session.doubtful_name and session.name_fault == SPELLED:
        return talk.answer(Status.NEED_NAME, Sentence.NAME_HEARD, name=session.doubtful_name)
    if session.doubtful_name and not session.name:
        why = _FAULTS.get(session.name_fault)
        in_full = session.name_fault in _IN_FULL
        asked = (Sentence.NEED_FULL_NAME if in_full else question).say(talk.language)
        return Answer(Status.NEED_NAME, f"{why.say(talk.language)} {asked}" if why else asked)
    return session.name or talk.answer(Status.NEED_NAME, question)
