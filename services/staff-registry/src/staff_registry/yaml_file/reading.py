"""What describing needs of a node, so that one description of the file's form serves two: reading it, and its schema."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


class Node(Protocol):
    """A place in the file. What is read without a default has to be there."""

    def fields(self, **fields: str) -> Mapping[str, "Node"]:
        """The fields of a block, each named with its path in the description."""
        ...

    def each(self, read: Callable[["Node"], T], *, required: bool = False) -> tuple[T, ...]:
        """The entries of a list, each read."""
        ...

    def block(self, read: Callable[["Node"], T], default: T) -> T:
        """A block of fields that may be left out."""
        ...

    def text(self, default: str | None = None) -> str:
        """A text as it is written."""
        ...

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        ...

    def choice(self, choices: Mapping[str, T], default: str | None = None) -> T | None:
        """What one of some words stands for."""
        ...

    def whole(self, default: int | None = None) -> int:
        """A whole number."""
        ...

    def maybe_whole(self) -> int | None:
        """A whole number, or nothing."""
        ...

    def yes(self) -> bool:
        """true or false; nothing is false."""
        ...

    def day(self, default: str | None = None) -> str:
        """A day, as a text that is judged later."""
        ...

    def clock(self) -> str:
        """A time of the day, as a text that is judged later."""
        ...

    def instant(self) -> datetime:
        """A date and time with its offset."""
        ...
