"""One function call as the use cases see it: who was dialled, who calls, what was said now and before."""

from dataclasses import dataclass
from datetime import datetime

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.arguments import Arguments
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.sentences import Sentence, Voice
from telephony_gateway.domain.session import Session
from telephony_gateway.usecases.heard_names import note_name

_SPOKEN = {
    "de": "de-DE",
    "deutsch": "de-DE",
    "german": "de-DE",
    "en": "en-GB",
    "englisch": "en-GB",
    "english": "en-GB",
}


@dataclass(frozen=True)
class Conversation:
    """What a use case works with; it writes what is to be remembered into ``session``."""

    branch: DialledBranch
    caller: Caller
    arguments: Arguments
    session: Session
    now: datetime

    @classmethod
    def going_on(
        cls, branch: DialledBranch, caller: Caller, arguments: Arguments, session: Session, now: datetime
    ) -> "Conversation":
        """In the language that the caller was found to speak, or else in the business's."""
        session.language = said_language(arguments.language) or session.language
        note_name(session, arguments.customer_name, branch)
        return cls(branch.speaking_at(now, tag=session.language), caller, arguments, session, now)

    @property
    def language(self) -> Voice:
        """The language of the call."""
        return self.branch.language

    def answer(self, status: Status, sentence: Sentence, **values: str | int) -> Answer:
        """An answer of one text."""
        return Answer(status, sentence.say(self.language, **values))


def said_language(said: str) -> str:
    """BCP 47; "" where nothing is said, or a language that nobody here speaks."""
    return _SPOKEN.get(said.casefold(), _SPOKEN.get(said.casefold()[:2], ""))
