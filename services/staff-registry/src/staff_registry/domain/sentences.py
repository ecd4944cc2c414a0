"""Sentences that a business says on the phone in its own way: which there are, and what is sound in one."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

from staff_registry.domain import rules
from staff_registry.domain.rules import Fault, Faults

CHARS_MAX = 250
SENTENCES_MAX = 300
"""Own sentences of one business."""
COUNT = "count"
"""The gap for the number that decides between the two forms."""
LANGUAGES = ("de", "en")
_GAP = re.compile(r"\{([a-z_]+)\}")
_END = re.compile(r"[.!?…]+(?=\s|$)")


class Ours(NamedTuple):
    """What a business's own sentence has to go by, where the gateway has one of that name."""

    gaps: frozenset[str]
    has_two_forms: bool
    """One for exactly one, one for any other number."""
    most: int
    """How many sentences it may consist of, since another may follow it in an answer of two."""
    is_part: bool
    """A part of a sentence has no full stop of its own."""


def _ours() -> dict[str, Ours]:
    text = (resources.files("staff_registry") / "domain" / "sentences.json").read_text(encoding="utf-8")
    return {
        name: Ours(frozenset(entry["gaps"]), entry["two_forms"], entry["most"], entry["part"])
        for name, entry in json.loads(text).items()
    }


OURS = _ours()


@dataclass(frozen=True, order=True)
class OwnSentence:
    """What is said instead of ours in one language."""

    name: str
    language: str
    text: str
    text_for_one: str = ""
    """Where a number matters, the form for exactly one."""


def sentence_faults(sentences: tuple[OwnSentence, ...]) -> Faults:
    """What is wrong with them, one path each."""
    for n, own in enumerate(sentences):
        at = f"sentences[{n}]"
        if own.language not in LANGUAGES:
            yield f"{at}.language", f"one of {', '.join(LANGUAGES)}"
        ours = OURS.get(own.name)
        if ours is None:
            yield f"{at}.name", _no_such(own.name)
        else:
            yield from _texts(at, own, ours)
    names = ((f"sentences[{n}]", (own.name, own.language)) for n, own in enumerate(sentences))
    yield from rules.unique(names, "a sentence and language")


def _no_such(name: str) -> str:
    near = sorted(known for known in OURS if known.startswith(name[:4].upper()))[:3]
    return f"the name of a sentence{' such as ' if near else ''}{', '.join(near)}"


def _texts(at: str, own: OwnSentence, ours: Ours) -> Iterator[Fault]:
    known = ours.gaps | {COUNT} if ours.has_two_forms else ours.gaps
    yield from _text(f"{at}.text", own.text, ours.gaps, known, ours)
    if ours.has_two_forms:
        yield from _text(f"{at}.text_for_one", own.text_for_one, ours.gaps - {COUNT}, known, ours)
    elif own.text_for_one:
        yield f"{at}.text_for_one", "nothing, since no number matters in this sentence"


def _text(path: str, text: str, needed: frozenset[str], known: frozenset[str], ours: Ours) -> Iterator[Fault]:
    yield from rules.name(path, text, chars_max=CHARS_MAX)
    gaps = set(_GAP.findall(text))
    if gaps - known or re.search(r"[{}]", _GAP.sub("", text)):
        yield path, f"no other braces than {_named(known)}" if known else "no braces"
    if needed - gaps:
        yield path, f"a text with {_named(needed - gaps)}"
    ends = len(_END.findall(text))
    if ours.is_part and ends:
        yield path, "a part of a sentence, without a full stop"
    elif not ours.is_part and not _END.search(text[-1:]):
        yield path, "a sentence that ends with a full stop or a question mark"
    elif ends > ours.most:
        yield path, "one sentence" if ours.most == 1 else f"at most {ours.most} sentences"


def _named(gaps: frozenset[str]) -> str:
    return ", ".join(f"{{{gap}}}" for gap in sorted(gaps))
