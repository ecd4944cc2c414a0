"""What callers say without naming anything: consent, and that they do not mind. Whoever says one word more says something else."""

import re
from functools import lru_cache

_CONSENT = (
    "ja|jo|jawohl|gerne?|bitte|genau|passt|gut|super|perfekt|okay|ok|in ordnung|einverstanden|nehmen?|yes|yeah|yep|please|sure|fine"
    "|perfect|great|works|take|good|klar|natürlich|wunderbar|prima|lovely|wonderful|absolutely|definitely"
)
_BESIDE_CONSENT = (
    "den|die|das|ich|wir|dann|so|machen|mir|sehr|ganz|danke|vielen dank|auf jeden fall|that|i'll|i|will|it|thanks|thank you"
    "|very much|of course|let's|do|me|for"
)
_ANY_TIME = "egal|gleich|irgendwann|jederzeit|ganztags|den ganzen tag|any|anytime|whenever|matter|mind|flexibel|flexible"
_BESIDE_ANY_TIME = (
    "ist|das|es|mir|ganz|völlig|wann|wie|um|welche|viel|uhr|die|zeit|uhrzeit|ich|bin|da|is|it|doesn't|does|not|don't|i|to|me|time"
    "|at|of|day|all|what"
)
_ANYBODY = (
    r"egal|gleich|beliebig\w*|irgend\w+|jede[rnms]?|rolle|präferenz|bestimmte\w*|wer \w*\s?frei\w*|any\w*|whoever|matter|mind"
    "|preference|particular"
)
_ONLY_CONSENT = re.compile(rf"(?:(?:{_CONSENT}|{_BESIDE_CONSENT})\b\W*)+", re.IGNORECASE)
_SAYS_CONSENT = re.compile(rf"\b(?:{_CONSENT})\b", re.IGNORECASE)
_DENIAL = re.compile(r"\b(?:nein|nee?|nö|nicht|kein\w*|lieber|no|not|don't|false)\b", re.IGNORECASE)
_TRUE = frozenset({"true", "1"})
_ONLY_ANY_TIME = re.compile(rf"(?:(?:{_ANY_TIME}|{_BESIDE_ANY_TIME})\b\W*)+", re.IGNORECASE)
_SAYS_ANY_TIME = re.compile(rf"\b(?:{_ANY_TIME})\b", re.IGNORECASE)
_SAYS_ANYBODY = re.compile(rf"\b(?:{_ANYBODY})\b", re.IGNORECASE)


def is_consent(said: str) -> bool:
    """ "Ja, den nehme ich"."""
    return bool(_ONLY_CONSENT.fullmatch(said.strip()) and _SAYS_CONSENT.search(said))


def says_yes(said: str) -> bool:
    """ "Ja, bitte absagen": a yes with more words around it."""
    return bool(_SAYS_CONSENT.search(said) or said.casefold() in _TRUE) and not says_no(said)


def says_no(said: str) -> bool:
    """ "Nein", "lieber nicht"."""
    return bool(_DENIAL.search(said))


@lru_cache(maxsize=512)
def minds_no_time(said: str) -> bool:
    """ "Ist mir egal", "egal wann"; but "egal, nur nicht vor zehn" says something of the time."""
    return bool(_ONLY_ANY_TIME.fullmatch(said.strip()) and _SAYS_ANY_TIME.search(said))


def minds_nobody(said: str) -> bool:
    """ "Egal wer", and our own question's words: "oder ist es Ihnen gleich?"."""
    return bool(_SAYS_ANYBODY.search(said))
