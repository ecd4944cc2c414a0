"""The state of the booking service, for those who check what was said."""

from collections.abc import Sequence
from datetime import datetime

from telephony_gateway.clients.appointments import AppointmentsClient
from telephony_gateway.clients.care import CareClient
from telephony_gateway.usecases.ports import Appointment


class BookingFacts:
    """Reads only."""

    def __init__(self, appointments: AppointmentsClient, care: CareClient) -> None:
        self._appointments = appointments
        self._care = care

    async def appointment(self, tenant_id: str, appointment_id: str) -> Appointment | None:
        """One appointment. Raises PeerError."""
        return await self._appointments.get(tenant_id, appointment_id)

    async def made_by(self, tenant_id: str, call_id: str, *, since: datetime) -> Sequence[Appointment]:
        """What a call has made. Raises PeerError."""
        return await self._appointments.of_call(tenant_id, call_id, since=since)

    async def has_callback(self, tenant_id: str, call_id: str) -> bool:
        """Whether a callback of a call is stored. Raises PeerError."""
        return await self._care.has_callback(tenant_id, call_id)
