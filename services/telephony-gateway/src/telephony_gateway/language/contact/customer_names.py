"""What may stand in the customer's name field, and what the model put there by mistake (TG-24)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from telephony_gateway.language.normalise import plain, shapes
from telephony_gateway.language.rules_de import GERMAN
from telephony_gateway.language.understand import understand
from telephony_gateway.language.understanding import Outcome


class NameFault(StrEnum):
    """Why a text is no customer's name; each has its own question."""

    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    STYLIST = "stylist"
    TIME = "time"
    NUMBER = "number"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class CustomerName:
    """A name to keep, or the reason why there is none."""

    value: str = ""
    fault: NameFault | None = None


_NOBODY = (
    "unbekannt unbekannter unbekannte anonym anonymous unknown none null undefined kunde kundin anrufer anruferin nutzer user"
    " caller customer test name kundenname customername niemand string n/a na kein keine nan gast"
)
_PLACEHOLDERS = frozenset(_NOBODY.split())
_INTRODUCED = re.compile(
    r"^\s*(?:(?:ja|guten tag|hallo|hier ist|hier spricht|mein name ist|ich hei(?:ß|ss)e|ich bin|my name is|this is|auf den namen)\b[\s,:]*)+",
    re.IGNORECASE,
)
_TITLES = frozenset(
    {"herr", "herrn", "frau", "familie", "dr", "prof", "mr", "mrs", "ms", "doktor", "professor"}
)
_WITH_STYLIST = frozenset({"bei", "zu", "zum", "zur", "mit", "with", "by"})
# Whether words name a time hangs on no date.
_ANY_TIME = datetime(2025, 1, 1, tzinfo=UTC)
_LONGEST = 100


def customer_name(
    text: str | None, *, people: Iterable[str] = (), services: Iterable[str] = ()
) -> CustomerName:
    """The name in the field, without "mein Name ist"; or which other thing it is.

    `people` are the stylists' names, `services` the services': "bei Anna" is a wish, and a stylist's full name, or
    first name alone, is asked about, since a customer's may be the same. "Frau Freitag" and "Max März" are names.
    """
    said = _INTRODUCED.sub("", (text or "")[:_LONGEST]).strip(" .,;:!?\t\n")
    words = [word for word in re.split(r"[\s.,]+", plain(said)) if word]
    fault = _fault(said, words, people, services)
    if fault is not None:
        return CustomerName(fault=fault)
    kept = " ".join(said.split())
    return CustomerName(kept.title() if kept.islower() else kept)


def _fault(said: str, words: list[str], people: Iterable[str], services: Iterable[str]) -> NameFault | None:
    if not any(mark.isalpha() for mark in said):
        return NameFault.NUMBER if any(mark.isdigit() for mark in said) else NameFault.EMPTY
    named = [word for word in words if word not in _TITLES]
    if not named or "{" in said or _is_placeholder(named):
        return NameFault.PLACEHOLDER
    if words[0] in _WITH_STYLIST or any(_is_same_person(named, plain(person).split()) for person in people):
        return NameFault.STYLIST
    if any("".join(named) == plain(service).replace(" ", "") for service in services):
        return NameFault.SERVICE
    if _is_time(said, words):
        return NameFault.TIME
    return NameFault.NUMBER if any(mark.isdigit() for mark in said) else None


def _is_placeholder(named: list[str]) -> bool:
    joined = "".join(named).replace("_", "").replace("-", "")
    return joined in _PLACEHOLDERS or all(word in _PLACEHOLDERS for word in named)


def _is_same_person(named: list[str], person: list[str]) -> bool:
    return bool(person) and (named == person or named == person[:1])


def _is_time(said: str, words: list[str]) -> bool:
    if understand(said, reference=_ANY_TIME, language="de").outcome is Outcome.NOTHING:
        return False
    return not _is_first_name_and_surname(words, [shape.text for shape in shapes(said)])


def _is_first_name_and_surname(words: list[str], shown: list[str]) -> bool:
    """ "Max März": only the last word is one of time, and no other word is known to the grammar."""
    known = [word in GERMAN.lexicon.entries for word in shown]
    return len(words) >= 2 and known[-1] and not any(known[:-1])
