"""Follow the log of events for the waiting list: what came free, and what was booked."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking.domain.appointment import Appointment, State
from booking.domain.event import Event, Happening, Moved, Stated
from chassis.clock import Clock
from chassis.errors import StorageUnavailableError

AGAIN_S = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Noticed:
    """An appointment that has given its time back, and one that was made."""

    freed: Appointment | None = None
    booked: Appointment | None = None


@dataclass(frozen=True)
class Unread:
    """A batch of the log. What this version does not understand is none of ``events``, but is left behind as well."""

    after: str
    position: str
    events: Sequence[Event]

    @property
    def is_empty(self) -> bool:
        """Nothing is unread."""
        return self.position == self.after


class Intake(Protocol):
    """Where it is kept how far the log was read, together with what came of it. All raise StorageUnavailableError."""

    async def unread(self) -> Unread:
        """What follows after how far it was read, a batch at most."""
        ...

    def follow(self) -> AsyncGenerator[Unread, None]:
        """Batch after batch from how far it was read, as more comes, until the reader goes away."""
        ...

    async def record(self, after: str, noticed: Sequence[Noticed], position: str, now: datetime) -> bool:
        """Keep what follows from it and the new position, all or nothing. False: somebody else has read on from
        ``after``."""
        ...


async def notice_once(intake: Intake, clock: Clock) -> bool:
    """Take in a batch; whether there was one. Raises StorageUnavailableError."""
    unread = await intake.unread()
    if not unread.is_empty:
        await _take_in(intake, unread, clock)
    return not unread.is_empty


async def notice_changes(intake: Intake, clock: Clock) -> None:
    """Until cancelled. Several at once are harmless: each event is taken in once."""
    while True:
        try:
            await _follow(intake, clock)
        except StorageUnavailableError as error:
            _log.warning("events are not followed", extra={"fault": str(error)})
            await asyncio.sleep(AGAIN_S)


async def _follow(intake: Intake, clock: Clock) -> None:
    """Until somebody else has read on."""
    async with aclosing(intake.follow()) as batches:
        async for unread in batches:
            if not await _take_in(intake, unread, clock):
                return


async def _take_in(intake: Intake, unread: Unread, clock: Clock) -> bool:
    now = clock.now()
    noticed = [each for event in unread.events for each in _noticed(event.happening, now)]
    return await intake.record(unread.after, noticed, unread.position, now)


def _noticed(happening: Happening, now: datetime) -> list[Noticed]:
    """What it means for those who wait; time that is over is nobody's."""
    if isinstance(happening, Moved):
        freed, booked = happening.previous, happening.appointment
    elif isinstance(happening, Stated) and happening.appointment.state is State.CANCELLED:
        freed, booked = happening.appointment, None
    elif isinstance(happening, Stated) and happening.appointment.state is State.BOOKED:
        freed, booked = None, happening.appointment
    else:
        return []
    return [Noticed(freed if freed and freed.span.end_time > now else None, booked)]
