"""Values into words: how days, times and readings are said; the patterns are in the files of sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from telephony_gateway.domain.sentence_texts import SCRIPTS
from telephony_gateway.language.understanding import Candidate

# From this hour on nobody takes the morning's hour for the evening's.
UNMISTAKABLE_FROM = 8


def _calendar(language: str) -> Mapping[str, Any]:
    """Of a language code; German where there is none."""
    return SCRIPTS.get(language[:2].lower(), SCRIPTS["de"]).calendar


def spoken_day(
    day: date, *, language: str = "de", in_sentence: bool = False, today: date | None = None
) -> str:
    """ "Mittwoch, 26. November", or "Mittwoch, der 26. November" inside a sentence; with the year if not today's."""
    words = _calendar(language)
    pattern = words["day_in_sentence"] if in_sentence else words["day"]
    said: str = pattern.format(
        weekday=words["weekdays"][day.weekday()], day=day.day, month=words["months"][day.month - 1]
    )
    is_of_this_year = today is None or today.year == day.year
    return said if is_of_this_year else words["with_year"].format(day=said, year=day.year)


def spoken_time(clock: time, *, language: str = "de") -> str:
    """ "15 Uhr", "15 Uhr 30", "7 Uhr morgens" (a bare seven could be either); seconds are not said."""
    words = _calendar(language)
    pattern = words["hour_minute"] if clock.minute else words["full_hour"]
    said: str = pattern.format(hour=clock.hour, minute=clock.minute)
    if 1 <= clock.hour < UNMISTAKABLE_FROM:
        return str(words["in_the_morning"].format(time=said))
    return said


def spoken_moment(
    at: datetime, *, language: str = "de", in_sentence: bool = False, today: date | None = None
) -> str:
    """ "Mittwoch, 26. November, 15 Uhr 30": wall-clock time of the instant's own zone."""
    day = spoken_day(at.date(), language=language, in_sentence=in_sentence, today=today)
    return str(_calendar(language)["moment"].format(day=day, time=spoken_time(at.time(), language=language)))


def spoken_candidate(candidate: Candidate, *, language: str = "de", today: date | None = None) -> str:
    """A reading as it is asked back: its day or days, and its time or window."""
    parts = (_days(candidate, language, today), _times(candidate, language))
    return ", ".join(part for part in parts if part)


def _days(candidate: Candidate, language: str, today: date | None) -> str:
    first, last = (
        spoken_day(day, language=language, today=today) if day else ""
        for day in (candidate.date, candidate.date_end)
    )
    words = _calendar(language)
    if first and last:
        return str(words["until"].format(first=first, last=last))
    return words["end"].format(last=last) if last else first


def _times(candidate: Candidate, language: str) -> str:
    words = _calendar(language)
    if candidate.time is not None:
        return spoken_time(candidate.time, language=language)
    first, last = (
        spoken_time(clock, language=language) if clock else ""
        for clock in (candidate.time_from, candidate.time_to)
    )
    if first and last:
        return str(words["window"].format(first=first, last=last))
    if first:
        return str(words["start"].format(first=first))
    return words["end"].format(last=last) if last else ""
