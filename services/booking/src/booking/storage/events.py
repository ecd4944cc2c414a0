"""Reads the event log as what it means."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from booking.domain.event import CallbackPromised, CustomerErased, Event, Happening, Moved, Reassigned, Stated
from booking.storage import event_kinds as kinds
from booking.storage.callback_documents import callback_from
from booking.storage.documents import from_document
from chassis import eventlog

_STATED = {kinds.BOOKED, kinds.CANCELLED, kinds.COMPLETED, kinds.NO_SHOW}


class SqlEvents:
    """The events of the service's own schema."""

    def __init__(self, log: eventlog.EventLog) -> None:
        self._log = log

    async def watch(self, after: str) -> AsyncIterator[Event]:
        """All events after a position ("": from the beginning), then the new ones. Raises PositionInvalidError."""
        async for entry in self._log.watch(after):
            happening = _meaning(entry.kind, entry.payload)
            yield Event(entry.position, entry.recorded_at, entry.traceparent, happening)


def _meaning(kind: str, payload: dict[str, Any]) -> Happening:
    if kind in _STATED:
        return Stated(from_document(payload))
    if kind == kinds.RESCHEDULED:
        return Moved(from_document(payload["previous"]), from_document(payload["appointment"]))
    if kind == kinds.CALLBACK_REQUESTED:
        return CallbackPromised(callback_from(payload))
    if kind == kinds.CUSTOMER_ERASED:
        return CustomerErased(UUID(payload["tenant_id"]), UUID(payload["customer_id"]))
    if kind == kinds.REASSIGNED:
        return Reassigned(from_document(payload), UUID(payload["previous_person_id"]))
    # Passing over what is not understood would lose it for the reader.
    raise ValueError(f"an event of an unknown kind: {kind}")
