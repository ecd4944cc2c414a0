"""The numbers of people, rooms and devices in the exclusion."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.option import Span
from booking.domain.people import under_right_names
from booking.storage.keeping import NUMBER
from chassis.postgres import Pool

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_APART = 0x9E3779B97F4A7C15
"""Odd, so that different days of an occupant are different numbers."""


def occupants_of(appointments: Iterable[Appointment]) -> list[UUID]:
    """All whose time the appointments take, each once."""
    return list(
        {taken.occupant.occupant_id for appointment in appointments for taken in appointment.occupied}
    )


def days_of(appointments: Iterable[Appointment]) -> list[int]:
    """A number for each day on which the appointments take time of each occupant, in one order for all: overlapping times of
    one occupant have a day in common. Numbers of others may happen to be equal, who then wait for nothing."""
    return sorted(
        {
            _number_of(taken.occupant.occupant_id, day)
            for appointment in appointments
            for taken in appointment.occupied
            for day in _days(taken.span)
        }
    )


def _days(span: Span) -> range:
    """Since 1970, in UTC."""
    last = span.end_time - timedelta.resolution
    return range((span.start_time - _EPOCH).days, (last - _EPOCH).days + 1)


def _number_of(occupant_id: UUID, day: int) -> int:
    """Of 64 bits, with a sign: a lock's."""
    return ((occupant_id.int + day * _FAR_APART) % 2**64) - 2**63


def as_array(values: Iterable[UUID | int]) -> str:
    """As PostgreSQL writes arrays. asyncpg asks each connection what an array is, by a query that takes as long as ten bookings."""
    return f"{{{','.join(map(str, values))}}}"


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
