"""Reads the event log as what it means."""

from collections.abc import AsyncIterator

from booking.domain.event import AppointmentBooked
from booking.storage.book_statement import BOOKED
from booking.storage.documents import from_document
from chassis.eventlog import Event, EventLog


class SqlEvents:
    """The events of the service's own schema."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def watch(self, after: str) -> AsyncIterator[AppointmentBooked]:
        """All events after a position ("": from the beginning), then the new ones. Raises PositionInvalidError."""
        async for event in self._log.watch(after):
            yield _meaning(event)


def _meaning(event: Event) -> AppointmentBooked:
    if event.kind != BOOKED:
        # Passing over what is not understood would lose it for the reader.
        raise ValueError(f"an event of an unknown kind: {event.kind}")
    return AppointmentBooked(
        event.position, event.recorded_at, event.traceparent, from_document(event.payload)
    )
