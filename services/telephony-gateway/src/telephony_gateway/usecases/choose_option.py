"""Which of the offered options the caller takes: by id, by place ("den ersten"), or by its own time. Never a new time."""

import re
from datetime import datetime

from telephony_gateway.domain.sentences import tongue
from telephony_gateway.domain.session import Offer
from telephony_gateway.language import Candidate, understand
from telephony_gateway.usecases.conversation import Conversation

_OPTION_ID = re.compile(r"o-\w{4,60}")
_NUMBER = re.compile(r"(?:option|nummer|nr\.?|number|#|die|den|das)?\s*(\d)\.?", re.IGNORECASE)
_LAST = re.compile(r"\b(letzte[rsnm]?|last)\b", re.IGNORECASE)


def chosen_option(talk: Conversation) -> str:
    """The id of the option that is meant; "" where that has to be asked."""
    said = talk.arguments.option_id
    if _OPTION_ID.fullmatch(said) or talk.session.offer(said):
        return said
    offers = talk.session.offers
    place = place_of(said, len(offers), talk) if said else _place_as_date(talk)
    if place:
        return offers[place - 1].option_id
    words = " ".join(text for text in (said, talk.arguments.date, talk.arguments.time) if text)
    if not words:
        # The one time that was read out; whoever says yes to it names no other.
        return offers[0].option_id if len(offers) == 1 else ""
    fitting = [offer for offer in offers if _is_meant(offer, words, talk)]
    return fitting[0].option_id if len(fitting) == 1 else ""


def _place_as_date(talk: Conversation) -> int:
    """ "Den ersten" that the model took for a day: after options were read out it is one of them, and no date."""
    arguments, count = talk.arguments, len(talk.session.offers)
    return _ordinal(arguments.date, count, talk) if count and not arguments.time else 0


def place_of(said: str, count: int, talk: Conversation) -> int:
    """From 1: "den zweiten", "2", "den letzten", among so many; 0 where it is none of them."""
    if count and _LAST.search(said):
        return count
    number = _NUMBER.fullmatch(said.strip())
    place = int(number[1]) if number else _ordinal(said, count, talk)
    return place if 1 <= place <= count else 0


def _ordinal(said: str, count: int, talk: Conversation) -> int:
    reference = talk.now.astimezone(talk.branch.zone)
    found = understand(said, reference=reference, language=tongue(talk.language), options_read=count)
    return found.selection or 0


def _is_meant(offer: Offer, words: str, talk: Conversation) -> bool:
    """BK-12: the words must say exactly what was offered; they compose nothing."""
    start, reference = offer.start.astimezone(talk.branch.zone), talk.now.astimezone(talk.branch.zone)
    said = understand(words, reference=reference, language=tongue(talk.language))
    return any(_fits(candidate, start) for candidate in said.candidates)


def _fits(said: Candidate, start: datetime) -> bool:
    if said.time is None and said.date is None:
        return False
    return said.date in {None, start.date()} and said.time in {None, start.time()}
