"""Whether an instant is one that words about day and time speak of."""

from datetime import datetime

from telephony_gateway.language import Candidate
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.read_wish import understood


def readings(talk: Conversation, day: str, clock: str = "") -> tuple[Candidate, ...]:
    """What may be meant; none where the words say nothing of a day or a time. A year that was invented is mended (TG-11)."""
    return understood(day, clock, talk.branch, now=talk.now).candidates if day or clock else ()


def is_within(start: datetime, said: Candidate) -> bool:
    """Whether a start, in the branch's zone, lies in a reading; what it leaves open fits."""
    first, last = said.date, said.date_end or said.date
    begin, end = said.time_from or said.time, said.time_to or said.time
    return (
        (first is None or start.date() >= first)
        and (last is None or start.date() <= last)
        and (begin is None or start.time() >= begin)
        and (end is None or start.time() <= end)
    )
