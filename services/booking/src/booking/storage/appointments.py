"""Looks appointments up in PostgreSQL; the tenant is part of every condition."""

from typing import Any
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.listing import Filters, PageEnd
from booking.storage.documents import SELECT_DOCUMENTS, from_document
from chassis.postgres import Pool


class SqlAppointments:
    """The port of the reading use cases over the service's own schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, tenant_id: UUID, appointment_id: UUID) -> Appointment | None:
        """See ``Appointments``."""
        document = await self._pool.fetchval(
            f"{SELECT_DOCUMENTS} WHERE a.tenant_id = $1 AND a.appointment_id = $2", tenant_id, appointment_id
        )
        return from_document(document) if document else None

    async def list(self, filters: Filters, *, after: PageEnd | None, limit: int) -> list[Appointment]:
        """See ``Appointments``."""
        conditions, values = _where(filters, after)
        order = f"ORDER BY a.start_time, a.appointment_id LIMIT {limit:d}"
        rows = await self._pool.fetch(f"{SELECT_DOCUMENTS} WHERE {conditions} {order}", *values)
        return [from_document(row["document"]) for row in rows]


def _where(filters: Filters, after: PageEnd | None) -> tuple[str, list[Any]]:
    """Only the conditions that are set, so that the planner sees which index serves."""
    possible: dict[str, object] = {
        "a.tenant_id = {}": filters.tenant_id,
        "a.start_time >= {}": filters.start_time_min,
        "a.start_time < {}": filters.start_time_max,
        "a.person_id = {}": filters.person_id,
        "a.call_id = {}": filters.call_id,
        "a.state = {}": filters.state and filters.state.value,
        "c.phone_number = {}": filters.phone_number,
        "a.customer_id = {}": filters.customer_id,
    }
    chosen = {condition: value for condition, value in possible.items() if value is not None}
    words = [condition.format(f"${number}") for number, condition in enumerate(chosen, start=1)]
    values = list(chosen.values())
    if after:
        words.append(f"(a.start_time, a.appointment_id) > (${len(values) + 1}, ${len(values) + 2})")
        values += [after.time, after.item_id]
    return " AND ".join(words), values
