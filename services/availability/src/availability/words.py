"""Owns the sentences in which an operator reads what blocks a start, German and English."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from availability.domain.explain import Blocker, BlockerKind
from availability.usecases.explain_slot import Explanation

_GERMAN: Mapping[BlockerKind, str] = {
    BlockerKind.PAST: "Die Zeit ist schon vorbei.",
    BlockerKind.NOTICE: "So kurzfristig wird nicht gebucht.",
    BlockerKind.HORIZON: "So weit im Voraus wird nicht gebucht.",
    BlockerKind.OFF_GRID: "Um diese Minute beginnt kein Termin.",
    BlockerKind.BEYOND_CALENDAR: "So weit reicht der Kalender nicht.",
    BlockerKind.SERVICE_WINDOW: "Diese Leistung beginnt nicht zu dieser Zeit.",
    BlockerKind.DAILY_CAP: "Von dieser Leistung ist der Tag ausgebucht.",
    BlockerKind.CLOSED: "{who} arbeitet an diesem Tag nicht.",
    BlockerKind.HOLIDAY: "An diesem Tag ist Feiertag.",
    BlockerKind.OUTSIDE_HOURS: "{who} arbeitet von {begin} bis {end} Uhr nicht.",
    BlockerKind.BREAK: "{who} hat von {begin} bis {end} Uhr Pause.",
    BlockerKind.ABSENCE: "{who} ist von {begin} bis {end} Uhr abwesend.",
    BlockerKind.APPOINTMENT: "{who} hat von {begin} bis {end} Uhr einen Termin.",
    BlockerKind.EXTERNAL: "{who} ist von {begin} bis {end} Uhr in einem anderen Kalender belegt.",
    BlockerKind.HOLD: "{who} ist von {begin} bis {end} Uhr für einen anderen Anruf vorgemerkt.",
}
_ENGLISH: Mapping[BlockerKind, str] = {
    BlockerKind.PAST: "This time is over.",
    BlockerKind.NOTICE: "It is too short notice.",
    BlockerKind.HORIZON: "It is too far ahead.",
    BlockerKind.OFF_GRID: "No appointment begins at this minute.",
    BlockerKind.BEYOND_CALENDAR: "The calendar does not reach that far.",
    BlockerKind.SERVICE_WINDOW: "This service does not begin at this time.",
    BlockerKind.DAILY_CAP: "The day takes no more of this service.",
    BlockerKind.CLOSED: "{who} does not work on this day.",
    BlockerKind.HOLIDAY: "This day is a public holiday.",
    BlockerKind.OUTSIDE_HOURS: "{who} does not work from {begin} to {end}.",
    BlockerKind.BREAK: "{who} has a break from {begin} to {end}.",
    BlockerKind.ABSENCE: "{who} is away from {begin} to {end}.",
    BlockerKind.APPOINTMENT: "{who} has an appointment from {begin} to {end}.",
    BlockerKind.EXTERNAL: "{who} is busy in another calendar from {begin} to {end}.",
    BlockerKind.HOLD: "{who} is held for another call from {begin} to {end}.",
}
_UNABLE = {"de": "{who} bietet diese Leistung nicht an.", "en": "{who} does not offer this service."}
_DEVICE = {
    "de": "Der Platz oder das Gerät ist von {begin} bis {end} Uhr belegt.",
    "en": "The room or device is taken from {begin} to {end}.",
}


def language_of(asked: str, explanation: Explanation) -> str:
    """ "de" or "en": what is asked for, or else the business's; whatever else that is, English."""
    return "de" if (asked or explanation.business.language or "de").lower().startswith("de") else "en"


def about(blocker: Blocker, explanation: Explanation, language: str) -> str:
    """What blocks one person."""
    sentences = _GERMAN if language == "de" else _ENGLISH
    return sentences[blocker.kind].format(
        who=explanation.business.people[blocker.person_id].name, **_times(blocker, explanation)
    )


def about_unable(person_id: str, explanation: Explanation, language: str) -> str:
    """Somebody cannot do it at all."""
    return _UNABLE[language].format(who=explanation.business.people[person_id].name)


def about_device(blocker: Blocker, explanation: Explanation, language: str) -> str:
    """A room or a device is taken."""
    return _DEVICE[language].format(**_times(blocker, explanation))


def _times(blocker: Blocker, explanation: Explanation) -> dict[str, str]:
    zone: ZoneInfo = explanation.business.branch(explanation.branch_id).zone
    begin, end = (each.astimezone(zone) for each in (blocker.interval.start, blocker.interval.end))
    if begin.date() == end.date():
        return {"begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}"}
    return {"begin": f"{begin:%d.%m. %H:%M}", "end": f"{end:%d.%m. %H:%M}"}
