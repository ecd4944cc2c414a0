"""See appointments as they are now."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.listing import Filters, PageEnd
from booking.errors import AppointmentUnknownError


@dataclass(frozen=True)
class Page:
    """Appointments in order; ``next_token`` is "" on the last page."""

    appointments: list[Appointment]
    next_token: str


class Appointments(Protocol):
    """Where appointments are looked up."""

    async def get(self, tenant_id: UUID, appointment_id: UUID) -> Appointment | None:
        """The appointment, if this business has it."""
        ...

    async def list(self, filters: Filters, *, after: PageEnd | None, limit: int) -> list[Appointment]:
        """The first ones by start and id, after where a page ended."""
        ...


async def get_appointment(appointments: Appointments, tenant_id: UUID, appointment_id: UUID) -> Appointment:
    """One appointment. Raises AppointmentUnknownError."""
    found = await appointments.get(tenant_id, appointment_id)
    if found is None:
        raise AppointmentUnknownError("this business has no such appointment")
    return found


async def list_appointments(appointments: Appointments, filters: Filters, *, token: str, size: int) -> Page:
    """A page, from the token of the one before it ("": the first). Raises PageTokenInvalidError."""
    after = PageEnd.from_token(token, filters) if token else None
    found = await appointments.list(filters, after=after, limit=size + 1)
    page = found[:size]
    if len(found) == len(page):
        return Page(page, "")
    last = page[-1]
    return Page(page, PageEnd(last.span.start_time, last.appointment_id).token(filters))
