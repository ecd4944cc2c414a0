"""What is said where a function could not be served: a sentence that claims nothing."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.contract import contract
from telephony_gateway.domain.sentences import Sentence, Voice
from telephony_gateway.http_api import metrics


def failed(reason: str, sentence: Sentence, language: Voice | str, *, detail: str = "") -> Answer:
    """It is known that nothing has happened."""
    metrics.errors.labels(reason).inc()
    details = {"error": reason, "error_detail": detail} if detail else {"error": reason}
    return Answer(Status.ERROR, sentence.say(language), details=details)


def cut_off(name: str, language: Voice, *, last: bool = False) -> Answer:
    """The time is up and nobody knows how far it came: a following call of the function tells. ``last``: it has been
    asked often enough, and the agent shall do something else."""
    metrics.errors.labels("timeout").inc()
    agreed = contract(name)
    changes = agreed is not None and agreed.changes
    if not last:
        return Answer(Status.PENDING, _waiting(name, changes=changes).say(language))
    sentence, reason = (
        (Sentence.STILL_UNCONFIRMED, "unconfirmed") if changes else (Sentence.TROUBLE, "timeout")
    )
    return Answer(Status.ERROR, sentence.say(language), details={"error": reason})


def _waiting(name: str, *, changes: bool) -> Sentence:
    if name == "start_booking":
        return Sentence.PENDING
    return Sentence.UNCONFIRMED if changes else Sentence.SLOW
