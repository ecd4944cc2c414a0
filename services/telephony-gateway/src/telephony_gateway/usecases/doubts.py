"""What a caller is told and asked before it is done: that a change costs something, or takes more along than was named.

She is asked once: a yes, or the same again, does it, unless that comes before anybody could have answered, as models and networks
repeat things.
"""

from dataclasses import replace
from datetime import timedelta

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.domain.session import Doubted
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.little_words import is_consent, says_no, says_yes
from telephony_gateway.usecases.ports import Appointment, FeeDue
from telephony_gateway.usecases.saying import described, spoken_appointment, spoken_money

CANCEL, CANCEL_WHOLE, MOVE, MOVE_OFFERED = "cancel", "cancel_whole", "move", "move_offered"
HEARD_AFTER = timedelta(seconds=3)
"""Nobody has heard the question and said yes to it sooner."""


def agreed_fee(talk: Conversation, change: str, appointment_id: str) -> int:
    """What the caller knows that a change costs, and has agreed to; 0: nothing."""
    doubted = talk.session.doubted
    if doubted is None:
        return 0
    # Who was told with the offer has agreed by taking it.
    was_told = (doubted.change, doubted.appointment_id, change) == (MOVE_OFFERED, appointment_id, MOVE)
    return doubted.fee_minor if was_told or was_agreed(talk, change, appointment_id) else 0


def was_agreed(talk: Conversation, change: str, appointment_id: str) -> bool:
    """Whether she was asked about it, and still wants it."""
    doubted = talk.session.doubted
    if doubted is None or (doubted.change, doubted.appointment_id) != (change, appointment_id):
        return False
    if says_no(talk.arguments.confirmed):
        return False
    # The same yes once more, right after the question, may be a twin of the one before it.
    says_so = _says_yes(talk) and not doubted.is_early_yes
    return says_so or talk.now - doubted.asked_at >= HEARD_AFTER


def knows_all_of_it(talk: Conversation, appointment_id: str) -> bool:
    """Whether all that an appointment is for was named when she was asked about it."""
    doubted = talk.session.doubted
    was_named = doubted is not None and (doubted.change, doubted.appointment_id) == (CANCEL, appointment_id)
    return was_named or was_agreed(talk, CANCEL_WHOLE, appointment_id)


def agreed_option(talk: Conversation) -> str:
    """Where to an appointment is moved if the words are a yes to its fee; "": they are none."""
    doubted, said = talk.session.doubted, talk.arguments
    is_a_yes = is_consent(said.option_id) or not said.option_id
    if doubted is None or doubted.change != MOVE or not is_a_yes or says_no(said.confirmed):
        return ""
    return doubted.option_id if talk.session.offer(doubted.option_id) else ""


def ask_to_cancel(talk: Conversation, one: Appointment, due: FeeDue) -> Answer:
    """Whether it shall be called off, for a fee."""
    fee = spoken_money(due.minor, due.currency, talk.language)
    item = spoken_appointment(one, talk.branch)
    _note(talk, Doubted(CANCEL, one.appointment_id, talk.now, due.minor))
    message = Sentence.CANCEL_COSTS.say(talk.language, item=item, fee=fee)
    return _choose(talk, one, message, due)


def ask_to_cancel_all(talk: Conversation, one: Appointment) -> Answer:
    """Whether all of a visit shall be called off, of which a part was named."""
    _note(talk, Doubted(CANCEL_WHOLE, one.appointment_id, talk.now))
    item = spoken_appointment(one, talk.branch)
    return _choose(talk, one, Sentence.CANCEL_WHOLE.say(talk.language, item=item))


def ask_to_move(talk: Conversation, appointment_id: str, option_id: str, due: FeeDue) -> Answer:
    """Whether it shall be moved there, for a fee."""
    fee = spoken_money(due.minor, due.currency, talk.language)
    _note(talk, Doubted(MOVE, appointment_id, talk.now, due.minor, option_id))
    answer = talk.answer(Status.OFFERED, Sentence.MOVE_COSTS, fee=fee)
    return replace(answer, details={"option_id": option_id, **_fee(due)})


def _note(talk: Conversation, doubted: Doubted) -> None:
    talk.session.doubted = replace(doubted, is_early_yes=_says_yes(talk))


def _says_yes(talk: Conversation) -> bool:
    said = talk.arguments
    return says_yes(said.confirmed) or is_consent(said.appointment_id) or is_consent(said.option_id)


def with_terms(talk: Conversation, appointment_id: str, due: FeeDue | None, answer: Answer) -> Answer:
    """What is offered for a move, once its fee is said along."""
    if due is None or not answer.options:
        return answer
    talk.session.doubted = Doubted(MOVE_OFFERED, appointment_id, talk.now, due.minor)
    return replace(answer, details=answer.details | _fee(due))


def _choose(talk: Conversation, one: Appointment, message: str, due: FeeDue | None = None) -> Answer:
    # "Ja" is then said of this one.
    talk.session.choices = (one.appointment_id,)
    details = {"appointments": [described(one, talk.branch)], **(_fee(due) if due else {})}
    return Answer(Status.CHOOSE, message, details=details)


def _fee(due: FeeDue) -> dict[str, object]:
    return {"fee_minor": due.minor, "fee_currency": due.currency}
