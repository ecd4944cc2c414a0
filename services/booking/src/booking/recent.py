"""What several readers of the same thing need is made once."""

from collections.abc import Callable
from typing import Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")
KEPT = 256
"""Readers are close to each other; more would only be memory."""


class Recent(Generic[S, T]):
    """Makes something of a thing once for all who ask about it, and about the next few, in the meantime."""

    def __init__(self, make: Callable[[S], T], *, kept: int = KEPT) -> None:
        self._make, self._most = make, kept
        self._kept: dict[str, tuple[S, T]] = {}

    def __call__(self, name: str, thing: S) -> T:
        """What is made of it. ``name``: where to look for it; a thing that has changed since is another one."""
        known = self._kept.get(name)
        if known and known[0] == thing:
            return known[1]
        made = self._make(thing)
        self._kept[name] = (thing, made)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return made

    def forget(self) -> None:
        """Keep nothing of what was made so far."""
        self._kept.clear()
