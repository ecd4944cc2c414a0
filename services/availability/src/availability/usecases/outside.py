"""Owns the look at calendars outside before a time is called free, and how long a caller waits for it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from availability.domain.holds import Held, Offer, Taking
from availability.usecases.business import Business

LOOK_S = 0.8
"""All looks of one answer together."""
LOOKS_MAX = 3
"""After so many, what is left is said as it is known."""
WORTH_S = 0.05
"""With less time nobody is asked."""


@dataclass(frozen=True, slots=True)
class Looked:
    """``taken``: what somebody outside has. ``certain``: of everything else it is known that nobody has."""

    taken: tuple[Taking, ...] = ()
    certain: bool = True


class Outside(Protocol):
    """The calendars outside."""

    async def look(self, tenant_id: str, takings: Sequence[Taking], *, within_s: float) -> Looked:
        """Never raises: where nobody answers in time, nothing is certain."""


@dataclass(slots=True)
class Looker:
    """The looks of one answer. ``timer`` tells seconds that only grow."""

    outside: Outside
    timer: Callable[[], float]
    business: Business
    left_s: float = LOOK_S
    looks: int = 0

    async def look(self, offers: Iterable[Offer]) -> Looked:
        """Whether anybody outside has a part of what the offers take of people."""
        if not self.business.looks_outside:
            return Looked()
        takings = tuple(dict.fromkeys(taking for offer in offers for taking in offer.occupied))
        if not takings:
            return Looked()
        if self.looks == LOOKS_MAX or self.left_s < WORTH_S:
            return Looked(certain=False)
        begun = self.timer()
        looked = await self.outside.look(self.business.tenant_id, takings, within_s=self.left_s)
        self.left_s -= self.timer() - begun
        self.looks += 1
        return looked


def as_held(takings: Iterable[Taking], now: datetime) -> tuple[Held, ...]:
    """What somebody outside has, beside what others hold."""
    return tuple(Held(taking.owner_id, taking.interval, now) for taking in takings)
