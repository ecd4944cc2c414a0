"""Owns how a stream of another service is followed for as long as the process lives, and what is known of its state."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from math import inf
from typing import Protocol, TypeVar

from chassis.clock import Clock

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0
SETTLE_S = 0.25
"""For how long entries that come without a break are dealt with before they are settled together."""
LOOK_BACK = timedelta(days=2)
"""What ended longer ago is of no interest: calendars begin with yesterday."""
LIVE = timedelta(seconds=2)
"""Events so young are heard as they happen."""
_log = logging.getLogger(__name__)


class StreamLostError(Exception):
    """The stream, or what its content is kept in, is out of reach; it is to be followed again from the position."""


class StreamHealth:
    """Whether a stream is connected, and up to which instant nothing is missing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known_to: datetime | None = None
        self.connected = False
        """Everything is known, and what comes will be heard at once."""
        self.was_complete = False
        """Everything was known at some time since the start."""

    def caught_up(self) -> None:
        """Nothing is waiting to be read."""
        self.connected = True
        self.reached(self._clock.now())

    def reached(self, instant: datetime) -> None:
        """What happened up to an instant is known."""
        self._known_to = max(self._known_to or instant, instant)
        self.was_complete = self.was_complete or self._clock.now() - instant < LIVE

    def lost(self) -> None:
        """The stream has broken."""
        self.connected = False

    def lag_s(self) -> float:
        """For how many seconds something may have been missed; infinite before anything is known."""
        if self._known_to is None:
            return inf
        return (self._clock.now() - self._known_to).total_seconds()

    async def check(self) -> None:
        """Raise unless everything was known once: for readiness."""
        if not self.was_complete:
            raise StreamLostError("not caught up yet")


class Entry(Protocol):
    """Anything that has a place in a stream."""

    @property
    def position(self) -> str:
        """Where to go on after it."""


E = TypeVar("E", bound=Entry)


async def follow(
    watch: Callable[[str], AsyncIterator[E | None]],
    deal_with: Callable[[E], Awaitable[None]],
    health: StreamHealth,
    *,
    name: str,
    after: str,
    settle: Callable[[], Awaitable[None]] | None = None,
    settle_s: float = SETTLE_S,
) -> None:
    """Deal with every entry in order, until cancelled. What is raised as StreamLostError is tried again, in growing steps, from
    the last entry that was dealt with; everything else is a bug and ends the loop.

    Where there is something to ``settle``, an entry is dealt with only when that is done: as soon as none follows at once or the
    stream is lost, and for several together where they come fast. What could not be settled is dealt with again."""
    pause_s, clock = FIRST_PAUSE_S, asyncio.get_running_loop().time
    while True:
        unsettled: str | None = None
        since = 0.0
        try:
            async for entry in watch(after):
                pause_s = FIRST_PAUSE_S
                if entry is not None:
                    since = clock() if unsettled is None else since
                    await deal_with(entry)
                    unsettled = entry.position
                at_once = settle is None or entry is None
                if unsettled is not None and (at_once or clock() - since >= settle_s):
                    reached, unsettled = unsettled, None
                    if settle:
                        await settle()
                    after = reached
                if entry is None:
                    health.caught_up()
        except StreamLostError as error:
            _log.warning("the stream %s is lost", name, extra={"fault": str(error)})
        health.lost()
        after = await _settled_at_last(settle, unsettled) or after
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def _settled_at_last(settle: Callable[[], Awaitable[None]] | None, unsettled: str | None) -> str | None:
    """Up to where what was heard before the stream was lost is settled: it may be away for longer than this process lives."""
    if settle is None or unsettled is None:
        return None
    try:
        await settle()
    except StreamLostError as error:
        _log.warning("what was heard last has to be heard again", extra={"fault": str(error)})
        return None
    return unsettled
