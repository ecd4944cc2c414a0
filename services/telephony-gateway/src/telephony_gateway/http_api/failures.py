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


def cut_off(name: str, language: Voice) -> Answer:
    """The time is up and nobody knows how far it came."""
    metrics.errors.labels("timeout").inc()
    if name == "start_booking":
        return Answer(Status.PENDING, Sentence.PENDING.say(language))
    agreed = contract(name)
    if agreed and agreed.changes:
        return Answer(Status.ERROR, Sentence.UNCONFIRMED.say(language), details={"error": "unconfirmed"})
    return Answer(Status.ERROR, Sentence.SLOW.say(language), details={"error": "timeout"})
