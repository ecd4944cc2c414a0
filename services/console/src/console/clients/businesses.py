"""What the registry says of a business: names for ids, zones, who does what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import grpc

from chassis.clock import Clock
from console.clients.peers import Peers
from console.clients.sections import AWAY
from rufbuch.staff.v1 import business_pb2, queries_pb2, service_pb2

KEPT = timedelta(seconds=5)
"""Names change rarely; every page asks for them."""


@dataclass(frozen=True)
class Business:
    """A business, and what its ids are called."""

    message: business_pb2.Business

    @property
    def name(self) -> str:
        """As callers hear it."""
        return self.message.name

    @cached_property
    def people(self) -> dict[str, str]:
        """Person id → name."""
        return {person.person_id: person.name for person in self.message.people}

    @cached_property
    def services(self) -> dict[str, str]:
        """Service id → name."""
        return {service.service_id: service.name for service in self.message.services}

    @cached_property
    def zone(self) -> ZoneInfo:
        """Of the first branch: what the page as a whole is told in."""
        return ZoneInfo(self.message.branches[0].time_zone)


class Businesses:
    """GetBusiness, remembered for moments."""

    def __init__(self, peers: Peers, clock: Clock) -> None:
        self._peers, self._clock = peers, clock
        self._known: dict[str, tuple[datetime, Business]] = {}

    async def get(self, tenant_id: str) -> Business:
        """The business; as it was last, where the registry is away. Raises AioRpcError where it was never read."""
        now = self._clock.now()
        known = self._known.get(tenant_id)
        if known and now - known[0] < KEPT:
            return known[1]
        request = service_pb2.GetBusinessRequest(tenant_id=tenant_id)
        try:
            business = Business((await self._peers.registry.GetBusiness(request)).business)
        except grpc.aio.AioRpcError as error:
            if known and error.code() in AWAY:
                return known[1]
            raise
        self._known[tenant_id] = now, business
        return business

    async def names(self, tenant_ids: Sequence[str]) -> dict[str, str]:
        """Tenant id → name, of those that are known."""
        request = queries_pb2.BatchGetBusinessNamesRequest(tenant_ids=tenant_ids)
        found = (await self._peers.registry.BatchGetBusinessNames(request)).businesses
        return {each.tenant_id: each.name for each in found}
