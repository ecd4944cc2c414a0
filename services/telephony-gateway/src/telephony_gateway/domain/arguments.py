"""The arguments of the functions: one name each, and the other names under which models send them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TEXT_MAX = 300
"""Longer texts are cut: nobody says that much in one argument."""
_SYNONYMS = {
    "date": ("date", "datum", "appointment_date", "date_string", "preferred_date"),
    "time": ("time", "uhrzeit", "appointment_time", "preferred_time", "zeitraum"),
    "datetime": ("datetime", "date_time"),
    "customer_name": ("customer_name", "name", "kundename"),
    "service": ("service", "service_name", "dienstleistung", "service_id"),
    "staff": ("staff", "mitarbeiter", "preferred_staff_id", "mitarbeiter_wunsch"),
    "option_id": ("option_id", "option"),
}
# What models write where the caller has said nothing.
_NOTHING = frozenset(
    {
        "",
        "none",
        "null",
        "nil",
        "undefined",
        "unknown",
        "unbekannt",
        "n/a",
        "na",
        "-",
        "keine",
        "keiner",
        "nicht angegeben",
    }
)
_UNSET_VARIABLE = re.compile(r"\{\{.*?\}\}")


@dataclass(frozen=True)
class Arguments:
    """What the caller said, as the model passed it on; "" where nothing was said."""

    date: str = ""
    time: str = ""
    customer_name: str = ""
    service: str = ""
    staff: str = ""
    option_id: str = ""


def read(arguments: Mapping[str, Any]) -> Arguments:
    """Pick what we know, whatever it is called; the rest (``execution_message``, ``call_id``, …) is not looked at."""
    values = {name: _first(arguments, names) for name, names in _SYNONYMS.items()}
    both = values.pop("datetime")
    if both and not values["date"]:
        # The language engine reads date and time from one text; a separate time, where there is one, still counts.
        values["date"] = both
    return Arguments(**values)


def _first(arguments: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        text = _clean(arguments.get(name))
        if text:
            return text
    return ""


def _clean(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    kept = "".join(character if character.isprintable() else " " for character in str(value)[:TEXT_MAX])
    text = " ".join(unicodedata.normalize("NFC", kept).split())
    # TG-25: a variable that the agent never set arrives as its own name.
    return "" if text.casefold() in _NOTHING or _UNSET_VARIABLE.search(text) else text
