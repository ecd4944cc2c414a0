"""Which of the offered options the caller takes: by id, by place ("den ersten"), or by its own time. Never a new time."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from matching import Candidates, Match
from telephony_gateway.domain.session import Offer
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.fitting import is_within, readings
from telephony_gateway.usecases.little_words import is_consent
from telephony_gateway.usecases.matched import matched_person
from telephony_gateway.usecases.places import place_of

_OPTION_ID = re.compile(r"o-\w{4,60}")
_WITH = re.compile(r"\b(bei|mit|zu|with)\b", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W_]+")
_ALIKE = 0.8
"""How much of an id has to be there: a letter may be another one, or two be missing; ids of two options differ in nearly all."""
_THE_ONE = re.compile(r"\b(?:the|that)\s+one\b", re.IGNORECASE)
"""No hour, where nothing else says one."""
_LATER = re.compile(r"(den|der|die|das|the)\s+(spätere[rsnm]?|later)(\s+one)?", re.IGNORECASE)
_EARLIER = re.compile(r"(den|der|die|das|the)\s+(frühere[rsnm]?|earlier)(\s+one)?", re.IGNORECASE)


def chosen_option(talk: Conversation) -> str:
    """The id of the option that is meant; "" where that has to be asked."""
    said = talk.arguments.option_id
    offers = talk.session.offers
    if talk.session.offer(said):
        return said
    copied = _miscopied(said, offers)
    if copied or _OPTION_ID.fullmatch(said):
        return copied or said
    if (not said or is_consent(said)) and not (talk.arguments.date or talk.arguments.time):
        # The one time that was read out; whoever says yes to it names no other.
        return offers[0].option_id if len(offers) == 1 else ""
    placed = _placed(talk, said)
    if placed:
        return placed.option_id if _may_be(placed, talk) and not _is_anothers(placed, said, talk) else ""
    words = said, talk.arguments.date, talk.arguments.time
    fitting = [offer for offer in offers if _is_meant(offer, *words, talk)]
    if len(fitting) != 1:
        fitting = _of_whom(said, fitting or _if_no_time(offers, *words, talk), talk)
    return fitting[0].option_id if len(fitting) == 1 and not _is_anothers(fitting[0], said, talk) else ""


def _is_anothers(offer: Offer, said: str, talk: Conversation) -> bool:
    """ "Um drei bei Ben", where three o'clock is with Anna; "am Freitag" is no Mr Freitag."""
    if not _WITH.search(said):
        return False
    person = _person(said, talk)
    return isinstance(person, Match) and person.key not in offer.with_whom


def _person(said: str, talk: Conversation) -> Match | Candidates:
    return matched_person(_THE_ONE.sub("", said), talk.branch)


def _of_whom(said: str, some: Sequence[Offer], talk: Conversation) -> list[Offer]:
    """ "Den bei Ben", where only one of them is with him, or with him alone; "den bei Anna und Ben" is with both."""
    person = _person(said, talk)
    named = {person.key} if isinstance(person, Match) else set(person.keys)
    if not isinstance(person, Match) and len(named) < 2:
        # In doubt whether it is she: "nicht den bei Ben".
        return []
    exactly = [offer for offer in some if set(offer.with_whom) == named]
    if exactly or not isinstance(person, Match):
        return exactly
    return [offer for offer in some if person.key in offer.with_whom]


def _if_no_time(
    offers: Sequence[Offer], said: str, day: str, clock: str, talk: Conversation
) -> Sequence[Offer]:
    """All of them, unless the words say a time, which is none of theirs."""
    return () if day or clock or readings(talk, "", _THE_ONE.sub("", said)) else offers


def _miscopied(said: str, offers: Sequence[Offer]) -> str:
    """The id that a model has passed on with a slip: in capitals, with words around it, without its end, with a letter more."""
    letters = _letters(said)
    ids = {_letters(offer.option_id): offer.option_id for offer in offers}
    close = [each for each in ids if each in letters] or get_close_matches(letters, ids, n=2, cutoff=_ALIKE)
    return ids[close[0]] if len(close) == 1 else ""


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text.casefold())


def _placed(talk: Conversation, said: str) -> Offer | None:
    """The one at a place; "den ersten" that the model took for a day is one too: after options were read out it is no date."""
    offers, arguments = talk.session.offers, talk.arguments
    words = said or (arguments.date if not (arguments.time or arguments.date.isdecimal()) else "")
    if len(offers) == len({offer.start for offer in offers}) == 2:
        for which, at in ((_EARLIER, min), (_LATER, max)):
            if which.fullmatch(words):
                return at(offers, key=lambda offer: offer.start)
    place = place_of(words, [offer.start.astimezone(talk.branch.zone) for offer in offers], talk)
    return offers[place - 1] if place else None


def _may_be(offer: Offer, talk: Conversation) -> bool:
    """Whether the other words speak of it too, as far as they speak of a time at all."""
    arguments = talk.arguments
    if not arguments.option_id:
        return True
    said = readings(talk, arguments.date, arguments.time)
    start = offer.start.astimezone(talk.branch.zone)
    return not said or any(is_within(start, candidate) for candidate in said)


def _is_meant(offer: Offer, said: str, day: str, clock: str, talk: Conversation) -> bool:
    """BK-12: the words must say what was offered; they compose nothing."""
    start = offer.start.astimezone(talk.branch.zone)
    # A number on its own is an hour where a time is expected.
    words = (" ".join(text for text in (said, day) if text), clock) if day or clock else ("", said)
    return any(is_within(start, candidate) for candidate in readings(talk, *words))
