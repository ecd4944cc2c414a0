"""``get_alternatives``: other times than those that were offered; "geht auch später?" goes by what was read out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.domain.session import EarlierWish, Window
from telephony_gateway.language.understanding import Search, Understanding
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.lengths import shift_in
from telephony_gateway.usecases.ports import Slots, SlotWish
from telephony_gateway.usecases.read_wish import TimeWish, read_wish, understood
from telephony_gateway.usecases.saying import until_midnight
from telephony_gateway.usecases.searching import MORE, MORE_MOVING, say_found
from telephony_gateway.usecases.visits import Visit, named_person_of, named_visit

_DAYS_AROUND = 6
"""How many more days "later" and "earlier" reach beyond the day that was offered."""
_A_MINUTE, _A_DAY = timedelta(minutes=1), timedelta(days=1)
_COUNTED_DAYS = re.compile(
    r"\b(tage?n?|wochen?|monate?n?|days?|weeks?|fortnight|months?) (später|früher|later|earlier)\b",
    re.IGNORECASE,
)
_MOVES = {Search.LATER, Search.EARLIER}


def asks_for_more(talk: Conversation) -> bool:
    """Whether the words only make sense beside what was offered: "später", "etwas früher"."""
    if not talk.session.offers:
        return False
    arguments = talk.arguments
    said = understood(arguments.date, arguments.time, talk.branch, now=talk.now)
    return _is_a_move(said, f"{arguments.date} {arguments.time}")


async def get_alternatives(talk: Conversation, *, slots: Slots) -> Answer:
    """Look around what was offered and leave out what was heard; without an offer, look as for the first time.
    Raises PeerError."""
    visit = named_visit(talk)
    if isinstance(visit, Answer):
        return visit
    person_id = _person_id(talk, visit)
    if isinstance(person_id, Answer):
        return person_id
    when = _when(talk)
    if isinstance(when, Answer):
        return when
    first, *more = visit.service_ids
    wish = SlotWish(first, person_id, when.start, when.windows, more_service_ids=more)
    earlier = talk.session.wish
    if earlier and visit.is_what_was_wished(earlier):
        wish = replace(
            wish,
            service_id=earlier.service_id,
            # A time that was heard for one person is news where it is another one's.
            excluded=talk.session.heard if earlier.person_id == person_id else (),
            moved_appointment_id=earlier.moved_appointment_id,
            more_service_ids=earlier.more_service_ids,
        )
    found = await slots.search(talk.branch, talk.caller, wish)
    sayings = MORE_MOVING if wish.moved_appointment_id else MORE
    return say_found(talk, wish, found, sayings, name_people=not person_id)


def _person_id(talk: Conversation, visit: Visit) -> str | Answer:
    person = named_person_of(talk, visit)
    if isinstance(person, Answer):
        return person
    if person:
        return person.person_id
    earlier = talk.session.wish
    if earlier is None or talk.arguments.staff:
        return ""
    # Who asked for somebody goes on asking for her until something else is said, be it a service that she does not do.
    able = {one.person_id for one in talk.branch.people if one.service_ids.issuperset(visit.service_ids)}
    return earlier.person_id if earlier.person_id in able else ""


def _when(talk: Conversation) -> TimeWish | Answer:
    arguments, earlier = talk.arguments, talk.session.wish
    if earlier and not (arguments.date or arguments.time):
        return _around(earlier)
    said = understood(arguments.date, arguments.time, talk.branch, now=talk.now)
    exact = _by_a_length(talk)
    if exact:
        return TimeWish(exact)
    if talk.session.offers and _is_a_move(said, f"{arguments.date} {arguments.time}"):
        starts = [offer.start.astimezone(talk.branch.zone) for offer in talk.session.offers]
        if said.date:
            starts = [datetime.combine(said.date, start.timetz()) for start in starts]
        later = said.search is Search.LATER
        return _between(_later(max(starts)) if later else _earlier(min(starts), talk.now), said, talk)
    return read_wish(arguments.date, arguments.time, talk.branch, now=talk.now, whole_days=True)


def _by_a_length(talk: Conversation) -> datetime | None:
    """ "Eine Stunde später" than the one time that was offered; days and weeks may count from another day."""
    offers, length = talk.session.offers, shift_in(f"{talk.arguments.date} {talk.arguments.time}".strip())
    return offers[0].start + length if length and abs(length) < _A_DAY and len(offers) == 1 else None


def _is_a_move(said: Understanding, words: str) -> bool:
    """ "Geht es auch später?"; "eine Woche später" and "nächste Woche, eher früh" count from something else."""
    return (
        said.search in _MOVES
        and said.time is None
        and said.date_end is None
        and not _COUNTED_DAYS.search(words)
    )


def _between(windows: tuple[Window, ...], said: Understanding, talk: Conversation) -> TimeWish | Answer:
    """Of the windows what lies inside the bounds that were said along: "später, aber vor 18 Uhr"."""
    first, last = said.time_from, said.time_to
    if first is None and last is None:
        return TimeWish(None, windows)
    inside = []
    for day in dict.fromkeys(_days(windows)):
        begin = datetime.combine(day, first or time(0), tzinfo=talk.branch.zone)
        end = (
            datetime.combine(day, last, tzinfo=talk.branch.zone) + _A_MINUTE
            if last
            else until_midnight(begin)
        )
        inside += [
            Window(max(begin, window.start), min(end, window.end))
            for window in windows
            if max(begin, window.start) < min(end, window.end)
        ]
    return TimeWish(None, tuple(inside)) if inside else talk.answer(Status.NEED_DATE, Sentence.NEED_DATE)


def _days(windows: tuple[Window, ...]) -> Iterator[date]:
    for window in windows:
        day = window.start.date()
        while datetime.combine(day, time(0), tzinfo=window.start.tzinfo) < window.end:
            yield day
            day += timedelta(days=1)


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
