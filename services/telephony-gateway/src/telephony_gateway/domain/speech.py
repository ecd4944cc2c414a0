"""Dates and times as they are spoken: weekday included, never a year."""

from datetime import date, datetime, time

from telephony_gateway.domain.sentences import is_german

_WEEKDAYS = (
    ("Montag", "Monday"),
    ("Dienstag", "Tuesday"),
    ("Mittwoch", "Wednesday"),
    ("Donnerstag", "Thursday"),
    ("Freitag", "Friday"),
    ("Samstag", "Saturday"),
    ("Sonntag", "Sunday"),
)
_MONTHS = (
    ("Januar", "January"),
    ("Februar", "February"),
    ("März", "March"),
    ("April", "April"),
    ("Mai", "May"),
    ("Juni", "June"),
    ("Juli", "July"),
    ("August", "August"),
    ("September", "September"),
    ("Oktober", "October"),
    ("November", "November"),
    ("Dezember", "December"),
)


def spoken_start(start: datetime, language: str) -> str:
    """ "Mittwoch, 26. November, 15 Uhr 30"; ``start`` in the branch's zone."""
    return f"{spoken_day(start.date(), language)}, {spoken_time(start.time(), language)}"


def spoken_day(day: date, language: str) -> str:
    """ "Mittwoch, 26. November"."""
    german = is_german(language)
    weekday, month = _WEEKDAYS[day.weekday()], _MONTHS[day.month - 1]
    return f"{weekday[0]}, {day.day}. {month[0]}" if german else f"{weekday[1]}, {day.day} {month[1]}"


def spoken_time(clock: time, language: str) -> str:
    """ "15 Uhr 30"; in English "3:30 pm"."""
    if is_german(language):
        return f"{clock.hour} Uhr {clock.minute}" if clock.minute else f"{clock.hour} Uhr"
    half, hour = "am" if clock.hour < 12 else "pm", clock.hour % 12 or 12
    return f"{hour}:{clock.minute:02d} {half}" if clock.minute else f"{hour} {half}"
