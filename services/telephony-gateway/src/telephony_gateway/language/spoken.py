"""Values into sentences: how a day, a time and a wish's outcome are said, one table a language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from telephony_gateway.language.days import Doubt
from telephony_gateway.language.understanding import Candidate, Outcome, Slot, Understanding

# More options than this nobody keeps in mind on the phone.
MOST_IN_A_BREATH = 3
# From this hour on nobody takes the morning's hour for the evening's.
UNMISTAKABLE_FROM = 8


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """How one language says days and times; `{}` patterns are filled by name."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day: str
    day_in_sentence: str
    full_hour: str
    hour_minute: str
    in_the_morning: str
    moment: str
    until: str
    start: str
    end: str
    window: str
    either: str
    outcomes: dict[Outcome, str]
    missing: dict[Slot, str]
    which: str
    doubts: dict[Doubt, str]


GERMAN = Phrasebook(
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    day="{weekday}, {day}. {month}",
    day_in_sentence="{weekday}, der {day}. {month}",
    full_hour="{hour} Uhr",
    hour_minute="{hour} Uhr {minute}",
    in_the_morning="{time} morgens",
    moment="{day}, {time}",
    until="{first} bis {last}",
    start="ab {first}",
    end="bis {last}",
    window="zwischen {first} und {last}",
    either="oder",
    outcomes={
        Outcome.PAST: "Dieser Zeitpunkt ist schon vorbei.",
        Outcome.TOO_SOON: "Das ist leider zu kurzfristig.",
        Outcome.TOO_FAR: "So weit im Voraus kann ich noch nichts eintragen.",
        Outcome.IMPOSSIBLE: "Diesen Tag oder diese Uhrzeit gibt es nicht.",
        Outcome.NOTHING: "Wann möchten Sie kommen?",
    },
    missing={
        Slot.DATE: "An welchem Tag möchten Sie kommen?",
        Slot.TIME: "Um wie viel Uhr möchten Sie kommen?",
    },
    which="Meinen Sie {options}?",
    doubts={
        Doubt.WEEKDAY_AND_DATE_DISAGREE: "Wochentag und Datum passen nicht zusammen.",
        Doubt.JUST_PASSED: "In diesem Jahr ist der Tag schon vorbei.",
        Doubt.WORDS_LEFT_OVER: "Ich habe nicht alles verstanden.",
    },
)

ENGLISH = Phrasebook(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    day="{weekday}, {day} {month}",
    day_in_sentence="{weekday}, {day} {month}",
    full_hour="{hour}:00",
    hour_minute="{hour}:{minute:02}",
    in_the_morning="{time} in the morning",
    moment="{day}, {time}",
    until="{first} to {last}",
    start="from {first}",
    end="until {last}",
    window="between {first} and {last}",
    either="or",
    outcomes={
        Outcome.PAST: "That time has already passed.",
        Outcome.TOO_SOON: "That is too soon, I am afraid.",
        Outcome.TOO_FAR: "That is too far ahead for me to book.",
        Outcome.IMPOSSIBLE: "There is no such day or time.",
        Outcome.NOTHING: "When would you like to come?",
    },
    missing={Slot.DATE: "Which day would you like to come?", Slot.TIME: "What time would you like to come?"},
    which="Do you mean {options}?",
    doubts={
        Doubt.WEEKDAY_AND_DATE_DISAGREE: "The weekday and the date do not match.",
        Doubt.JUST_PASSED: "This year that day has already passed.",
        Doubt.WORDS_LEFT_OVER: "I did not catch all of that.",
    },
)

PHRASEBOOKS = {"de": GERMAN, "en": ENGLISH}


def phrasebook(language: str) -> Phrasebook:
    """The phrasebook of a language code; German where there is none."""
    return PHRASEBOOKS.get(language[:2].lower(), GERMAN)


def spoken_day(day: date, *, language: str = "de", in_sentence: bool = False) -> str:
    """ "Mittwoch, 26. November", or "Mittwoch, der 26. November" inside a sentence; never with a year."""
    book = phrasebook(language)
    pattern = book.day_in_sentence if in_sentence else book.day
    return pattern.format(weekday=book.weekdays[day.weekday()], day=day.day, month=book.months[day.month - 1])


def spoken_time(clock: time, *, language: str = "de") -> str:
    """ "15 Uhr", "15 Uhr 30", "7 Uhr morgens" (a bare seven could be either); seconds are not said."""
    book = phrasebook(language)
    pattern = book.hour_minute if clock.minute else book.full_hour
    said = pattern.format(hour=clock.hour, minute=clock.minute)
    return book.in_the_morning.format(time=said) if 1 <= clock.hour < UNMISTAKABLE_FROM else said


def spoken_moment(at: datetime, *, language: str = "de", in_sentence: bool = False) -> str:
    """ "Mittwoch, 26. November, 15 Uhr 30": wall-clock time of the instant's own zone."""
    day = spoken_day(at.date(), language=language, in_sentence=in_sentence)
    return phrasebook(language).moment.format(day=day, time=spoken_time(at.time(), language=language))


def spoken_list(options: Sequence[str], *, language: str = "de") -> str:
    """Options in one breath: the first three, the last joined with "oder"."""
    said = list(options[:MOST_IN_A_BREATH])
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} {phrasebook(language).either} {said[-1]}"


def spoken_candidate(candidate: Candidate, *, language: str = "de") -> str:
    """A reading as it is asked back: its day or days, and its time or window."""
    parts = (_days(candidate, language), _times(candidate, language))
    return ", ".join(part for part in parts if part)


def _days(candidate: Candidate, language: str) -> str:
    first = spoken_day(candidate.date, language=language) if candidate.date else ""
    last = spoken_day(candidate.date_end, language=language) if candidate.date_end else ""
    book = phrasebook(language)
    if first and last:
        return book.until.format(first=first, last=last)
    return book.end.format(last=last) if last else first


def _times(candidate: Candidate, language: str) -> str:
    book = phrasebook(language)
    if candidate.time is not None:
        return spoken_time(candidate.time, language=language)
    first = spoken_time(candidate.time_from, language=language) if candidate.time_from else ""
    last = spoken_time(candidate.time_to, language=language) if candidate.time_to else ""
    if first and last:
        return book.window.format(first=first, last=last)
    if first:
        return book.start.format(first=first)
    return book.end.format(last=last) if last else ""


def question(found: Understanding, *, language: str = "de") -> str:
    """What to say to the caller when the wish cannot be acted upon as it is: at most two sentences.

    Empty for a resolved wish that lacks nothing.
    """
    book = phrasebook(language)
    if found.outcome in book.outcomes:
        return book.outcomes[found.outcome]
    if found.outcome is Outcome.AMBIGUOUS:
        return _which(found, book, language)
    for slot in (Slot.DATE, Slot.TIME):
        if slot in found.missing:
            return book.missing[slot]
    return ""


def _which(found: Understanding, book: Phrasebook, language: str) -> str:
    reason = next((book.doubts[doubt] for doubt in sorted(found.doubts) if doubt in book.doubts), "")
    options = [spoken_candidate(candidate, language=language) for candidate in found.candidates]
    return f"{reason} {book.which.format(options=spoken_list(options, language=language))}".strip()
