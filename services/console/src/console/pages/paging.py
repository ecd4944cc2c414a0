"""Lists that come whole from their service, shown in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
SHOWN = 20


@dataclass(frozen=True)
class Shown(Generic[T]):
    """A part of a list."""

    rows: Sequence[T]
    page: int
    """From 1."""
    count: int
    """Of the whole list."""
    more: bool


def shown(rows: Sequence[T], page: int, *, size: int = SHOWN) -> Shown[T]:
    """A page of it; one that is beyond the end is empty."""
    page = max(1, page)
    start = (page - 1) * size
    return Shown(rows[start : start + size], page, len(rows), len(rows) > start + size)
