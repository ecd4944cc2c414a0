"""A wish of which only a part is said anew: "und um elf?", "und bei Ben?". The rest is what this call was about last.

The answer names the day and the time, and nothing is booked before the caller agrees.
"""

from datetime import date

from telephony_gateway.domain.answers import Answer
from telephony_gateway.domain.session import EarlierWish
from telephony_gateway.language.understanding import Slot
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.read_wish import TimeWish, read_wish, understood
from telephony_gateway.usecases.visits import Visit


def wished_time(talk: Conversation, visit: Visit) -> TimeWish | Answer:
    """What is said now, or with what is left of the last wish, or what has to be asked. A day alone is always asked about, and
    another service is another wish: it may be one beside the first."""
    arguments, earlier = talk.arguments, talk.session.wish
    if not visit.is_what_was_wished(earlier):
        earlier = None
    if earlier and arguments.staff and not (arguments.date or arguments.time):
        return TimeWish(earlier.start, earlier.windows)
    day = arguments.date
    if earlier and not day and _is_a_time_alone(talk):
        days = _days(talk, earlier)
        day = days.pop().isoformat() if len(days) == 1 else ""
    return read_wish(day, arguments.time, talk.branch, now=talk.now)


def _is_a_time_alone(talk: Conversation) -> bool:
    said = understood("", talk.arguments.time, talk.branch, now=talk.now)
    return bool(said.candidates) and Slot.DATE in said.missing and said.search is None


def _days(talk: Conversation, earlier: EarlierWish) -> set[date]:
    """Those that were asked for and offered last."""
    starts = [earlier.start] if earlier.start else [window.start for window in earlier.windows]
    starts += [offer.start for offer in talk.session.offers]
    return {start.astimezone(talk.branch.zone).date() for start in starts}
