"""Owns the calendars outside as seen from here: what calendar-sync knows to be taken in them."""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from typing import TYPE_CHECKING

import grpc

from availability.clients.streams import messages
from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.domain.ledger import BusySource
from availability.stamps import stamp
from availability.usecases.calendars import BusyChange
from availability.usecases.follow_busy import BusyEvent
from availability.usecases.outside import Looked
from chassis.deadlines import time_left_s
from rufbuch.calendarsync.v1 import service_pb2, service_pb2_grpc
from signals.metrics import Counter

if TYPE_CHECKING:
    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub

ANSWERING_S = 0.15
"""Of a deadline, what is left to hold and to answer."""
_log = logging.getLogger(__name__)
_looks = Counter(
    "rufbuch_availability_looks_outside",
    "Looks at calendars outside before an answer",
    {"outcome": ("free", "taken", "unknown", "unanswered")},
)


class OutsideCalendars:
    """The calendar-sync service."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self._stub: CalendarSyncServiceAsyncStub = service_pb2_grpc.CalendarSyncServiceStub(channel)

    async def look(self, tenant_id: str, takings: Sequence[Taking], *, within_s: float) -> Looked:
        """See Outside."""
        request = service_pb2.CheckTimesRequest(tenant_id=tenant_id, times=map(_time, takings))
        # Whoever waits for the whole answer may have less patience; the answer still has to get there.
        patience_s = min(within_s, time_left_s(within_s + ANSWERING_S) - ANSWERING_S)
        try:
            answer = await self._stub.CheckTimes(request, timeout=max(0.0, patience_s))
        except grpc.aio.AioRpcError as error:
            _looks.labels("unanswered").inc()
            _log.warning("calendars outside were not looked at", extra={"code": error.code().name})
            return Looked(certain=False)
        told = list(zip(takings, answer.states, strict=False))
        taken = tuple(taking for taking, state in told if state == service_pb2.TIME_STATE_TAKEN)
        free = sum(state == service_pb2.TIME_STATE_FREE for _, state in told)
        certain = len(taken) + free == len(takings)
        _looks.labels("taken" if taken else "free" if certain else "unknown").inc()
        return Looked(taken, certain)

    async def events(self, after: str) -> AsyncIterator[BusyEvent | None]:
        """All changes after a position and then the new ones; None: connected, nothing new. Raises StreamLostError."""
        call = self._stub.WatchBusyTimes(service_pb2.WatchBusyTimesRequest(after=after))
        async for message in messages(call, self._channel):
            yield None if message is None else _event(message)


def _time(taking: Taking) -> service_pb2.PersonTime:
    begin, end = map(stamp, (taking.interval.start, taking.interval.end))
    return service_pb2.PersonTime(person_id=taking.owner_id, start_time=begin, end_time=end)


def _event(message: service_pb2.WatchBusyTimesResponse) -> BusyEvent:
    told = message.busy_time
    takings = () if message.gone else (_taking(told),)
    change = BusyChange(told.tenant_id, told.busy_id, takings, source=BusySource.EXTERNAL)
    return BusyEvent(message.position, message.event_time.ToDatetime(UTC), message.traceparent, (change,))


def _taking(told: service_pb2.BusyTime) -> Taking:
    begin, end = told.start_time.ToDatetime(UTC), told.end_time.ToDatetime(UTC)
    return Taking(told.person_id, Interval.of(begin, end))
