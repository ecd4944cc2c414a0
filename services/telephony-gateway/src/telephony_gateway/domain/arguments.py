"""The arguments of the functions: one name each, and the other names under which models send them."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from telephony_gateway.domain.contract import ARGUMENTS

TEXT_MAX = 300
"""Longer texts are cut: nobody says that much in one argument."""
_PLACES = {
    name: (argument.name, place)
    for argument in ARGUMENTS
    for place, name in enumerate((argument.name, *argument.synonyms))
}
"""Which argument a name stands for, and how much it counts beside its other names: the first that says something is taken."""
# What models write where the caller has said nothing.
_NOTHING = frozenset(
    [
        "",
        "none",
        "null",
        "nil",
        "undefined",
        "unknown",
        "unbekannt",
        "anonymous",
        "anonym",
        "n/a",
        "na",
        "-",
        "keine",
        "keiner",
        "nicht angegeben",
    ]
)
_UNSET_VARIABLE = re.compile(r"\{\{.*?\}\}")
_FILLED_BY_THE_PLATFORM = frozenset({"call_id", "execution_message"})
_TEXTS = (str, int, float)
_CALL_ID = re.compile(r"call_[0-9a-f]{32}")


class Arguments(NamedTuple):
    """What the caller said, as the model passed it on; "" where nothing was said."""

    date: str = ""
    time: str = ""
    customer_name: str = ""
    customer_email: str = ""
    service: str = ""
    staff: str = ""
    option_id: str = ""
    appointment_id: str = ""
    new_date: str = ""
    new_time: str = ""
    phone_number: str = ""
    topic: str = ""
    repeat_weeks: str = ""
    repeat_count: str = ""
    confirmed: str = ""
    language: str = ""


def read(arguments: Mapping[str, Any]) -> Arguments:
    """Pick what we know, whatever it is called; the rest (``execution_message``, ``call_id``, …) is not looked at."""
    ours = [(*_PLACES[name], value) for name, value in arguments.items() if name in _PLACES]
    values: dict[str, str] = {}
    for name, _, value in sorted(ours, key=_place):
        values[name] = values.get(name) or _clean(value)
    both = values.pop("datetime", "")
    if both and not values.get("date"):
        # The language engine reads date and time from one text; a separate time, where there is one, still counts.
        values["date"] = both
    elif both and not values.get("time"):
        # The day twice, and the time once: where the days are not the same it is asked which is meant.
        values["time"] = both
    return Arguments(**values)


def said(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What makes two calls of a function the same: all arguments but those that the platform or a whim adds."""
    return {key: value for key, value in arguments.items() if key not in _FILLED_BY_THE_PLATFORM}


def oddities(arguments: Mapping[str, Any], call_id: str) -> list[str]:
    """What a model or a flow got wrong, to be counted (TG-01, TG-02, TG-25); nothing depends on it."""
    odd = []
    claimed = arguments.get("call_id")
    if claimed is not None and claimed != call_id:
        shortened = isinstance(claimed, str) and len(claimed) > len("call_") and call_id.startswith(claimed)
        foreign = isinstance(claimed, str) and _CALL_ID.fullmatch(claimed)
        odd.append(
            "call_id_shortened" if shortened else "call_id_foreign" if foreign else "call_id_placeholder"
        )
    if any(isinstance(value, str) and _UNSET_VARIABLE.search(value) for value in arguments.values()):
        odd.append("variable_unset")
    return odd


def _place(ours: tuple[str, int, object]) -> int:
    return ours[1]


def _clean(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # JSON knows one kind of number, and 15.0 is 15.
    number = isinstance(value, float) and value.is_integer()
    kept = (f"{value:.0f}" if number else str(value))[:TEXT_MAX]
    if not kept.isprintable():
        kept = "".join(character if character.isprintable() else " " for character in kept)
    text = " ".join(unicodedata.normalize("NFC", kept).split())
    # TG-25: a variable that the agent never set arrives as its own name.
    return "" if text.casefold() in _NOTHING or _UNSET_VARIABLE.search(text) else text
