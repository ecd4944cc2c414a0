"""Owns the reading of what callers hear: a small reader of our own sentences, in German and English, written anew.

It shares no code with the services, on purpose: it has to notice when they say something else than they mean.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
_WEEKDAYS = (
    ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
_MONTHS = (
    ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
)  # fmt: skip
_ANY_WEEKDAY = "|".join(name for names in _WEEKDAYS for name in names)
# The longer ones first, or "January" is read as "Januar".
_ANY_MONTH = "|".join(sorted({name for names in _MONTHS for name in names}, key=len, reverse=True))
WHEN = re.compile(
    rf"(?P<weekday>{_ANY_WEEKDAY}), (?:der )?(?P<day>\d{{1,2}})\.? (?P<month>{_ANY_MONTH})(?: (?P<year>\d{{4}}))?"
    r"(?:, (?P<hour>\d{1,2})(?: Uhr(?: (?P<minute>\d{1,2}))?|:(?P<minutes>\d\d))(?: morgens| in the morning)?)?"
)
_BEGINNINGS = {
    "booked": ("Ihr Termin ist gebucht: ", "Your appointment is booked: "),
    "cancelled": ("Ihr Termin ist abgesagt: ", "Your appointment is cancelled: "),
    "cancelled before": ("Dieser Termin ist schon abgesagt: ", "That appointment is cancelled already: "),
    "moved": ("Ihr Termin ist verschoben, neu ist: ", "Your appointment is moved, it now is: "),
    "one": ("Sie haben einen Termin: ", "You have one appointment: "),
    "some": ("Sie haben diese Termine: ", "You have these appointments: "),
    "none": ("Unter Ihrer Nummer finde ich keinen kommenden Termin.", "I find no coming appointment under your number."),
    "taken": ("Diese Zeit ist leider gerade vergeben worden", "I am afraid that time has just been taken"),
    "callback": ("Ihr Wunsch nach einem Rückruf ist notiert", "Your wish to be called back is noted",
                 "Ihr Anliegen ist notiert", "Your matter is noted"),
    "waiting": ("Sie stehen jetzt auf der Warteliste für ", "You are on the waiting list now for "),
}  # fmt: skip
_SERIES = re.compile(r"^(?P<number>\S+) (?:Termine sind gebucht|appointments are booked): ", re.IGNORECASE)
_FREE = re.compile(r"^(?:Ja, (?P<de>.+?) ist frei|Yes, (?P<en>.+?) is free)\.")


@dataclass(frozen=True)
class When:
    """A day, and mostly a time, as said; ``None`` where the words cannot be: a Tuesday that is a Wednesday."""

    day: date
    hour: int | None
    minute: int

    @property
    def local(self) -> datetime | None:
        """The wall clock's time."""
        return None if self.hour is None else datetime.combine(self.day, time(self.hour, self.minute))


@dataclass(frozen=True)
class Item:
    """An appointment as said."""

    service: str
    when: When | None
    person: str


@dataclass(frozen=True)
class Said:
    """What a sentence claims."""

    kind: str
    items: tuple[Item, ...] = ()
    times: tuple[When | None, ...] = ()
    """All moments that the whole message names, in order."""


def read(message: str, told_at: datetime, people: Iterable[str]) -> Said:
    """The claim of a message; kind "" where it claims nothing about appointments."""
    kind, rest = _kind(message)
    times = tuple(_when(found, told_at) for found in WHEN.finditer(message))
    if kind in {"booked", "cancelled", "cancelled before", "moved", "one", "some", "series"}:
        return Said(kind, tuple(_items(rest, told_at, people)), times)
    return Said(kind, (), times)


def _kind(message: str) -> tuple[str, str]:
    for kind, beginnings in _BEGINNINGS.items():
        for beginning in beginnings:
            if message.startswith(beginning):
                return kind, message[len(beginning) :]
    if found := _SERIES.match(message):
        return "series", message[found.end() :]
    if _FREE.match(message):
        return "free", message
    return "", message


def _items(text: str, told_at: datetime, people: Iterable[str]) -> Iterable[Item]:
    """``Service am Tag, Zeit bei Person``, joined by commas and ``und``."""
    names = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True))
    item = re.compile(
        rf"(?:^|, | und | and )(?P<service>[^,.:]+?) (?:am|on) (?P<when>{WHEN.pattern})(?: (?:bei|with) (?P<person>{names}))?"
    )
    for found in item.finditer(text):
        moment = WHEN.match(found["when"])
        yield Item(found["service"], _when(moment, told_at) if moment else None, found["person"] or "")


def _when(found: "re.Match[str]", told_at: datetime) -> When | None:
    language = 0 if found["weekday"] in _WEEKDAYS[0] else 1
    if found["month"] not in _MONTHS[language]:
        return None
    month, day = _MONTHS[language].index(found["month"]) + 1, int(found["day"])
    weekday = _WEEKDAYS[language].index(found["weekday"])
    minute = int(found["minute"] or found["minutes"] or 0)
    hour = int(found["hour"]) if found["hour"] else None
    for year in _years(found["year"], told_at):
        try:
            meant = date(year, month, day)
        except ValueError:
            continue
        if found["year"] is None and meant < (told_at.astimezone(ZONE) - timedelta(days=60)).date():
            continue
        return When(meant, hour, minute) if meant.weekday() == weekday else None
    return None


def _years(said: str | None, told_at: datetime) -> Sequence[int]:
    return [int(said)] if said else [told_at.year, told_at.year + 1]
