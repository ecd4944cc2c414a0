"""What the registry says of a business: names for ids, zones, who does what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from chassis.clock import Clock
from console.clients.peers import Peers
from rufbuch.staff.v1 import business_pb2, service_pb2

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
        """The business. Raises AioRpcError where the registry is away and it is not remembered."""
        now = self._clock.now()
        known = self._known.get(tenant_id)
        if known and now - known[0] < KEPT:
            return known[1]
        request = service_pb2.GetBusinessRequest(tenant_id=tenant_id)
        business = Business((await self._peers.registry.GetBusiness(request)).business)
        self._known[tenant_id] = now, business
        return business
