"""``get_alternatives``: other times than those that were offered; "geht auch später?" goes by what was read out."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from telephony_gateway.domain.answers import Answer
from telephony_gateway.domain.session import EarlierWish, Window
from telephony_gateway.language.understanding import Search
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.named import named_person, named_service
from telephony_gateway.usecases.ports import Slots, SlotWish
from telephony_gateway.usecases.read_wish import TimeWish, read_wish, understood
from telephony_gateway.usecases.saying import until_midnight
from telephony_gateway.usecases.searching import MORE, MORE_MOVING, say_found

_DAYS_AROUND = 6
"""How many more days "later" and "earlier" reach beyond the day that was offered."""
_MOVES = {Search.LATER, Search.EARLIER}


def asks_for_more(talk: Conversation) -> bool:
    """Whether the words only make sense beside what was offered: "später", "etwas früher"."""
    arguments = talk.arguments
    said = understood(arguments.date, arguments.time, talk.branch, now=talk.now)
    return bool(talk.session.offers) and said.search in _MOVES and said.time is None


async def get_alternatives(talk: Conversation, *, slots: Slots) -> Answer:
    """Look around what was offered and leave out what was heard; without an offer, look as for the first time.
    Raises PeerError."""
    service = named_service(talk)
    if isinstance(service, Answer):
        return service
    person_id = _person_id(talk, service.service_id, service.name)
    if isinstance(person_id, Answer):
        return person_id
    when = _when(talk)
    if isinstance(when, Answer):
        return when
    wish = SlotWish(service.service_id, person_id, when.start, when.windows)
    earlier = talk.session.wish
    if earlier and earlier.service_id == service.service_id:
        wish = replace(
            wish,
            # A time that was heard for one person is news where it is another one's.
            excluded=talk.session.heard if earlier.person_id == person_id else (),
            moved_appointment_id=earlier.moved_appointment_id,
            more_service_ids=earlier.more_service_ids,
        )
    found = await slots.search(talk.branch, talk.caller, wish)
    sayings = MORE_MOVING if wish.moved_appointment_id else MORE
    return say_found(talk, wish, found, sayings, name_people=not person_id)


def _person_id(talk: Conversation, service_id: str, service_name: str) -> str | Answer:
    person = named_person(talk, service_id, service_name)
    if isinstance(person, Answer):
        return person
    if person:
        return person.person_id
    earlier = talk.session.wish
    # Who asked for somebody goes on asking for her until something else is said.
    return earlier.person_id if earlier and not talk.arguments.staff else ""


def _when(talk: Conversation) -> TimeWish | Answer:
    arguments, earlier = talk.arguments, talk.session.wish
    if earlier and not (arguments.date or arguments.time):
        return _around(earlier)
    said = understood(arguments.date, arguments.time, talk.branch, now=talk.now)
    if talk.session.offers and said.search in _MOVES and said.time is None:
        starts = [offer.start.astimezone(talk.branch.zone) for offer in talk.session.offers]
        if said.date:
            starts = [datetime.combine(said.date, start.timetz()) for start in starts]
        if said.search is Search.LATER:
            return TimeWish(None, _later(max(starts)))
        return TimeWish(None, _earlier(min(starts), talk.now))
    return read_wish(arguments.date, arguments.time, talk.branch, now=talk.now, whole_days=True)


def _around(earlier: EarlierWish) -> TimeWish:
    return TimeWish(earlier.start, earlier.windows)


def _later(last: datetime) -> tuple[Window, ...]:
    """The rest of that day, then the days after it."""
    midnight = until_midnight(last)
    return (
        Window(last + timedelta(minutes=1), midnight),
        Window(midnight, midnight + timedelta(days=_DAYS_AROUND)),
    )


def _earlier(first: datetime, now: datetime) -> tuple[Window, ...]:
    """That day until then, then the days before it, the nearest first."""
    begin = datetime.combine(first.date(), time(0), tzinfo=first.tzinfo)
    days = [Window(begin, first)]
    while begin > now and len(days) <= _DAYS_AROUND:
        end, begin = begin, begin - timedelta(days=1)
        days.append(Window(begin, end))
    return tuple(days)
