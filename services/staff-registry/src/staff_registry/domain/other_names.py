"""Other names of people: rows that were two and are one human."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Choice(enum.Enum):
    """Which of two counts; the names are those of the API."""

    KEEP_STAYING = "KEEP_STAYING"
    """That of the row that stays; counts where nothing was decided."""
    KEEP_GOING = "KEEP_GOING"
    """That of the row that becomes another name."""
    KEEP_BOTH = "KEEP_BOTH"


@dataclass(frozen=True)
class Alias:
    """Another key of a person. While ``retired`` is False the row of that key is still there: it is being made one with the
    person's, and the time of both is one already."""

    key: str
    of: str
    """Key of the person."""
    retired: bool
    decisions: Mapping[str, Choice] = field(default_factory=dict)
    """What was decided where both rows said something."""
    accounts: tuple[str, ...] = ()
    """Keys of the accounts that came with it: what is new goes to the person's own where both are mapped."""
