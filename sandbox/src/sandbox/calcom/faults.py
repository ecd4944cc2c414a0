"""Trouble on order: which requests fail, wait, or see an old state."""

import random
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal[
    "fail_after_create",
    "timeout_after_create",
    "delay",
    "rate_limit",
    "server_error",
    "drop_webhook",
    "repeat_webhook",
    "stale_list",
]

_DEFAULT_SECONDS = {"timeout_after_create": 30.0, "delay": 1.0, "stale_list": 5.0, "rate_limit": 60.0}
_AFTER_SUCCESS = ("fail_after_create", "timeout_after_create", "drop_webhook", "repeat_webhook")


class Match(BaseModel):
    """`method` exactly, `path` as a regular expression searched in the path without its query."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = None
    path: str = ""

    @model_validator(mode="after")
    def _is_a_pattern(self) -> "Match":
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error
        return self

    def fits(self, method: str, path: str) -> bool:
        return self.method in (None, method) and re.search(self.path, path) is not None


class FaultOrder(BaseModel):
    """One fault as POST /admin/faults takes it. Without count and probability it strikes once."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    match: Match = Match()
    count: int | None = Field(default=None, ge=1)
    probability: float | None = Field(default=None, gt=0, le=1)
    seed: int = 0
    delay_ms: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0)

    @property
    def lasts_s(self) -> float:
        if self.delay_ms is not None:
            return self.delay_ms / 1000
        return self.seconds if self.seconds is not None else _DEFAULT_SECONDS.get(self.kind, 0.0)


@dataclass(slots=True)
class Fault:
    """An order at work. `left` None means without end."""

    id: int
    order: FaultOrder
    left: int | None
    dice: random.Random
    struck: int = 0

    def strikes(self) -> bool:
        if self.left == 0 or not self._chance():
            return False
        self._count(1)
        return True

    def give_back(self) -> None:
        """The request failed by itself, so this fault has not happened."""
        self._count(-1)

    def report(self) -> dict[str, Any]:
        return {
            **self.order.model_dump(exclude_none=True),
            "id": self.id,
            "left": self.left,
            "struck": self.struck,
        }

    def _chance(self) -> bool:
        return self.order.probability is None or self.dice.random() < self.order.probability

    def _count(self, step: int) -> None:
        self.struck += step
        if self.left is not None:
            self.left -= step


@dataclass(slots=True)
class Effects:
    """What the faults do to one request."""

    faults: list[Fault] = field(default_factory=list)

    def has(self, kind: Kind) -> bool:
        return any(fault.order.kind == kind for fault in self.faults)

    def seconds(self, kind: Kind) -> float:
        return sum(fault.order.lasts_s for fault in self.faults if fault.order.kind == kind)

    def copies(self) -> int:
        """How often a webhook is delivered."""
        if self.has("drop_webhook"):
            return 0
        return 2 if self.has("repeat_webhook") else 1

    def kinds(self) -> list[str]:
        return [fault.order.kind for fault in self.faults]

    def settle(self, *, succeeded: bool) -> None:
        """Gives back the faults that only mean something after a success."""
        if succeeded:
            return
        for fault in self.faults:
            if fault.order.kind in _AFTER_SUCCESS:
                fault.give_back()
        self.faults = [fault for fault in self.faults if fault.order.kind not in _AFTER_SUCCESS]


class Faults:
    """The orders of this process; a restart forgets them."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def add(self, order: FaultOrder) -> Fault:
        self._last_id += 1
        endless = order.count is None and order.probability is not None
        left = None if endless else order.count or 1
        fault = Fault(self._last_id, order, left, random.Random(order.seed))  # noqa: S311 - repeatable on purpose
        self._faults.append(fault)
        return fault

    def effects_on(self, method: str, path: str) -> Effects:
        """Draws every matching fault once."""
        matching = (fault for fault in self._faults if fault.order.match.fits(method, path))
        return Effects([fault for fault in matching if fault.strikes()])

    def all(self) -> list[Fault]:
        return list(self._faults)

    def clear(self) -> None:
        self._faults.clear()
