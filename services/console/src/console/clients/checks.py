"""What tells whether an installation works: who hears of whom, what came last, what the doctor finds."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chassis.clock import Clock
from console.clients.peers import Peers
from console.clients.stamps import stamp
from rufbuch.availability.v1 import operations_pb2 as availability_pb2
from rufbuch.booking.v1 import operations_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.telephony.v1 import operations_pb2 as calls_pb2

LOOKED_UP_S = 20.0
"""Asking Cal.com takes longer than reading a page may."""


class Checks:
    """All services, one business at a time."""

    def __init__(self, peers: Peers, clock: Clock) -> None:
        self._peers, self._clock = peers, clock

    async def streams(self) -> Sequence[availability_pb2.StreamStatus]:
        """What availability follows."""
        request = availability_pb2.GetStreamStatusRequest()
        return (await self._peers.availability.GetStreamStatus(request)).streams

    async def lags(self, positions: Mapping[str, str]) -> Sequence[booking_pb2.ReaderLag]:
        """What the readers of booking's log have not read yet: those with these positions, and its own."""
        request = booking_pb2.GetEventLagRequest(positions=positions)
        return (await self._peers.booking.GetEventLag(request)).readers

    async def heard(self, tenant_id: str) -> calls_pb2.GetCallStatusResponse:
        """What came from Retell last, and from which agent."""
        return await self._peers.calls.GetCallStatus(calls_pb2.GetCallStatusRequest(tenant_id=tenant_id))

    async def busy_times_as_of(self, tenant_id: str) -> datetime | None:
        """Up to when people's other appointments at Cal.com are known; None: of somebody they were never read."""
        now = self._clock.now()
        request = sync_pb2.ListBusyTimesRequest(
            tenant_id=tenant_id, start_time=stamp(now), end_time=stamp(now + timedelta(minutes=1))
        )
        answer = await self._peers.sync.ListBusyTimes(request)
        return answer.as_of_time.ToDatetime(tzinfo=now.tzinfo) if answer.HasField("as_of_time") else None

    async def accounts(self, tenant_id: str) -> Sequence[sync_pb2.AccountCheck]:
        """Asks Cal.com whether keys and webhooks are right; changes nothing."""
        request = sync_pb2.CheckAccountsRequest(tenant_id=tenant_id)
        return (await self._peers.sync.CheckAccounts(request, timeout=LOOKED_UP_S)).accounts

    async def mappings(self, tenant_id: str) -> Sequence[sync_pb2.MappingCheck]:
        """Asks Cal.com whether everything that is mapped can be booked; changes nothing."""
        request = sync_pb2.CheckMappingsRequest(tenant_id=tenant_id)
        return (await self._peers.sync.CheckMappings(request, timeout=LOOKED_UP_S)).mappings
