"""The numbers of people, rooms and devices in the exclusion."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.people import under_right_names
from booking.storage.keeping import NUMBER
from chassis.postgres import Pool


def occupants_of(appointments: Iterable[Appointment]) -> list[UUID]:
    """All whose time the appointments take, each once."""
    return list(
        {taken.occupant.occupant_id for appointment in appointments for taken in appointment.occupied}
    )


async def number(pool: Pool, appointments: Sequence[Appointment]) -> tuple[Appointment, ...]:
    """Give a number to each occupant that has none yet. The appointments, with whoever is named by another name under the
    right one: an option may have been offered before two ids turned out to be one human (SR-01)."""
    occupants = {taken.occupant for appointment in appointments for taken in appointment.occupied}
    await pool.execute(
        NUMBER,
        appointments[0].tenant_id,
        [occupant.occupant_id for occupant in occupants],
        [occupant.kind.value for occupant in occupants],
    )
    names = await pool.fetch(
        "SELECT occupant_id, same_as FROM occupant"
        " WHERE tenant_id = $1 AND occupant_id = ANY($2) AND same_as IS NOT NULL",
        appointments[0].tenant_id, [occupant.occupant_id for occupant in occupants],
    )  # fmt: skip
    right = {row["occupant_id"]: row["same_as"] for row in names}
    return tuple(under_right_names(appointment, right) for appointment in appointments)
