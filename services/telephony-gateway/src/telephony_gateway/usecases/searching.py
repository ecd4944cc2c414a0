"""How the outcome of a search is said; what is not held is not promised."""

from collections.abc import Sequence
from datetime import datetime

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.offers import offered, spoken_choice, spoken_choices
from telephony_gateway.usecases.ports import Found, SearchOutcome, SlotWish
from telephony_gateway.usecases.saying import spoken_length, spoken_services, spoken_start

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
# The same sentences, and the statuses of a search: an agent branches on what it has asked for.
MORE_MOVING: Sayings = {
    outcome: (Status.ALTERNATIVES if status is Status.OFFERED else status, offering, without)
    for outcome, (status, offering, without) in MOVING.items()
}
_WITHOUT_A_WISH = {
    Sentence.ALTERNATIVES: Sentence.CHOICES,
    Sentence.OFFERED_OTHER_MOVE: Sentence.OFFERED_MOVE,
}


def say_found(
    talk: Conversation, wish: SlotWish, found: Found, sayings: Sayings, *, name_people: bool, beside: str = ""
) -> Answer:
    """The answer to a search; its options are noted as offered. ``beside``: what has to be known of them, too."""
    services = _services_to_name(wish, talk)
    options = offered(found, wish, talk)
    status, with_options, without = sayings[found.outcome]
    if not (options and with_options):
        notice = spoken_length(max(1, found.min_notice_minutes), talk.language)
        return Answer(status, without.say(talk.language, count=found.horizon_days, notice=notice), options)
    sentence = _precise(with_options, len(options), wish.start)
    message = sentence.say(
        talk.language,
        wish=spoken_start(wish.start, talk.branch, in_sentence=True) if wish.start else "",
        when=_for_all(services, spoken_choice(options[0], talk.branch, name_people=name_people), talk),
        choices=_for_all(services, spoken_choices(options, talk.branch, name_people=name_people), talk),
    )
    closing = _closing(sentence, found)
    end = closing.say(talk.language, count=len(options)) if closing else ""
    return Answer(status, " ".join(filter(None, (message, beside, end))), options)


def _services_to_name(wish: SlotWish, talk: Conversation) -> Sequence[str]:
    """Of a visit of several services all: they were put together from words. Another one than was looked for last as well, since
    both might be thought to be meant. What is moved was agreed before."""
    earlier, services = talk.session.wish, (wish.service_id, *wish.more_service_ids)
    was_another = earlier is not None and (earlier.service_id, *earlier.more_service_ids) != services
    is_to_be_named = wish.more_service_ids or was_another
    return services if is_to_be_named and not wish.moved_appointment_id else ()


def _for_all(service_ids: Sequence[str], choices: str, talk: Conversation) -> str:
    if not service_ids:
        return choices
    services = spoken_services(service_ids, talk.branch)
    return Sentence.VISIT.say(talk.language, choices=choices, services=services)


def _closing(sentence: Sentence, found: Found) -> Sentence | None:
    """What is not held, or only free as far as known, is said to be so, instead of asking at leisure: two sentences are
    enough."""
    if not found.calendars_checked:
        return Sentence.NOT_CHECKED
    if not found.holds_work:
        return Sentence.NOT_HELD
    return None if sentence is Sentence.AVAILABLE else Sentence.SUITS


def _precise(sentence: Sentence, options: int, wish: datetime | None) -> Sentence:
    """Several free starts are choices; without an exact wish there is none to call taken."""
    if sentence is Sentence.AVAILABLE and options > 1:
        return Sentence.CHOICES
    return _WITHOUT_A_WISH.get(sentence, sentence) if wish is None else sentence
