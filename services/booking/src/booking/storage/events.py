"""Reads the event log as what it means."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any
from uuid import UUID

from booking.domain.event import (
    CallbackChanged,
    CallbackPromised,
    CustomerErased,
    Event,
    Happening,
    Moved,
    Reassigned,
    Stated,
    WaitlistChanged,
)
from booking.recent import Recent
from booking.storage import event_kinds as kinds
from booking.storage.callback_documents import callback_from
from booking.storage.documents import from_document
from booking.storage.waiting_documents import entry_from
from chassis import eventlog

GATHER_S = 0.05
"""What is booked is held until whoever keeps the holds has heard of it, so nobody is in a hurry: one look for several."""
_STATED = {kinds.BOOKED, kinds.CANCELLED, kinds.COMPLETED, kinds.NO_SHOW}


class SqlEvents:
    """The events of the service's own schema."""

    def __init__(self, log: eventlog.EventLog) -> None:
        self._log = log

    async def watch(self, after: str) -> AsyncIterator[Sequence[Event]]:
        """All events after a position ("": from the beginning), then the new ones, those together that are there at once. Raises
        PositionInvalidError."""
        async with aclosing(self._log.batches(after, gather_s=GATHER_S)) as batches:
            async for entries in batches:
                events, fault = _up_to_a_fault(entries)
                if events:
                    yield events
                if fault:
                    raise fault


def _up_to_a_fault(entries: Sequence[eventlog.Event]) -> tuple[Sequence[Event], ValueError | None]:
    """What is before an entry that cannot be read is told all the same."""
    events: list[Event] = []
    try:
        events.extend(map(event_of, entries))
    except ValueError as error:
        return events, error
    return events, None


def is_known(kind: str) -> bool:
    """Whether this version knows what it means."""
    return kind in _MEANINGS


def event_of(entry: eventlog.Event) -> Event:
    """An entry of the log in our words. Raises ValueError for a kind that is not known."""
    return _read(entry.position, entry)


def _event(entry: eventlog.Event) -> Event:
    if entry.kind == kinds.CUSTOMER_ERASED:
        # In a quiet business her events would stay in memory for days.
        _read.forget()
    return Event(entry.position, entry.recorded_at, entry.traceparent, _meaning(entry.kind, entry.payload))


_read = Recent(_event)
"""Streams, messages and the waiting list come to each entry one soon after the other."""


def _meaning(kind: str, payload: dict[str, Any]) -> Happening:
    meaning = _MEANINGS.get(kind)
    if meaning is None:
        # Passing over what is not understood would lose it for the reader.
        raise ValueError(f"an event of an unknown kind: {kind}")
    return meaning(payload)


_MEANINGS: dict[str, Callable[[dict[str, Any]], Happening]] = {
    **dict.fromkeys(_STATED, lambda told: Stated(from_document(told))),
    kinds.RESCHEDULED: lambda told: Moved(
        from_document(told["previous"]), from_document(told["appointment"])
    ),
    kinds.CALLBACK_REQUESTED: lambda told: CallbackPromised(callback_from(told)),
    kinds.CALLBACK_CHANGED: lambda told: CallbackChanged(callback_from(told)),
    kinds.CUSTOMER_ERASED: lambda told: CustomerErased(UUID(told["tenant_id"]), UUID(told["customer_id"])),
    kinds.REASSIGNED: lambda told: Reassigned(from_document(told), UUID(told["previous_person_id"])),
    kinds.WAITLIST_ENTRY_CHANGED: lambda told: WaitlistChanged(entry_from(told)),
}
