"""Two ids that are one human: what is kept under each, and what becomes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.option import Occupant, Span
from booking.errors import RequestInvalidError


@dataclass(frozen=True)
class Overlap:
    """Two appointments that take the same human at the same time."""

    appointment_id: UUID
    other_id: UUID
    span: Span


@dataclass(frozen=True)
class Records:
    """How much is kept under one id; ``ahead`` are booked and not over yet."""

    person_id: UUID
    appointments: int
    ahead: int
    phases: int
    regulars: int
    """Customers who are asked about this person, since they were there at least twice."""
    others: int
    """Whatever else names the person."""


@dataclass(frozen=True)
class Union:
    """The wish to make two ids one human; ``alias_id`` becomes another name of ``person_id``."""

    tenant_id: UUID
    resolution_id: UUID
    person_id: UUID
    alias_id: UUID
    operator: str

    def __post_init__(self) -> None:
        if self.person_id == self.alias_id:
            raise RequestInvalidError("alias_person_id", "another id than person_id")


@dataclass(frozen=True)
class United:
    """What has moved to the other id, and which appointments are knowingly overbooked since."""

    appointment_ids: tuple[UUID, ...]
    phases: int
    overbooked: tuple[Overlap, ...]


@dataclass(frozen=True)
class Separation:
    """The wish to take a union back."""

    tenant_id: UUID
    resolution_id: UUID
    operator: str
    validate_only: bool
    now: datetime


@dataclass(frozen=True)
class Separated:
    """What has moved back; where there are ``conflicts``, nothing has."""

    appointment_ids: tuple[UUID, ...]
    conflicts: tuple[str, ...]


def under_right_names(appointment: Appointment, names: Mapping[UUID, UUID]) -> Appointment:
    """The appointment with each other name (key) replaced by the id that it stands for (value)."""

    def right(person_id: UUID) -> UUID:
        return names.get(person_id, person_id)

    return replace(
        appointment,
        person_id=right(appointment.person_id),
        phases=tuple(replace(phase, person_id=right(phase.person_id)) for phase in appointment.phases),
        occupied=tuple(
            replace(taken, occupant=Occupant(taken.occupant.kind, right(taken.occupant.occupant_id)))
            for taken in appointment.occupied
        ),
    )


@dataclass(frozen=True)
class Taking:
    """Time that an appointment takes of a person."""

    person_id: UUID
    appointment_id: UUID
    span: Span


def overlaps_of(person_id: UUID, takings: Iterable[Taking]) -> list[Overlap]:
    """What one person (``person_id``) and another have at the same time, in its order."""
    found: list[Overlap] = []
    going_on: list[Taking] = []
    for taking in sorted(takings, key=lambda each: each.span.start_time):
        going_on = [each for each in going_on if each.span.end_time > taking.span.start_time]
        for other in going_on:
            if other.person_id != taking.person_id and other.appointment_id != taking.appointment_id:
                own, theirs = (taking, other) if taking.person_id == person_id else (other, taking)
                end = min(taking.span.end_time, other.span.end_time)
                found.append(
                    Overlap(own.appointment_id, theirs.appointment_id, Span(taking.span.start_time, end))
                )
        going_on.append(taking)
    return sorted(found, key=lambda each: (each.span.start_time, each.appointment_id, each.other_id))
