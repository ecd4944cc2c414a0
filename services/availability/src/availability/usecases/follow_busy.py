"""Owns what becomes of the events of a log: stored once by whichever replica is first, and applied in every memory."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from availability.domain.holds import Taking
from availability.usecases.calendars import BusyChange, Calendars
from availability.usecases.following import FIRST_PAUSE_S, LOOK_BACK, StreamHealth, StreamLostError
from chassis.clock import Clock
from signals.metrics import Counter

_log = logging.getLogger(__name__)
_events = Counter(
    "rufbuch_availability_events",
    "Events of other services by what became of them",
    {"log": ("bookings", "calendars"), "outcome": ("stored", "stored_elsewhere", "unknown_kind", "refused")},
)


class EventRefusedError(Exception):
    """What it says cannot be stored, now and whenever it comes again."""


@dataclass(frozen=True, slots=True)
class BusyEvent:
    """An entry of a log. ``changes`` is None for a kind that this version does not know."""

    position: str
    occurred_at: datetime
    traceparent: str
    changes: tuple[BusyChange, ...] | None
    freed: tuple["Freed", ...] = ()


@dataclass(frozen=True, slots=True)
class Freed:
    """What an appointment took of people's time, and has given back."""

    tenant_id: str
    branch_id: str
    takings: tuple[Taking, ...]
    kept: tuple[Taking, ...] = ()
    """What the appointment takes that has taken its place."""


@dataclass(frozen=True, slots=True)
class StoredBusy:
    """What all replicas together have stored: up to where, and what is taken."""

    position: str
    changes: Sequence[BusyChange]


class BusyStore(Protocol):
    """What the tables have of one log. All methods raise StreamLostError where the database is out of reach."""

    async def load(self, since: datetime) -> StoredBusy:
        """The position, and what ends after an instant, as they were at one moment."""

    async def record(self, after: str, *events: BusyEvent) -> bool:
        """Store events together with the position of the last, unless the stored position is not ``after``: then another
        replica has stored the first of them already, if not all, and this returns False. Raises EventRefusedError: nothing was
        stored, since one of them at least cannot be."""

    async def position(self) -> str:
        """Up to where the log is stored."""


class BusyFollower:
    """Brings the calendars up to what a log says."""

    def __init__(
        self, store: BusyStore, calendars: Calendars, clock: Clock, health: StreamHealth, *, log: str
    ) -> None:
        self._store, self._calendars, self._clock, self._health = store, calendars, clock, health
        self._log = log
        self._position = ""
        self._unstored: dict[str, BusyEvent] = {}
        """By position; what was heard a second time is in it once."""

    async def load(self) -> str:
        """Read what is stored, waiting for the database if need be; the position to follow from."""
        while True:
            try:
                stored = await self._store.load(self._clock.now() - LOOK_BACK)
                break
            except StreamLostError as error:
                _log.warning("what is taken cannot be read yet", extra={"fault": str(error)})
                await asyncio.sleep(10 * FIRST_PAUSE_S)
        for change in stored.changes:
            self._calendars.apply(change)
        self._position = stored.position
        return stored.position

    def apply(self, event: BusyEvent) -> None:
        """Take note of one event in memory, and store it with what comes next. Repeating it is harmless."""
        for change in event.changes or ():
            self._calendars.apply(change)
        self._calendars.heard(event.occurred_at)
        if event.changes is None:
            _log.warning("an event of an unknown kind is stepped over", extra={"position": event.position})
        self._unstored[event.position] = event

    async def settle(self) -> None:
        """Store what was taken note of. Raises StreamLostError; then all of that has to be heard again."""
        events, self._unstored = list(self._unstored.values()), {}
        if not events:
            return
        try:
            await self._store_all(events)
        except EventRefusedError:
            for event in events:
                await self._store_if_possible(event)
        self._health.reached(events[-1].occurred_at)

    async def _store_if_possible(self, event: BusyEvent) -> None:
        """Coming again it would be refused again, in every replica, and nothing behind it would ever be heard."""
        try:
            await self._store_all([event])
        except EventRefusedError as error:
            _log.error("an event cannot be stored", extra={"position": event.position, "error": str(error)})
            _events.labels(self._log, "refused").inc()
            await self._store_all([replace(event, changes=())])

    async def _store_all(self, events: Sequence[BusyEvent]) -> None:
        """Store the events that no other replica has stored."""
        left = len(await self._stored_here(events))
        self._position = events[-1].position
        for number, event in enumerate(events):
            stored = "stored" if number >= len(events) - left else "stored_elsewhere"
            _events.labels(self._log, "unknown_kind" if event.changes is None else stored).inc()

    async def _stored_here(self, events: Sequence[BusyEvent]) -> Sequence[BusyEvent]:
        """The last ones, that were stored by this call."""
        after = self._position
        while events and not await self._store.record(after, *events):
            if len(events) == 1:
                return ()
            after = await self._store.position()
            known = [event.position for event in events]
            events = events[known.index(after) + 1 :] if after in known else ()
        return events
