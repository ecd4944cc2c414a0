"""What became of words that should have named something."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Certainty(StrEnum):
    """NONE: nothing of the kind was said. DOUBTFUL: read it back and ask. OK: as good as written."""

    NONE = "none"
    OK = "ok"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Heard:
    """The value that was heard, empty where there is none."""

    certainty: Certainty
    value: str = ""


NOTHING = Heard(Certainty.NONE)


def heard(value: str, *, sure: bool) -> Heard:
    """A value, certain or not; none where it is empty."""
    if not value:
        return NOTHING
    return Heard(Certainty.OK if sure else Certainty.DOUBTFUL, value)
