"""E-mail addresses as dictated: "anna Punkt muster Klammeraffe example Punkt org"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from telephony_gateway.language.contact.digits import digits_of
from telephony_gateway.language.contact.heard import NOTHING, Heard, heard
from telephony_gateway.language.contact.letters import letter_of

_SIGNS = {
    "punkt": ".", "dot": ".", "point": ".", "at": "@", "ät": "@", "aet": "@", "ett": "@", "klammeraffe": "@",
    "affenschwanz": "@", "kringel": "@", "unterstrich": "_", "underscore": "_", "minus": "-", "bindestrich": "-",
    "strich": "-", "dash": "-", "plus": "+",
}  # fmt: skip
_LOST = {"gmail": "gmail.com", "googlemail": "googlemail.com", "gmx": "gmx.de", "web": "web.de"}
# Words before an address that are none of it.
_INTRODUCING = (
    "mail email adresse mailadresse emailadresse e ist lautet meine die ja also und äh ähm unter an wäre my is the address"
    " it's its klein kleines gross groß alles"
)
_INTRODUCE = frozenset(_INTRODUCING.split())
# Said behind a name of how it is written; "klein" alone may be the name's own.
_ASIDE = frozenset(["alles", "zusammen", "zusammengeschrieben", "kleingeschrieben", "geschrieben", "klein"])
_WORD = re.compile(r"[a-zäöüß0-9]+|[@._+-]")
_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LONGEST = 500


def spoken_address(text: str) -> Heard:
    """The address that was dictated, in lower case.

    DOUBTFUL where words stood side by side (joined or not?), where an umlaut was said, or where the ending was left out.
    """
    written = [word.strip(",.;:!?<>()\"'") for word in text[:_LONGEST].casefold().split() if "@" in word]
    if len(written) == 1 and _ADDRESS.fullmatch(written[0]):
        # It was written, not dictated: nothing in it is a word for a sign.
        return heard(written[0], sure=True)
    parts = [_sign(word) for word in _WORD.findall(text[:_LONGEST].casefold())]
    if "@" not in parts:
        return NOTHING
    at = parts.index("@")
    local, sure_of_local = _local(parts[:at])
    domain, sure_of_domain = _domain(parts[at + 1 :])
    address = f"{local}@{domain}".translate(_UMLAUTS)
    if ".." in address or not _ADDRESS.fullmatch(address):
        return NOTHING
    return heard(address, sure=sure_of_local and sure_of_domain and address == f"{local}@{domain}")


def _sign(word: str) -> str:
    return _SIGNS.get(word) or digits_of(word) or word


def _local(parts: Sequence[str]) -> tuple[str, bool]:
    """What stands before the "@", back to the words that introduce it."""
    parts, told = _without_aside(parts)
    taken: list[str] = []
    for part in reversed(parts):
        if part in _INTRODUCE and not _begins_spelling(part, taken):
            break
        taken.append(part)
    taken.reverse()
    return "".join(_spelled(taken)), not (told or _side_by_side(taken))


def _begins_spelling(part: str, following: Sequence[str]) -> bool:
    """ "e punkt muster", "E wie Emil": the last of ``following`` is what comes next."""
    return len(part) == 1 and bool(following) and following[-1] in {".", "_", "-", "wie"}


def _without_aside(parts: Sequence[str]) -> tuple[Sequence[str], bool]:
    """ "muster, alles klein zusammen": the words without how they are written, and whether that was said."""
    end = len(parts)
    while end and parts[end - 1] in _ASIDE:
        end -= 1
    told = any(part != "klein" for part in parts[end:])
    return (parts[:end], True) if told else (parts, False)


def _domain(parts: Sequence[str]) -> tuple[str, bool]:
    taken: list[str] = []
    for part in parts:
        follows_sign = bool(taken) and taken[-1] in {".", "-"}
        if taken and part not in {".", "-"} and not follows_sign:
            if "." in taken:
                break
            taken.append(part)
            continue
        taken.append(part)
    joined = "".join(taken).rstrip(".-")
    if joined in _LOST:
        return _LOST[joined], False
    return joined.replace("tonline", "t-online"), not _side_by_side(taken) or joined == "tonline.de"


def _spelled(taken: Sequence[str]) -> Iterator[str]:
    """Words of a spelling table between single letters are letters: "a wie anton" is dictated more often than meant."""
    skip = False
    for at, part in enumerate(taken):
        if skip:
            skip = False
        elif part == "wie" and at + 1 < len(taken) and at and letter_of(taken[at + 1]) == taken[at - 1]:
            skip = True
        else:
            yield part


def _side_by_side(taken: Sequence[str]) -> bool:
    """Whether two words of several letters follow each other with nothing between them."""
    longer = [len(part) > 1 and part.isalpha() for part in taken]
    return any(first and second for first, second in pairwise(longer))
