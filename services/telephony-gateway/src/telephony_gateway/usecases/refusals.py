"""How a refused change is said: the rule is named, and nothing stored is read out (SE-02)."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Changed, Denial, Denied
from telephony_gateway.usecases.saying import spoken_length, spoken_money

# By how the names of booking's rules begin; lengths are minutes, the rest are counts.
_RULES = {
    "cancel_cutoff": Sentence.CANCEL_CUTOFF,
    "move_cutoff": Sentence.MOVE_CUTOFF,
    "moves": Sentence.MOVES_MAX,
    "cancellations": Sentence.CANCELLATIONS_MAX,
}


def denied(talk: Conversation, refusal: Denied) -> Answer:
    """The appointment stays as it is, and why."""
    match refusal.why:
        case Denial.UNKNOWN:
            return talk.answer(Status.NOT_FOUND, Sentence.NO_APPOINTMENTS)
        case Denial.NOT_YOURS:
            return _denied(talk, Sentence.NOT_YOURS, rule="not_the_customer")
        case Denial.STATE:
            return _denied(talk, Sentence.NO_LONGER_CHANGED, rule="state")
    sentence = next(
        (said for name, said in _RULES.items() if refusal.rule.startswith(name)), Sentence.RULE_FORBIDS
    )
    if not refusal.limit.isdigit():
        return _denied(talk, Sentence.RULE_FORBIDS, rule=refusal.rule)
    is_length = "cutoff" in refusal.rule
    count = int(refusal.limit)
    limit = spoken_length(count, talk.language) if is_length else ""
    message = sentence.say(talk.language, limit=limit, count=count)
    return Answer(Status.DENIED, message, details={"rule": refusal.rule, "limit": refusal.limit})


def with_fee(talk: Conversation, message: str, changed: Changed) -> str:
    """The sentence, and what the change costs."""
    if not changed.fee_minor:
        return message
    return f"{message} {spoken_fee(talk, changed.fee_minor, changed.fee_currency)}"


def spoken_fee(talk: Conversation, minor: int, currency: str) -> str:
    """ "Dafür fallen 15 Euro an."."""
    # "Ein Euro fällt an", all else "fallen an".
    count = 1 if minor in {1, 100} else 2
    return Sentence.FEE.say(talk.language, fee=spoken_money(minor, currency, talk.language), count=count)


def _denied(talk: Conversation, sentence: Sentence, *, rule: str) -> Answer:
    return Answer(Status.DENIED, sentence.say(talk.language), details={"rule": rule})
