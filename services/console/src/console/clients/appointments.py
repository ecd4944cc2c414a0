"""Appointments."""

from collections.abc import Sequence
from datetime import datetime

from console.clients.peers import Peers
from console.clients.stamps import stamp
from rufbuch.booking.v1 import appointment_pb2, service_pb2

PAGE_SIZE, PAGES_MAX = 500, 4
"""A day of the largest business that a page can show has no more."""


class Appointments:
    """BookingService, one business at a time."""

    def __init__(self, peers: Peers) -> None:
        self._stub = peers.booking

    async def between(
        self, tenant_id: str, start: datetime, end: datetime, *, person_id: str = ""
    ) -> Sequence[appointment_pb2.Appointment]:
        """Those that start in the span, earliest first; at most PAGES_MAX pages of them."""
        request = service_pb2.ListAppointmentsRequest(
            tenant_id=tenant_id,
            start_time_min=stamp(start),
            start_time_max=stamp(end),
            person_id=person_id,
            page_size=PAGE_SIZE,
        )
        found: list[appointment_pb2.Appointment] = []
        for _ in range(PAGES_MAX):
            page = await self._stub.ListAppointments(request)
            found += page.appointments
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        return found
