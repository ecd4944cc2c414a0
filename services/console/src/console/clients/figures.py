"""Counts by day, remembered for a minute: pages are made again with every event, and days hardly change meanwhile."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from chassis.clock import Clock
from console.clients.peers import Peers
from console.clients.sections import Section, section
from console.clients.stamps import stamp
from rufbuch.booking.v1 import operations_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import operations_pb2 as sync_pb2
from rufbuch.telephony.v1 import operations_pb2 as calls_pb2

T = TypeVar("T")
KEPT = timedelta(minutes=1)
CALL_DAYS, SYNC_DAYS = 14, 30


@dataclass(frozen=True)
class Days:
    """Local days that follow each other."""

    first: date
    count: int
    zone: ZoneInfo

    @property
    def all(self) -> list[date]:
        """In order."""
        return [self.first + timedelta(days=ahead) for ahead in range(self.count)]

    @property
    def start(self) -> datetime:
        """Midnight there."""
        return datetime.combine(self.first, time(), tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        """Midnight after the last."""
        return datetime.combine(self.first + timedelta(days=self.count), time(), tzinfo=self.zone)


class Figures:
    """What the services count, one business at a time."""

    def __init__(self, peers: Peers, clock: Clock) -> None:
        self._peers, self._clock = peers, clock
        self._known: dict[tuple[str, str], tuple[datetime, object]] = {}

    def days(self, zone: ZoneInfo, count: int) -> Days:
        """The last days, today among them."""
        today = self._clock.now().astimezone(zone).date()
        return Days(today - timedelta(days=count - 1), count, zone)

    async def calls(self, tenant_id: str, days: Days) -> Section[Sequence[calls_pb2.CallDay]]:
        """Calls, and what came of them."""

        async def ask() -> Sequence[calls_pb2.CallDay]:
            request = calls_pb2.GetCallFiguresRequest(tenant_id=tenant_id, **_span(days))
            return (await self._peers.calls.GetCallFigures(request)).days

        return await self._remembered(tenant_id, f"calls {days.count}", ask)

    async def bookings(self, tenant_id: str, days: Days) -> Section[Sequence[booking_pb2.BookingDay]]:
        """Appointments by the day on which they were made."""

        async def ask() -> Sequence[booking_pb2.BookingDay]:
            request = booking_pb2.GetBookingFiguresRequest(tenant_id=tenant_id, **_span(days))
            return (await self._peers.booking.GetBookingFigures(request)).days

        return await self._remembered(tenant_id, f"bookings {days.count}", ask)

    async def copies(self, tenant_id: str, days: Days) -> Section[Sequence[sync_pb2.SyncDay]]:
        """Copies at Cal.com, and what unknown outcomes turned out to be."""

        async def ask() -> Sequence[sync_pb2.SyncDay]:
            request = sync_pb2.GetSyncFiguresRequest(tenant_id=tenant_id, **_span(days))
            return (await self._peers.sync.GetSyncFigures(request)).days

        return await self._remembered(tenant_id, f"copies {days.count}", ask)

    async def _remembered(
        self, tenant_id: str, what: str, ask: Callable[[], Awaitable[Sequence[T]]]
    ) -> Section[Sequence[T]]:
        now, key = self._clock.now(), (tenant_id, what)
        known = self._known.get(key)
        if known and now - known[0] < KEPT:
            return known[1]  # type: ignore[return-value] # what was kept under this name
        told = await section(ask())
        if told.content is not None:
            self._known[key] = now, told
        return told


def _span(days: Days) -> dict[str, Any]:
    return {"start_time": stamp(days.start), "end_time": stamp(days.end), "time_zone": days.zone.key}
