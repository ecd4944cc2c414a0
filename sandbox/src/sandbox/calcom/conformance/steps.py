"""The words of a story: a step, a race of steps, and what their answers must look like."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

Json = dict[str, Any]
Who = Literal["host", "other", "wrong", "nobody"]


class Envelope(Enum):
    """The outer shapes of an answer."""

    SUCCESS = "success"
    NEST = "nest"
    LIST = "list of validator errors"
    ZOD = "zod"
    BARE = "bare"


class _Anything(Enum):
    ANY = "anything"


ANY = _Anything.ANY
"""Expects nothing in particular."""


@dataclass(frozen=True)
class Step:
    """One request. `{name}` in path, body and message stands for something an earlier step kept.

    `keys` must be among those of `data` (of its first row if it is a list); `keep` maps names to keys of `data`.
    """

    name: str
    method: str
    path: str
    body: object = None
    status: int = 200
    envelope: Envelope = Envelope.SUCCESS
    message: str | None = None
    data: object = ANY
    """A part of `data`: every key here must have this value there; a list's length is compared."""
    keys: frozenset[str] = frozenset()
    keep: dict[str, str] = field(default_factory=dict)
    who: Who = "host"
    version: str | None = "family"


@dataclass(frozen=True)
class Race:
    """Steps sent at once; `statuses` in ascending order is what they get, whoever wins."""

    name: str
    steps: tuple[Step, ...]
    statuses: tuple[int, ...]


Story = tuple[Step | Race, ...]


def keys(text: str) -> frozenset[str]:
    return frozenset(text.split())
