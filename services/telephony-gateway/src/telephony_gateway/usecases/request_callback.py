"""``request_callback``: somebody shall call back. Needs neither a number nor a customer (BK-20)."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.numbers import reachable_number
from telephony_gateway.usecases.ports import CallbackWish, Care
from telephony_gateway.usecases.saying import spoken_start


async def request_callback(talk: Conversation, *, care: Care) -> Answer:
    """Say what was stored, and no more than that. Raises PeerError."""
    number = reachable_number(talk)
    wish = CallbackWish(
        phone_number=number,
        name=talk.session.name,
        topic=talk.arguments.topic,
        # A booking whose end nobody knows is something that was promised and is in danger.
        urgent=bool(talk.session.asked_option),
    )
    due = await care.note_callback(talk.branch, talk.caller, wish)
    sentence = Sentence.CALLBACK_NOTED if number else Sentence.CALLBACK_WITHOUT_NUMBER
    return Answer(
        Status.CALLBACK_NOTED,
        sentence.say(talk.language, due=spoken_start(due, talk.branch)),
        details={"due": due.astimezone(talk.branch.zone).isoformat()},
    )
