"""What people say around their name: "Guten Tag, hier ist die Erika Müller", "Schmidt mit D T", "Vorname Erika"."""

from __future__ import annotations

import re

from telephony_gateway.language.contact.spelled_runs import letters_at
from telephony_gateway.language.normalise import shapes

_GREETING = (
    r"(?:einen )?(?:schönen )?guten (?:tag|morgen|abend)|hallo|hi|servus|moin(?: moin)?|gr(?:ü|ue)(?:ß|ss) (?:gott|dich|sie|euch)"
    r"|grüezi|hello|good (?:morning|afternoon|evening)|(?:tag|morgen|abend|hey|nein|no|so|well)(?=\s*,)"
)
_FILLING = r"ja|äh|ähm|ehm|also|yes|okay|ok|(?:genau|dann|wieder|gerne?)(?=[\s,]+\S)"
_INTRODUCING = (
    r"hier (?:ist|spricht)|hier(?=\s*[,:]|\s+\S)|(?:(?:mein|der) )?(?:name|nachname|familienname) (?:ist|lautet|wäre|war)|name\s*:"
    r"|schreiben sie|ich hei(?:ß|ss)e|ich bin(?:'s| es|s)?|das (?:ist|wäre)|es ist"
    r"|(?:my|the) (?:(?:full|last) )?name(?: is|'s)|(?:sur)?name is|this is|it(?: is|'s)|i(?: am|'m)(?: called)?|call me|that(?: is|'s)"
    r"|(?:auf|unter|für) (?:den|dem) namen(?: von)?|under the name(?: of)?"
    r"|für mein(?:e|en)? (?:frau|mann|tochter|sohn|mutter|vater|freundin|freund)\s*,"
)
# After these comes a name, and not a time or "meinen Namen": whatever else it is is told by what is left.
_FOR = r"(?:auf|unter|für|for|under)(?=\s+\S)"
_ARTICLE = r"(?:die|der)(?=\s+\S)"
_LEADING = re.compile(
    rf"^\s*(?:(?:{_GREETING}|{_FILLING}|{_INTRODUCING}|{_FOR}|{_ARTICLE})(?![\w'’-])[\s,:;.!]*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:[\s,;.!]+(?:guten (?:tag|morgen|abend)|hallo|grüezi|hello|hier|bitte(?: schön)?|danke(?: schön)?|(?:hier )?am (?:apparat|telefon)"
    r"|(?:ist|wäre) (?:mein|der) name|mein name|hei(?:ß|ss)e ich|spricht|speaking|here|please|thanks|thank you"
    r"|is (?:my|the) name|wie (?:der|die|das) .*))[\s,;.!]*$",
    re.IGNORECASE,
)
_IS = r"\s*(?:ist|lautet|is|:)?\s*"
_FIRST = rf"(?:mein )?(?:vorname|first name|given name){_IS}(?P<first>[^,;]+?)"
_LAST = rf"(?:mein )?(?:nachname|familienname|zuname|surname|last name|family name){_IS}(?P<last>[^,;]+?)"
_LABELLED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_FIRST}[\s,;]*(?:und|and)?\s*{_LAST}",
        rf"{_LAST}[\s,;]*(?:und|and)?\s*{_FIRST}",
        rf"(?P<first>[^,;]+?)\s*,\s*{_LAST}",
        rf"(?P<last>[^,;]+?)\s*,\s*{_FIRST}",
        _FIRST,
        _LAST,
    )
)
_IN_EACH_LABEL = "name"
_WITH = re.compile(r"[\s,]+(?P<with>mit|with)\s+(?P<letters>.+)$", re.IGNORECASE)
_WHERE = frozenset(
    {"am", "ende", "hinten", "vorne", "anfang", "in", "der", "mitte", "at", "the", "end", "geschrieben"}
)
# Of names as they are written: "von der Leyen", "Müller und Schmidt", "Dr. med.".
_PARTICLES = (
    "von van vom der den de het zu zum zur und and da das di do dos du la las le el al bin ibn ben ter ten te af av y i e d o"
    " geb geborene dr prof med jun sen jr sr st thi della del dal"
)
_SMALL = frozenset(_PARTICLES.split())
_ENDS = " .,;:!?\t\n"


def bare_name(text: str) -> str:
    """The name without what introduces it and what is said behind it."""
    said = text.strip(_ENDS)
    while (shorter := _TRAILING.sub("", _LEADING.sub("", said)).strip(_ENDS)) != said:
        said = shorter
    return _unlabelled(said)


def _unlabelled(said: str) -> str:
    if _IN_EACH_LABEL not in said.lower():
        return said
    for pattern in _LABELLED:
        found = pattern.fullmatch(said)
        if found:
            parts = found.groupdict(default="")
            return f"{parts.get('first', '')} {parts.get('last', '')}".strip(_ENDS)
    return said


def small_words(name: str) -> list[str]:
    """What is written small in a name and is no part of names as they are written."""
    if name.islower():
        return []
    return [word for word in re.split(r"[\s.,()/&]+", name) if word.islower() and word not in _SMALL]


def without_spelling(said: str) -> tuple[str, bool]:
    """The name without "mit D T"; and whether it is written with what was said."""
    found = _WITH.search(said)
    if not found:
        return said, True
    words = [found["with"].lower(), *(shape.text for shape in shapes(found["letters"]))]
    letters, end = letters_at(words, 1)
    if not letters or not set(words[end:]) <= _WHERE | {",", "."}:
        return said, True
    name = said[: found.start()].rstrip(_ENDS)
    return name, letters in name.lower()
