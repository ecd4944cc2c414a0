"""One business under examination, and who can be asked about it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rufbuch.staff.v1 import business_pb2

if TYPE_CHECKING:
    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub


PAUSE_S = 6.0
"""So long, and a key's budget allows a whole burst again."""
ROUNDS_MAX = 60


@dataclass(frozen=True)
class Patient:
    """``fix``: mend what can be mended. ``webhook_base_url``: where Cal.com reaches calcom-sync; "" where nobody said."""

    business: business_pb2.Business
    registry: "StaffRegistryServiceAsyncStub"
    sync: "CalendarSyncServiceAsyncStub"
    fix: bool = False
    webhook_base_url: str = ""

    def person(self, person_id: str) -> str:
        """Her name; the id where nobody has it."""
        return self._people.get(person_id, person_id)

    def service(self, service_id: str) -> str:
        """Its name; the id where nobody has it."""
        found = self._services.get(service_id)
        return found.name if found else service_id

    def phase(self, service_id: str, position: int) -> str:
        """Name of a service and, where it has several, of the phase."""
        service = self._services.get(service_id)
        if service is None:
            return f"{service_id} phase {position}"
        if len(service.phases) == 1 or position >= len(service.phases):
            return service.name
        return f"{service.name}, phase {position} ({service.phases[position].name})"

    @cached_property
    def _people(self) -> dict[str, str]:
        return {one.person_id: one.name for one in self.business.people}

    @cached_property
    def _services(self) -> dict[str, business_pb2.Service]:
        return {one.service_id: one for one in self.business.services}
