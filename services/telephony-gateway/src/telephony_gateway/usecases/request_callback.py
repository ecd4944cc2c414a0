"""``request_callback``: somebody shall call back. Needs neither a number nor a customer (BK-20)."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.numbers import reachable, spoken
from telephony_gateway.usecases.ports import CallbackWish, Care
from telephony_gateway.usecases.saying import spoken_start


async def request_callback(talk: Conversation, *, care: Care) -> Answer:
    """Say what was stored, and no more than that. Raises PeerError."""
    where = reachable(talk)
    wish = CallbackWish(
        phone_number=where.number,
        name=talk.session.name,
        topic=talk.arguments.topic,
        # A booking whose end nobody knows is something that was promised and is in danger.
        urgent=bool(talk.session.asked_option),
    )
    due = await care.note_callback(talk.branch, talk.caller, wish)
    sentence = Sentence.CALLBACK_NOTED if where.number else Sentence.CALLBACK_WITHOUT_NUMBER
    message = sentence.say(talk.language, due=spoken_start(due, talk.branch))
    if where.doubtful:
        # Noted all the same: whoever hangs up now has still asked to be called.
        message = f"{message} {Sentence.NUMBER_HEARD.say(talk.language, number=spoken(where.number, talk))}"
    details = {"due": due.astimezone(talk.branch.zone).isoformat()}
    return Answer(Status.CALLBACK_NOTED, message, details=details)
