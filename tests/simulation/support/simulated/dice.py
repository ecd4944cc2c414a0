"""Owns chance: every decision depends on the seed and on what is decided about, never on what was decided before.

So a plan from which a call was taken out meets the same faults in all other calls, and a failing run can be shrunk.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


def number(*about: object) -> float:
    """A number in [0, 1) that is always the same for the same things."""
    digest = hashlib.blake2b("/".join(map(str, about)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def generator(*about: object) -> random.Random:
    """A generator of its own for each thing that is decided about."""
    return random.Random("/".join(map(str, about)))


@dataclass
class Dice:
    """Decides about messages as they are sent: the n-th of its kind between the same two meets the same fate."""

    seed: int
    rate: float
    """The share of messages that something happens to, in all faults together."""
    on: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    _sent: Counter[str] = field(default_factory=Counter)

    def fate(self, what: str, about: str, fates: Sequence[tuple[str, float]]) -> tuple[str, random.Random]:
        """What happens to a message: one of the names with its share of the rate, or "". The generator is for details."""
        key = f"{what}/{about}"
        self._sent[key] += 1
        dice = generator(self.seed, key, self._sent[key])
        self.counts[what] += 1
        if not self.on:
            return "", dice
        thrown = dice.random() / self.rate if self.rate else 1.0
        total = sum(share for _, share in fates)
        for name, share in fates:
            if thrown < share / total:
                self.struck[f"{what} {name}"] += 1
                return name, dice
            thrown -= share / total
        return "", dice

    def chance(self, what: str, about: str, probability: float) -> bool:
        """Whether something happens that has a probability of its own."""
        key = f"{what}/{about}"
        self._sent[key] += 1
        if not self.on or number(self.seed, key, self._sent[key]) >= probability:
            return False
        self.struck[what] += 1
        return True
