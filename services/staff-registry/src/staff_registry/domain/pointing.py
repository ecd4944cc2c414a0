"""Where a fault is: by position for what a description has, by key for what was kept of the stored business."""

import re
from collections.abc import Mapping

from staff_registry.domain.business import Branch, Business, Person, PhaseMapping, Policy, Service

Thing = Branch | Person | Service | PhaseMapping | Policy
_PLACE = re.compile(r"(branches|people|services|mappings|policies)\[(\d+)\]")


def pointing_at(faults: Mapping[str, str], described: Business, combined: Business) -> dict[str, str]:
    """The faults of a combined business, so that whoever wrote the description finds them."""
    return {
        _renamed(path, described, combined): _renamed(expected, described, combined)
        for path, expected in faults.items()
    }


def _renamed(text: str, described: Business, combined: Business) -> str:
    def place(found: re.Match[str]) -> str:
        field, position = found[1], int(found[2])
        if position < len(getattr(described, field)):
            return found[0]
        return f"{field}[{key_of(getattr(combined, field)[position])}]"

    return _PLACE.sub(place, text)


def key_of(thing: Thing) -> str:
    """What the thing is called among its kind."""
    if isinstance(thing, PhaseMapping):
        return f"{thing.service_key}/{thing.phase_position}/{thing.person_key}/{thing.account_key}"
    if isinstance(thing, Policy):
        return "/".join(key or "*" for key in thing.scope())
    return thing.key
