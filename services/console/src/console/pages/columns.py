"""Entries of days into columns that a template can draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from console.domain.drawing import Frame, Span, frame_around, span_on
from rufbuch.availability.v1 import service_pb2
from rufbuch.booking.v1 import appointment_pb2

KINDS = {
    service_pb2.DAY_ENTRY_KIND_WORKING: "working",
    service_pb2.DAY_ENTRY_KIND_ABSENCE: "absence",
    service_pb2.DAY_ENTRY_KIND_APPOINTMENT: "appointment",
    service_pb2.DAY_ENTRY_KIND_HOLD: "hold",
    service_pb2.DAY_ENTRY_KIND_EXTERNAL: "external",
}

_GONE = {appointment_pb2.APPOINTMENT_STATE_CANCELLED, appointment_pb2.APPOINTMENT_STATE_RESCHEDULED}
"""Their time belongs to somebody else."""


@dataclass(frozen=True)
class Box:
    """Something that takes a part of a day."""

    kind: str
    """One of KINDS, or "gap": processing time in which the person may serve somebody else."""
    span: Span
    start: Timestamp
    end: Timestamp
    appointment: appointment_pb2.Appointment | None = None
    phase: str = ""
    held_until: Timestamp | None = None
    """Only of holds."""

    @property
    def label(self) -> str:
        """What stands in it where there is room; the list beside the drawing says all of it."""
        return self.appointment.service_name if self.appointment and self.kind == "appointment" else ""


@dataclass(frozen=True)
class Column:
    """One person's day."""

    person_id: str
    day: date
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Drawing:
    """Columns over one scale."""

    frame: Frame
    columns: tuple[Column, ...]


def draw(
    wanted: Sequence[tuple[str, date]],
    days: Sequence[Sequence[service_pb2.DayEntry]],
    booked: Sequence[appointment_pb2.Appointment],
    zone: ZoneInfo,
) -> Drawing:
    """All columns. Of an appointment each phase is a box of its own, so that a gap can be seen to be used."""
    known = {each.appointment_id: each for each in booked if each.state not in _GONE}
    columns = tuple(
        Column(person_id, day, tuple(_boxes(person_id, day, entries, known, zone)))
        for (person_id, day), entries in zip(wanted, days, strict=False)
    )
    return Drawing(frame_around(box.span for column in columns for box in column.boxes), columns)


def _boxes(
    person_id: str,
    day: date,
    entries: Sequence[service_pb2.DayEntry],
    booked: Mapping[str, appointment_pb2.Appointment],
    zone: ZoneInfo,
) -> Iterator[Box]:
    """Appointments as booking knows them, since availability forgets days that are over; everything else, and what
    booking has not told, as availability does."""
    made = []
    for entry in entries:
        if entry.appointment_id in booked:
            continue
        if entry.kind == service_pb2.DAY_ENTRY_KIND_HOLD and _is_booked(entry, entries):
            # The hold that became the appointment; it ends by itself.
            continue
        made.append(
            _box(KINDS.get(entry.kind, "external"), day, entry.start_time, entry.end_time, zone, held=entry)
        )
    for appointment in booked.values():
        made += _phases(person_id, day, appointment, zone)
    # What somebody works stands behind all that is in it.
    return iter(sorted(made, key=lambda box: (box.kind != "working", box.span.start, box.span.end)))


def _is_booked(hold: service_pb2.DayEntry, entries: Sequence[service_pb2.DayEntry]) -> bool:
    return any(
        entry.kind == service_pb2.DAY_ENTRY_KIND_APPOINTMENT
        and entry.start_time.seconds < hold.end_time.seconds
        and hold.start_time.seconds < entry.end_time.seconds
        for entry in entries
    )


def _phases(
    person_id: str, day: date, appointment: appointment_pb2.Appointment, zone: ZoneInfo
) -> Iterator[Box]:
    for phase in appointment.phases:
        if phase.person_id == person_id:
            free = phase.kind == appointment_pb2.PHASE_KIND_GAP_FREE
            kind = "gap" if free else "appointment"
            box = _box(kind, day, phase.start_time, phase.end_time, zone, appointment, phase.name)
            if box.span.end > box.span.start:
                yield box


def _box(
    kind: str,
    day: date,
    start: Timestamp,
    end: Timestamp,
    zone: ZoneInfo,
    appointment: appointment_pb2.Appointment | None = None,
    phase: str = "",
    *,
    held: service_pb2.DayEntry | None = None,
) -> Box:
    span = span_on(day, start.ToDatetime(tzinfo=UTC), end.ToDatetime(tzinfo=UTC), zone)
    until = held.hold_expire_time if held and held.HasField("hold_expire_time") else None
    return Box(kind, span, start, end, appointment, phase, until)
