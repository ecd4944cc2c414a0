"""By how much something is to be moved: "eine Stunde später", "um eine halbe Stunde nach vorne", "a week later"."""

import re
from datetime import timedelta

from telephony_gateway.usecases.repetition import cardinal

_UNITS = {
    "minute": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "stunde": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "tag": timedelta(days=1),
    "day": timedelta(days=1),
    "woche": timedelta(weeks=1),
    "week": timedelta(weeks=1),
}
_PARTS = {
    "halbe": 0.5, "halben": 0.5, "halb": 0.5, "half": 0.5, "viertel": 0.25, "quarter": 0.25, "dreiviertel": 0.75,
    "anderthalb": 1.5, "eineinhalb": 1.5,
}  # fmt: skip
_LATER, _EARLIER = "später|nach hinten|later", "früher|eher|nach vorne?|earlier|sooner"
_SHIFT = re.compile(
    rf"(?:um |by )?(?P<count>[\w ]+?) ?(?P<unit>{'|'.join(_UNITS)})(?:e?n?|s) "
    rf"(?:(?P<later>{_LATER})|(?:{_EARLIER}))(?: verschieben| verlegen)?"
)
_ARTICLES = frozenset({"a", "an", "of", "eine", "einer", "einen", "ein"})


def shift_in(said: str) -> timedelta | None:
    """None: the words are no length, or more than one."""
    match = _SHIFT.fullmatch(" ".join(said.casefold().split()))
    if match is None:
        return None
    count = _count(match["count"])
    length = _UNITS[match["unit"]] * count
    return None if not count else length if match["later"] else -length


def _count(said: str) -> float:
    words = said.replace("drei viertel", "dreiviertel").split()
    part = next((_PARTS[word] for word in words if word in _PARTS), 0.0)
    if part:
        return part if all(word in _PARTS or word in _ARTICLES for word in words) else 0.0
    # "Ein paar" is no number, and "Donnerstag eine" is more than one.
    return 1.0 if words in (["a"], ["an"]) else float(cardinal(words[0])) if len(words) == 1 else 0.0
