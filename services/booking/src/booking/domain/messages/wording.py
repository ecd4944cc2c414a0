"""Puts a message into words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.domain.appointment import Appointment
from booking.domain.messages.message import Channel, Kind, Words
from booking.domain.messages.setup import Setup

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Language:
    """The usual words of one language, and how it writes dates and times; ``person`` is said where one is known."""

    weekdays: tuple[str, ...]
    """From Monday on."""
    months: tuple[str, ...]
    date: str
    time: str
    person: str
    words: Mapping[tuple[Kind, Channel], Words]

    def day(self, local: datetime) -> str:
        """ "Mittwoch, 26. November 2025"."""
        values = {
            "weekday": self.weekdays[local.weekday()],
            "day": str(local.day),
            "month": self.months[local.month - 1],
            "year": str(local.year),
        }
        return fill(self.date, values)

    def clock(self, local: datetime) -> str:
        """ "15:30 Uhr"."""
        return fill(self.time, {"hour": str(local.hour), "minute": f"{local.minute:02}"})


@dataclass(frozen=True)
class Subject:
    """What a message is about. ``previous``: where it was moved from."""

    kind: Kind
    appointment: Appointment
    previous: Appointment | None = None


def worded(subject: Subject, channel: Channel, setup: Setup, language: Language) -> Words:
    """The business's own words, or else the usual ones, filled. Values are one line each, whatever they hold."""
    usual = language.words[subject.kind, channel]
    own = setup.own_words.get((setup.language, subject.kind, channel), usual)
    values = _values(subject, setup, language)
    return Words(fill(own.subject or usual.subject, values), fill(own.text, values).strip())


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders replaced, once: what a value holds is never one. Unknown ones stay."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def _values(subject: Subject, setup: Setup, language: Language) -> dict[str, str]:
    appointment, place = subject.appointment, setup.place(subject.appointment.branch_id)
    start = appointment.span.start_time.astimezone(place.zone)
    before = (subject.previous or appointment).span.start_time.astimezone(place.zone)
    person = setup.people.get(appointment.person_id, "")
    values = {
        "name": appointment.customer.name,
        "business": setup.business,
        "branch": place.name,
        "service": appointment.service_name,
        "person": person,
        "with_person": fill(language.person, {"person": one_line(person)}) if person else "",
        "date": language.day(start),
        "time": language.clock(start),
        "old_date": language.day(before),
        "old_time": language.clock(before),
    }
    return {key: one_line(value) if key != "with_person" else value for key, value in values.items()}


def one_line(value: str) -> str:
    """Without line breaks and other characters that nobody sees, so that no value becomes a header or a second line."""
    shown = "".join(character if character.isprintable() else " " for character in value)
    return _BLANKS.sub(" ", shown).strip()
