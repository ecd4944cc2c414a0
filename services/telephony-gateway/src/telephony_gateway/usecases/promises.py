"""Whether a caller is promised that something comes in writing, and where to."""

import re

from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.language.contact.addresses import spoken_address
from telephony_gateway.language.contact.heard import Certainty
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Appointment

_PROMISES = {"sms": Sentence.WRITTEN_BY_SMS, "email": Sentence.WRITTEN_BY_EMAIL}
# As long as mail servers take them; a longer one is misheard.
_FITS = re.compile(r".{1,64}@([a-z0-9-]{1,63}\.)+[a-z]{2,63}")


def given_address(said: str) -> str:
    """The address, if it was heard for certain; "" else: what may be wrong is not written to, and nothing is promised."""
    heard = spoken_address(said)
    fits = heard.certainty is Certainty.OK and _FITS.fullmatch(heard.value)
    return heard.value if fits else ""


def with_promise(talk: Conversation, message: str, appointment: Appointment) -> str:
    """The sentence, and that something comes in writing, where booking says that it does."""
    promise = _PROMISES.get(appointment.written_by)
    return f"{message} {promise.say(talk.language)}" if promise else message
