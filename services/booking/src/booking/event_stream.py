"""How many events travel in one message of the stream: those that are there at once, as far as a message may hold them."""

from collections import deque
from collections.abc import Iterator, Sequence

from booking.domain.event import Event
from booking.wire import event_to_wire
from rufbuch.booking.v1 import service_pb2

TOGETHER_MAX = 100
TOGETHER_BYTES = 1024 * 1024
"""gRPC lets 4 MiB through. A message above that ends the stream, and whoever comes again would be sent it again."""
Told = service_pb2.WatchEventsResponse


def messages_of(events: Sequence[Event], *, together: bool) -> Iterator[Told]:
    """What a reader is told, in order. Messages of one event are shared by all readers: change none."""
    unsent = deque(map(event_to_wire, events))
    while unsent:
        yield _message(_next(unsent)) if together else unsent.popleft()


def _next(unsent: deque[Told]) -> list[Told]:
    """Takes out what goes in one message: at least one event, however large it is."""
    part = [unsent.popleft()]
    if unsent:
        room = TOGETHER_BYTES - part[0].ByteSize()
        while unsent and len(part) < TOGETHER_MAX and (room := room - unsent[0].ByteSize()) >= 0:
            part.append(unsent.popleft())
    return part


def _message(part: Sequence[Told]) -> Told:
    first, *more = part
    if not more:
        return first
    told = Told()
    told.CopyFrom(first)
    told.more_events.extend(more)
    return told
