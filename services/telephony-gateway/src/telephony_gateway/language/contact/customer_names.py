"""What may stand in the customer's name field, and what the model put there by mistake (TG-24)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from telephony_gateway.language.contact.name_phrases import bare_name, small_words, without_spelling
from telephony_gateway.language.contact.no_names import (
    is_filling,
    is_no_word_for_anybody,
    is_not_written_so,
    is_ordinal,
    is_service,
    is_time_of_day,
    plainly,
)
from telephony_gateway.language.normalise import plain
from telephony_gateway.language.rules_de import GERMAN
from telephony_gateway.language.rules_en import ENGLISH
from telephony_gateway.language.understand import speaks_of_time


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
    unclear: bool = False
    """ "Meier mit A I" is written otherwise than it was said to be, "Erika Müller bei Anna" holds more than a name."""
    heard: str = field(default="", compare=False)
    """What was taken for the name, without the words around it."""
    may_be_one: bool = field(default=False, compare=False)
    """Whether somebody may be called so all the same."""


_TITLES = frozenset(
    {"herr", "herrn", "frau", "familie", "dr", "prof", "mr", "mrs", "ms", "miss", "doktor", "professor"}
)
_PARTICLES = frozenset({"von", "van", "vom", "de", "der", "den", "zu", "zum", "zur"})
_WITH_STYLIST = frozenset({"bei", "zu", "zum", "zur", "mit", "with", "by", "at"})
_AROUND_STYLIST = frozenset(
    {"wieder", "termin", "einen", "gern", "gerne", "lieber", "stylistin", "stylist", "friseurin", "friseur", "kollegin",
     "kollege", "appointment", "bitte", "please", "der", "die", "dem", "nur", "immer"}
)  # fmt: skip
_EITHER = frozenset({"oder", "or", "und", "and"})
_MONTHS_AND_OTHERS = frozenset(
    {"jan", "august", "april", "mai", "may", "june", "will", "silvester", "sun", "mark"}
)
"""First names that the grammars know as something else."""
_NO_FIRST_NAMES = frozenset({"nur", "only", "just", "maybe", "rather", "mich", "any", "every"})
_LONGEST = 100


def customer_name(
    text: str | None, *, people: Iterable[str] = (), services: Iterable[str] = ()
) -> CustomerName:
    """The name in the field, without "mein Name ist"; or which other thing it is.

    `people` are the stylists' names, `services` the services' and what else they are called: "bei Anna" is a wish, and
    a stylist's full name, or first name alone, is asked about, since a customer's may be the same. "Frau Freitag",
    "Max März" and "August Müller" are names.
    """
    said, agrees = without_spelling(bare_name((text or "")[:_LONGEST]))
    said = bare_name(said)
    words = [word for word in re.split(r"[\s.,]+", plain(said)) if word]
    people = [plainly(person) for person in people]
    fault = _fault(said, words, people, services)
    if fault is not None:
        return CustomerName(fault=fault, heard=said, may_be_one=_may_be_one(fault, words))
    kept = " ".join(said.split())
    return CustomerName(
        kept.title() if kept.islower() else kept,
        unclear=not agrees or any(_is_talk(plain(word)) for word in small_words(kept)),
    )


def _fault(said: str, words: list[str], people: Sequence[str], services: Iterable[str]) -> NameFault | None:
    has_figures = any(mark.isdigit() for mark in said)
    if not any(mark.isalpha() for mark in said):
        return NameFault.NUMBER if has_figures else NameFault.EMPTY
    named = [word for word in words if word not in _TITLES]
    if not named or is_no_word_for_anybody(said, named):
        return NameFault.PLACEHOLDER
    if _names_a_stylist(named, people):
        return NameFault.STYLIST
    if is_service(named, services):
        return NameFault.SERVICE
    if is_time_of_day(words) or is_ordinal(words) or _is_time(said, people):
        return NameFault.TIME
    return NameFault.NUMBER if has_figures else _strange(said, words)


def _strange(said: str, words: list[str]) -> NameFault | None:
    """ "bei Kim" is no name either, though nobody here may be called Kim."""
    strange = words[0] in _WITH_STYLIST or is_not_written_so(said)
    return NameFault.PLACEHOLDER if strange else None


def _may_be_one(fault: NameFault, words: list[str]) -> bool:
    """Somebody is called like a stylist, or August; who is called Freitag or Acht is asked for the first name too."""
    if fault is NameFault.STYLIST:
        return not _WITH_STYLIST & set(words)
    return fault is NameFault.TIME and len(words) == 1 and not is_time_of_day(words) and not is_ordinal(words)


def _names_a_stylist(named: list[str], people: Sequence[str]) -> bool:
    """Whom somebody wants to be served by, with words around it or without."""
    rest = [word.removesuffix("'s") for word in named if word not in _AROUND_STYLIST]
    persons = [person.split() for person in people]
    if rest[:1] and rest[0] in _WITH_STYLIST:
        return any(word in person for word in rest[1:] for person in persons)
    either = [[word] for word in rest if word not in _EITHER] if _EITHER & set(rest) else [rest]
    return all(any(_is_same_person(one, person) for person in persons) for one in either)


def _is_same_person(named: list[str], person: list[str]) -> bool:
    return bool(person) and (named == person or named == person[:1])


def _is_time(said: str, people: Sequence[str]) -> bool:
    if not speaks_of_time(said):
        return False
    parts = [part for word in re.split(r"[\s.,]+", said) for part in word.split("-") if part]
    return not _is_full_name(parts, () if "," in said else people)


def _is_full_name(parts: list[str], people: Sequence[str]) -> bool:
    """ "Max März", "August Müller", "Dr. Freitag": a single word of time beside names, all written as names are.

    "Freitag Anna" is a wish, where Anna is one of the `people`.
    """
    named = [part for part in parts if plain(part) not in _TITLES]
    if len(named) < len(parts):
        named = [part for part in named if plain(part) not in _PARTICLES]
        if len(named) == 1:
            return True
    known = [_is_known(plain(part), first=at == 0 and len(named) > 1) for at, part in enumerate(named)]
    if all(known) or sum(known) > 1:
        return False
    if all(part.islower() for part in named):
        return known[-1] or plain(named[0]) in _MONTHS_AND_OTHERS
    strangers = [plain(part) for part, is_known in zip(named, known, strict=True) if not is_known]
    wished = known[0] and all(any(_is_same_person([one], who.split()) for who in people) for one in strangers)
    return all(part[0].isupper() for part in named) and not wished


def _is_talk(word: str) -> bool:
    """ "Erika Müller bei Anna" """
    return word in _WITH_STYLIST or _is_known(word, first=False)


def _is_known(word: str, *, first: bool) -> bool:
    """Whether the word is one of time or of talk, and no name."""
    if first and word in _MONTHS_AND_OTHERS:
        return False
    known = word in GERMAN.lexicon.entries or word in ENGLISH.lexicon.entries
    return known or word.isdigit() or is_filling(word) or word in _NO_FIRST_NAMES
