"""How the outcome of a search is said; what is not held is not promised."""

from datetime import datetime

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.offers import offered, spoken_choices
from telephony_gateway.usecases.ports import Found, SearchOutcome, SlotWish
from telephony_gateway.usecases.saying import spoken_start

Sayings = dict[SearchOutcome, tuple[Status, Sentence | None, Sentence]]
"""Status, sentence with options to offer, and sentence without any."""
CHECKED: Sayings = {
    SearchOutcome.AVAILABLE: (Status.AVAILABLE, Sentence.AVAILABLE, Sentence.UNAVAILABLE),
    SearchOutcome.ALTERNATIVES: (Status.ALTERNATIVES, Sentence.ALTERNATIVES, Sentence.UNAVAILABLE),
    SearchOutcome.UNAVAILABLE: (Status.UNAVAILABLE, None, Sentence.UNAVAILABLE),
    SearchOutcome.CLOSED: (Status.CLOSED, Sentence.CLOSED_CHOICES, Sentence.CLOSED),
    SearchOutcome.TOO_SOON: (Status.TOO_SOON, Sentence.TOO_SOON_CHOICES, Sentence.TOO_SOON),
    SearchOutcome.TOO_FAR: (Status.TOO_FAR, None, Sentence.TOO_FAR),
    SearchOutcome.PAST: (Status.PAST, None, Sentence.PAST),
    SearchOutcome.HOLDING_TOO_MUCH: (Status.UNAVAILABLE, None, Sentence.HOLDING_TOO_MUCH),
}
# What was excluded since the caller has heard it must not be called taken.
MORE: Sayings = {
    **CHECKED,
    SearchOutcome.AVAILABLE: (Status.ALTERNATIVES, Sentence.CHOICES, Sentence.MORE_UNAVAILABLE),
    SearchOutcome.ALTERNATIVES: (Status.ALTERNATIVES, Sentence.CHOICES, Sentence.MORE_UNAVAILABLE),
    SearchOutcome.UNAVAILABLE: (Status.UNAVAILABLE, None, Sentence.MORE_UNAVAILABLE),
    SearchOutcome.CLOSED: (Status.CLOSED, Sentence.CHOICES, Sentence.CLOSED),
    SearchOutcome.TOO_SOON: (Status.TOO_SOON, Sentence.CHOICES, Sentence.TOO_SOON),
}
MOVING: Sayings = {
    **CHECKED,
    SearchOutcome.AVAILABLE: (Status.OFFERED, Sentence.OFFERED_MOVE, Sentence.UNAVAILABLE),
    SearchOutcome.ALTERNATIVES: (Status.OFFERED, Sentence.OFFERED_OTHER_MOVE, Sentence.UNAVAILABLE),
    SearchOutcome.CLOSED: (Status.OFFERED, Sentence.OFFERED_MOVE, Sentence.CLOSED),
    SearchOutcome.TOO_SOON: (Status.OFFERED, Sentence.OFFERED_MOVE, Sentence.TOO_SOON),
}
_WITHOUT_A_WISH = {
    Sentence.ALTERNATIVES: Sentence.CHOICES,
    Sentence.OFFERED_OTHER_MOVE: Sentence.OFFERED_MOVE,
}


def say_found(
    talk: Conversation, wish: SlotWish, found: Found, sayings: Sayings, *, name_people: bool
) -> Answer:
    """The answer to a search; its options are noted as offered."""
    options = offered(found, wish, talk)
    status, with_options, without = sayings[found.outcome]
    sentence = _precise(with_options, len(options), wish.start) if options and with_options else without
    message = sentence.say(
        talk.language,
        wish=spoken_start(wish.start, talk.branch) if wish.start else "",
        when=(choices := spoken_choices(options, talk.branch, name_people=name_people)),
        choices=choices,
        minutes=str(found.min_notice_minutes),
        days=str(found.horizon_days),
    )
    if options and not found.holds_work:
        message = f"{message} {Sentence.NOT_HELD.say(talk.language)}"
    return Answer(status, message, options)


def _precise(sentence: Sentence, options: int, wish: datetime | None) -> Sentence:
    """Several free starts are choices; without an exact wish there is none to call taken."""
    if sentence is Sentence.AVAILABLE and options > 1:
        return Sentence.CHOICES
    return _WITHOUT_A_WISH.get(sentence, sentence) if wish is None else sentence
