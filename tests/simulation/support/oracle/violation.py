"""Owns the word for what must not be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """Something that is not as it was told, or not as it has to be."""

    kind: str
    check: str
    text: str
    entries: tuple[int, ...] = ()
    """Of the plan: whose calls it is about."""


def found(text: str, *entries: int) -> Violation:
    """What a check has found; kind and name are added by whoever runs the checks."""
    return Violation("", "", text, entries)
