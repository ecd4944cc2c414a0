"""What operators read about offers, in the language of their business."""

from datetime import datetime
from zoneinfo import ZoneInfo

from booking.domain.business import BusinessFacts
from booking.domain.vacancy import Ending, HeldSlot
from booking.domain.waiting import WaitingEntry

ITSELF = "rufbuch"
"""Who resolves a callback that nobody has to make any more."""
_DAYS = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_FREE = {
    "de": "Warteliste: {service} bei {person} am {start} ist frei geworden und bis {end} reserviert.",
    "en": "Waiting list: {service} with {person} on {start} has come free and is reserved until {end}.",
}
_ENDINGS = {
    Ending.UNANSWERED: ("Die Reservierung ist abgelaufen.", "The reservation has run out."),
    Ending.DECLINED: ("Nicht gewünscht.", "Not wanted."),
    Ending.LOST: ("Die Zeit ist inzwischen vergeben.", "The time has been taken meanwhile."),
    Ending.LEFT: ("Der Wunsch besteht nicht mehr.", "The wish no longer stands."),
}
BOOKED = ("Gebucht.", "Booked.")


def topic_of(entry: WaitingEntry, slot: HeldSlot, expire: datetime, facts: BusinessFacts) -> str:
    """What somebody has to call about."""
    tongue, zone = _tongue(facts.language), facts.branches[entry.wish.branch_id]
    return _FREE[tongue].format(
        service=facts.services.get(entry.wish.service_id, ""),
        person=facts.people.get(slot.person_id, ""),
        start=_written(slot.span.start_time, zone, tongue),
        end=_written(expire, zone, tongue),
    )


def resolution_of(ending: Ending | None, language: str) -> str:
    """Why nobody has to call any more; None: it was booked."""
    german, english = _ENDINGS[ending] if ending else BOOKED
    return german if _tongue(language) == "de" else english


def _written(instant: datetime, zone: ZoneInfo, tongue: str) -> str:
    local = instant.astimezone(zone)
    day = _DAYS[tongue][local.weekday()]
    return f"{day} {local:%d.%m.%Y, %H:%M}" if tongue == "de" else f"{day} {local:%d %b %Y, %H:%M}"


def _tongue(language: str) -> str:
    return "de" if language.lower().startswith("de") else "en"
