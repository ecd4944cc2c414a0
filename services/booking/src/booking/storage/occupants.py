"""The numbers of people, rooms and devices in the exclusion."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.storage.keeping import NUMBER
from chassis.postgres import Pool


def occupants_of(appointments: Iterable[Appointment]) -> list[UUID]:
    """All whose time the appointments take, each once."""
    return list(
        {taken.occupant.occupant_id for appointment in appointments for taken in appointment.occupied}
    )


async def number(pool: Pool, appointments: Sequence[Appointment]) -> None:
    """Give a number to each occupant that has none yet."""
    occupants = {taken.occupant for appointment in appointments for taken in appointment.occupied}
    await pool.execute(
        NUMBER,
        appointments[0].tenant_id,
        [occupant.occupant_id for occupant in occupants],
        [occupant.kind.value for occupant in occupants],
    )
