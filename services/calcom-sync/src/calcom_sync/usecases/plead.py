"""Ask booking for what only it can do, again and again until it has answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from calcom_sync.domain.pleas import Plea, pause_after
from calcom_sync.usecases.ports import Clock


class NotYetError(Exception):
    """Booking has not answered, or cannot do it yet; says what it said."""


class Desk(Protocol):
    """Booking, as far as it is asked for something."""

    async def ask(self, plea: Plea) -> str:
        """What came of it. Raises NotYetError."""
        ...


class Pleas(Protocol):
    """Where pleas wait."""

    async def take(self, now: datetime) -> Sequence[Plea]:
        """Those that are due, put off meanwhile, so that nobody else asks at the same time."""
        ...

    async def answered(self, plea: Plea, answer: str, now: datetime) -> None: ...

    async def put_off(self, plea: Plea, error: str, until: datetime) -> None: ...


async def plead(*, pleas: Pleas, desk: Desk, clock: Clock) -> int:
    """Ask for everything that is due. How much of it was answered."""
    answered = 0
    for plea in await pleas.take(clock.now()):
        try:
            answer = await desk.ask(plea)
        except NotYetError as error:
            await pleas.put_off(plea, str(error), clock.now() + pause_after(plea.attempts))
        else:
            await pleas.answered(plea, answer, clock.now())
            answered += 1
    return answered
