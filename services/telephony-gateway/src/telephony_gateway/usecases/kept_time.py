"""What is kept of an appointment that is moved: "auf elf Uhr" is on its day, "am Freitag zur gleichen Zeit" at its time, and
"eine Stunde später" counts from it.

Nothing is moved by that: the time is offered with its day, and the caller agrees to it or not.
"""

import re
from datetime import datetime, timedelta

from telephony_gateway.language.understanding import Slot
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.fitting import readings
from telephony_gateway.usecases.lengths import shift_in
from telephony_gateway.usecases.ports import Appointment
from telephony_gateway.usecases.read_wish import understood

_SAME = (
    r"\b(?:(?:am|an|um|zu|zur|bei|der|die|den|dem|at|on|the)\s+)*"
    r"(?:(?:die|der|den|dem)?selbe[nrs]?|gleiche[nrs]?|same)\s+"
)
_SAME_DAY = re.compile(rf"{_SAME}(?:tag|datum|day|date)\b", re.IGNORECASE)
_SAME_TIME = re.compile(rf"{_SAME}(?:uhrzeit|zeit|stunde|time|hour)\b", re.IGNORECASE)

_NEXT_DAY = re.compile(
    r"\b(?:(?:auf|am|an|den|dem|der|to|on|the)\s+)*(?:nächsten|folgenden|darauffolgenden|next|following)\s+(?:tag|day)\b"
    r"|\b(?:am |den )?tag (?:darauf|danach)\b|\bthe day after\b(?!\s+\w)",
    re.IGNORECASE,
)


def new_day_and_time(talk: Conversation, present: Appointment) -> tuple[str, str]:
    """The caller's words about the new time, with the present day or time in the place of what is to stay as it is."""
    day, clock = talk.arguments.new_date, talk.arguments.new_time
    start = present.start.astimezone(talk.branch.zone)
    moved = _shifted(talk, present, day, clock)
    if moved:
        return moved.date().isoformat(), f"{moved:%H:%M}"
    if _SAME_TIME.search(f"{day} {clock}"):
        day, clock = _SAME_TIME.sub("", day).strip(" ,"), _SAME_TIME.sub(f"{start:%H:%M}", clock)
        clock = clock or f"{start:%H:%M}"
    for said_day, meant in ((_SAME_DAY, start), (_NEXT_DAY, start + timedelta(days=1))):
        day, clock = (said_day.sub(meant.date().isoformat(), words) for words in (day, clock))
    said = understood(day, clock, talk.branch, now=talk.now)
    says_only_a_time = not day and bool(said.candidates) and Slot.DATE in said.missing and said.search is None
    return (start.date().isoformat() if says_only_a_time else day), clock


def _shifted(talk: Conversation, present: Appointment, day: str, clock: str) -> datetime | None:
    """By a length, from the time that was offered last for it, or else from where it is; None: no length is said."""
    offered = [one.start for one in talk.session.offers if one.moved_appointment_id == present.appointment_id]
    if len(offered) > 1:
        return None
    start = (offered or [present.start])[0].astimezone(talk.branch.zone)
    day, clock = (_SAME_TIME.sub("", words).strip(" ,") for words in (day, clock))
    says_its_day = day and clock and any(one.date == start.date() for one in readings(talk, day))
    length = shift_in(clock if says_its_day or _SAME_DAY.search(day) else f"{day} {clock}".strip())
    return start + length if length else None
