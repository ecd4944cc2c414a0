"""E-mail addresses as dictated: "anna Punkt muster Klammeraffe example Punkt org"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from telephony_gateway.language.contact.address_parts import ADDRESS, Part, PartKind, parts_of, spelled
from telephony_gateway.language.contact.heard import NOTHING, Heard, heard
from telephony_gateway.language.contact.letters import NAMES

_ENDINGS = frozenset(
    {"de", "at", "ch", "li", "com", "org", "net", "info", "eu", "uk", "fr", "it", "nl", "io"}
)
_LOST = {"gmail": "gmail.com", "googlemail": "googlemail.com", "gmx": "gmx.de", "web": "web.de"}
# After these the address begins.
_ANNOUNCE = "ist lautet wäre heißt adresse mailadresse emailadresse unter is address"
# Words before an address that are none of it.
_SURROUND = (
    "mail email meine mein die der das den ja also und dann an auf bitte gern gerne genau okay ok sie können mir mich ich es"
    " schreiben schicken senden erreichen erreichbar notieren per it's its that's you can reach me write send to well yes"
    " einfach nur schreib schreibt it"
)
# The same, but they may as well begin one.
_MAY_BEGIN = "klein kleines gross groß großes alles my the private privat neue geschäftliche dienstliche"
_ANNOUNCING = frozenset(_ANNOUNCE.split())
_MAY_BEGIN_IT = frozenset(_MAY_BEGIN.split())
_AROUND = _ANNOUNCING | _MAY_BEGIN_IT | frozenset(_SURROUND.split())
_MAY_BE_ALL = frozenset({"mail", "email", "klein", "gross", "groß"})
# Said behind a name of how it is written; "klein" alone may be the name's own.
_ASIDE = frozenset(["alles", "zusammen", "zusammengeschrieben", "kleingeschrieben", "geschrieben", "klein"])
_CORRECT = (
    "nein nee quatsch falsch entschuldigung sorry moment halt korrektur vielmehr stattdessen sondern oder beziehungsweise"
    " no wait actually or rather"
)
_CORRECTING = frozenset(_CORRECT.split())
# Behind an address: how it is written, after all.
_EXPLAINING = frozenset({"mit", "ohne", "with", "without"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# "m-e-i-e-r" is how somebody who spells is written down.
_DASHED_LETTERS = re.compile(r"[a-z](-[a-z])+")
_TEN = 2
_LONGEST = 500


def spoken_address(text: str) -> Heard:
    """The address that was dictated, in lower case.

    DOUBTFUL where words stood side by side (joined or not?), where an umlaut was said, where the ending was left out,
    where a word may belong to the address or introduce it, and where something was corrected.
    """
    parts = _without_prepositions(parts_of(text[:_LONGEST]))
    signs = [at for at, part in enumerate(parts) if part.text == "@"]
    corrected = _corrections(parts)
    if not signs or (len(signs) > 1 and not any(signs[0] < at < signs[-1] for at in corrected)):
        return NOTHING
    first, second = parts[: signs[-1]], parts[signs[-1] + 1 :]
    local, sure_of_local = _local(first)
    domain, sure_of_domain = _domain(second)
    address = f"{local}@{domain}".translate(_UMLAUTS)
    if ".." in address or not ADDRESS.fullmatch(address):
        return NOTHING
    explained = any(part.text in _EXPLAINING for part in second)
    sure = sure_of_local and sure_of_domain and not explained and not any(at > signs[0] for at in corrected)
    return heard(address, sure=sure and address == f"{local}@{domain}")


def _without_prepositions(parts: list[Part]) -> list[Part]:
    """ "you can reach me at john at example dot com": the first "at" is no sign."""
    signs = [at for at, part in enumerate(parts) if part.text == "@"]
    while len(signs) > 1 and _only_around(parts[: signs[0]]):
        parts = parts[signs.pop(0) + 1 :]
        signs = [at for at, part in enumerate(parts) if part.text == "@"]
    return parts


def _corrections(parts: Sequence[Part]) -> list[int]:
    """Where something is taken back that was said of the address; a "nein" before it answers something else."""
    return [
        at
        for at, part in enumerate(parts)
        if part.text in _CORRECTING and not _follows_a_sign(parts, at) and not _only_around(parts[:at])
    ]


def _only_around(parts: Sequence[Part]) -> bool:
    return all(part.kind is PartKind.WORD and part.text in _AROUND | _CORRECTING for part in parts)


def _touches_a_sign(parts: Sequence[Part], at: int) -> bool:
    """ "sabine punkt klein", "mail minus anna": beside a sign any word is one of the address."""
    return _follows_a_sign(parts, at) or any(_joins(part) for part in parts[at + 1 : at + 2])


def _follows_a_sign(parts: Sequence[Part], at: int) -> bool:
    return at > 0 and _joins(parts[at - 1])


def _joins(part: Part) -> bool:
    return part.kind is PartKind.SIGN and part.text != "@"


def _local(parts: Sequence[Part]) -> tuple[str, bool]:
    """What stands before the "@", without the words that introduce it."""
    parts, told = _without_aside(parts)
    corrected = _corrections(parts)
    parts = parts[corrected[-1] + 1 :] if corrected else parts
    taken, sure = _introduced(parts)
    if taken and taken[-1].kind is PartKind.WRITTEN and taken[-2:-1] and taken[-2].kind is not PartKind.SIGN:
        return taken[-1].text, False
    text, sure_of_text = _joined(taken)
    sure = sure and sure_of_text and any(mark.isalpha() for mark in text)
    dashed = _DASHED_LETTERS.fullmatch(text) is not None
    return text, sure and not (told or corrected or dashed or _side_by_side(taken))


def _introduced(parts: Sequence[Part]) -> tuple[Sequence[Part], bool]:
    """The parts behind the introduction, and whether that is sure to be all of it."""
    begin = next((at for at, part in enumerate(parts) if not _is_around(parts, at)), len(parts))
    if begin == len(parts):
        return [part for part in parts[-1:] if part.text in _MAY_BE_ALL], False
    announced = [at for at in range(len(parts)) if parts[at].text in _ANNOUNCING and _is_around(parts, at)]
    if announced and announced[-1] >= begin:
        rest, _ = _introduced(parts[announced[-1] + 1 :])
        return rest, len(rest) == 1 and rest[0].kind is PartKind.WRITTEN
    since = announced[-1] if announced else -1
    unsure = any(part.text in _MAY_BEGIN_IT for part in parts[since + 1 : begin])
    inside = any(_is_around(parts, at) for at in range(begin, len(parts)))
    return parts[begin:], not (unsure or inside)


def _is_around(parts: Sequence[Part], at: int) -> bool:
    return _only_around(parts[at : at + 1]) and not _touches_a_sign(parts, at)


def _without_aside(parts: Sequence[Part]) -> tuple[Sequence[Part], bool]:
    """ "muster, alles klein zusammen": the words without how they are written, and whether that was said."""
    end = len(parts)
    while end and parts[end - 1].text in _ASIDE:
        end -= 1
    told = any(part.text != "klein" for part in parts[end:])
    return (parts[:end], True) if told else (parts, False)


def _domain(parts: Sequence[Part]) -> tuple[str, bool]:
    taken: list[Part] = []
    for part in parts:
        goes_on = part.text in {".", "-"} or not taken or taken[-1].kind is PartKind.SIGN
        if not goes_on and any("." in each.text for each in taken) and not _is_spelled_on(taken, part):
            break
        taken.append(part)
    text, sure = _joined(taken)
    joined = text.rstrip(".-")
    if joined in _LOST:
        return _LOST[joined], False
    sure = sure and (not _side_by_side(taken) or joined == "tonline.de")
    if len(taken) > 1 and taken[-1].kind is taken[-2].kind is PartKind.LETTER:
        # "punkt d e s": the last one may be the beginning of something else.
        sure = sure and joined.rpartition(".")[2] in _ENDINGS
    return joined.replace("tonline", "t-online"), sure


def _is_spelled_on(taken: Sequence[Part], part: Part) -> bool:
    """ "punkt o r g"."""
    return all(each.kind is PartKind.LETTER or each.text in NAMES for each in (taken[-1], part))


def _joined(parts: Sequence[Part]) -> tuple[str, bool]:
    # "drei minus haare": 3-haare or drei-haare?
    text, sure = "", not any(part.in_words for part in parts[:1])
    for segment in _segments(parts):
        letters, certain = spelled(segment)
        is_country = len(segment) == 1 and letters == "de" and text.endswith(".")
        text, sure = text + letters, sure and (certain or is_country)
    return text, sure


def _segments(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    """What stands between signs, and the signs."""
    begin = 0
    for at, part in enumerate(parts):
        if part.kind is PartKind.SIGN:
            yield parts[begin:at]
            yield [part]
            begin = at + 1
    yield parts[begin:]


def _side_by_side(taken: Sequence[Part]) -> bool:
    """Whether a word follows another or a figure with nothing between them, a unit its ten ("zwanzig zwei"), or an
    "o" may be a zero."""
    return any(_may_join(before, after) for before, after in pairwise(taken))


def _may_join(before: Part, after: Part) -> bool:
    figures = before.kind is PartKind.FIGURES
    if figures and after.kind is PartKind.FIGURES:
        return (
            len(before.text) == _TEN and before.text[-1] == "0" and len(after.text) == 1 and after.text != "0"
        )
    if figures or after.kind is PartKind.FIGURES:
        return after.is_word or {*before.text} == {"o"} or {*after.text} == {"o"}
    return after.is_word and before.is_word
