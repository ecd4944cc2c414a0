"""Names that callers spell: "S wie Siegfried, C, H, Ulrich, Doppel-L, Eszett"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from telephony_gateway.language.contact.heard import NOTHING, Heard, heard
from telephony_gateway.language.contact.letters import Kind
from telephony_gateway.language.contact.spelled_runs import MARKS, Run, runs_of
from telephony_gateway.language.normalise import plain, shapes

# Two letters alone may be a word or an abbreviation.
_FEWEST = 3
_INITIALS_MOST = 3
_FIRST_NAMES_MOST = 4
"""So many words of a spelling table may be somebody's first names and surname."""
_ALIKE = 0.5
_INTRODUCE = (
    "ist bin bins heisse es spricht is hier name namen nachname vorname nachnamen herr herrn frau familie die der das"
    " i'm it's that's this name's surname mr mrs ms miss dr"
)
_BEFORE = (
    "buchstabiere buchstabiert buchstabieren geschrieben schreibt schreibe sich man mich wird also ja genau einfach und dann"
    " so mal aeh aehm spelled spelt spell spelling written first last like yes no well nein bitte folgt moment gerne gern"
    " nochmal ihnen the"
)
_AFTER = (
    "danke bitte ja genau und am im an at ist das war's wars aeh aehm mit ohne with without hinten vorne ende also so"
    " please thanks thank yes in schreibt geschrieben heisse"
)
_INTRODUCING = frozenset(_INTRODUCE.split())
"""After these comes a name, and it need not be spelled."""
_KNOWN_BEFORE = _INTRODUCING | frozenset(_BEFORE.split())
_KNOWN_AFTER = frozenset(_AFTER.split())
_PART = re.compile(r"([-' ])")


def spelled_name(text: str) -> Heard:
    """The name that was spelled, with a capital; nothing where words of a spelling table are a name themselves.

    DOUBTFUL where something between or beside the letters was no letter and no known word.
    """
    words = [shape.text for shape in shapes(text)]
    runs = runs_of(words)
    run = max(runs, key=lambda found: len(found.letters), default=None)
    if run is None or len(run.letters) < _FEWEST:
        return NOTHING
    _take_name_out(run)
    once = all(other is run or len(other.letters) == 1 or other.name == run.name for other in runs)
    sure = once and not run.broken
    if _is_in_letters(run):
        return _from_letters(run, words, sure=sure)
    return _from_table(run, words, text, sure=sure)


def _take_name_out(run: Run) -> None:
    """ "Otto, Offenbach Theodor Theodor Offenbach": the name, and then its letters."""
    if run.kinds[0] is not Kind.ITSELF and plain("".join(run.letters[1:])) == run.words[0]:
        del run.letters[0], run.kinds[0], run.words[0]


def _is_in_letters(run: Run) -> bool:
    themselves = run.kinds.count(Kind.ITSELF)
    return run.instructed or themselves > 1 or themselves + run.kinds.count(Kind.NAME) >= _FEWEST


def _from_letters(run: Run, words: Sequence[str], *, sure: bool) -> Heard:
    if _are_initials(run, words):
        return NOTHING
    # "Anna S C H M I D T": a first name that could be a letter as well, unlike the "Ulrich" in "S C H Ulrich".
    others = next((at for at, kind in enumerate(run.kinds) if kind is not Kind.PERSON), 0)
    if others and Kind.PERSON not in run.kinds[others:]:
        return heard(_written("".join(run.letters[others:])), sure=False)
    return heard(_written(run.name), sure=sure and not _strangers(run, words))


def _from_table(run: Run, words: Sequence[str], text: str, *, sure: bool) -> Heard:
    """Words of the tables alone are letters where they are many, or no names."""
    said, things = len(run.words), run.kinds.count(Kind.THING)
    strangers = _strangers(run, words)
    if strangers or _beside(words, run.begins, -1) in _INTRODUCING:
        # "Ich bin es, Anna Kaiser"
        said -= run.kinds[0] is Kind.NAME
        if said <= _FIRST_NAMES_MOST and not things and not _is_no_name(run, words):
            return NOTHING
        return heard(_written(run.name), sure=sure and not strangers and said > _FIRST_NAMES_MOST)
    may_be_names = said <= _FIRST_NAMES_MOST and not _is_no_name(run, words)
    if not things and (may_be_names or said == _FEWEST):
        is_name = said == _FEWEST and may_be_names
        return NOTHING if is_name else heard(text.strip(" .,;:!?"), sure=False)
    surname_last = may_be_names and things == 1 and (said == _FEWEST or run.kinds[-1] is Kind.THING)
    return heard(_written(run.name), sure=sure and not surname_last)


def _is_no_name(run: Run, words: Sequence[str]) -> bool:
    """Nobody has the same first name twice, or commas between all of them, or a letter before three of them."""
    commas = words[run.begins : run.ends].count(",")
    repeats, listed = len(set(run.words)) < len(run.words), commas + 1 >= max(len(run.words), _FEWEST)
    return repeats or listed or (Kind.ITSELF in run.kinds and len(run.words) > _FEWEST)


def _are_initials(run: Run, words: Sequence[str]) -> bool:
    """ "E. T. A. Hoffmann"."""
    dotted = words[run.begins + 1 : run.begins + 2] == ["."]
    return dotted and len(run.letters) <= _INITIALS_MOST and bool(_beside(words, run.ends, 1))


def _strangers(run: Run, words: Sequence[str]) -> bool:
    """Whether a word beside the letters may have been one: no known word, and not the name as it sounds."""
    plainly = {word for at, word in enumerate(words) if not run.begins <= at <= run.ends}
    before, after = _beside(words, run.begins, -1), _beside(words, run.ends, 1)
    if plain(run.name) in plainly:
        return False
    if _is_apart(run, words):
        before = "" if MARKS & set(words[max(run.begins - 1, 0) : run.begins]) else before
        after = "" if words[run.ends + 1 : run.ends + 2] == [","] else after
    return any(
        word and word not in known and not _sounds_like(run.name, word)
        for word, known in ((before, _KNOWN_BEFORE), (after, _KNOWN_AFTER))
    )


def _is_apart(run: Run, words: Sequence[str]) -> bool:
    """Whether commas stand only around the letters, and not between them."""
    return not MARKS & set(words[run.begins : run.ends + 1])


def _sounds_like(name: str, word: str) -> bool:
    return SequenceMatcher(None, plain(name), word).ratio() >= _ALIKE


def _beside(words: Sequence[str], at: int, step: int) -> str:
    """The word before or after a place; "" where a sentence ends there."""
    at += step
    while 0 <= at < len(words) and words[at] in MARKS:
        if words[at] in {"!", "?", ":"} or (words[at] == "." and step < 0):
            return ""
        at += step
    return words[at] if 0 <= at < len(words) else ""


def _written(name: str) -> str:
    return "".join(part.capitalize() for part in _PART.split(name.strip()))
