"""People's days, and why a time is not free."""

from collections.abc import Sequence
from datetime import date, datetime

from console.clients.peers import Peers
from console.clients.stamps import stamp
from rufbuch.availability.v1 import service_pb2


class Calendars:
    """AvailabilityService, one business at a time."""

    def __init__(self, peers: Peers) -> None:
        self._stub = peers.availability

    async def days(
        self, tenant_id: str, branch_id: str, wanted: Sequence[tuple[str, date]]
    ) -> list[Sequence[service_pb2.DayEntry]]:
        """What fills each (person, local date), in their order."""
        request = service_pb2.BatchGetDaysRequest(
            tenant_id=tenant_id,
            branch_id=branch_id,
            days=[
                service_pb2.PersonDate(person_id=person_id, date=day.isoformat()) for person_id, day in wanted
            ],
        )
        return [day.entries for day in (await self._stub.BatchGetDays(request)).days]

    async def explain(
        self,
        tenant_id: str,
        branch_id: str,
        service_id: str,
        start: datetime,
        *,
        person_id: str,
        language: str,
    ) -> service_pb2.ExplainSlotResponse:
        """What stands in the way of a start; empty person: anybody."""
        return await self._stub.ExplainSlot(
            service_pb2.ExplainSlotRequest(
                tenant_id=tenant_id,
                branch_id=branch_id,
                service_id=service_id,
                person_id=person_id,
                start_time=stamp(start),
                language=language,
            )
        )
