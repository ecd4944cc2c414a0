"""The form of an appointment as a JSON document: in events, and as queries answer."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from booking.domain.appointment import Appointment, Customer, InSeries, Overbooking, Phase, State
from booking.domain.identifiers import known_id
from booking.domain.option import Occupant, OccupantKind, Occupied, PhaseKind, Span

Document = dict[str, Any]

SELECT_DOCUMENTS = """
    SELECT jsonb_build_object(
        'appointment_id', a.appointment_id,
        'tenant_id', a.tenant_id,
        'branch_id', a.branch_id,
        'service_id', a.service_id,
        'service_name', a.service_name,
        'person_id', a.person_id,
        'customer', jsonb_build_object(
            'customer_id', c.customer_id, 'name', c.name,
            'phone_number', c.phone_number, 'calendar_email', c.calendar_email),
        'state', a.state,
        'start_time', a.start_time,
        'end_time', a.end_time,
        'phases', (
            SELECT jsonb_agg(jsonb_build_object(
                'phase_id', p.phase_id, 'position', p.position, 'name', p.name, 'kind', p.kind,
                'person_id', p.person_id, 'service_id', coalesce(p.service_id, a.service_id),
                'start_time', p.start_time, 'end_time', p.end_time) ORDER BY p.position)
            FROM phase p WHERE p.tenant_id = a.tenant_id AND p.appointment_id = a.appointment_id),
        'occupied', coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                n.kind || '_id', n.occupant_id,
                'start_time', to_timestamp((lower(o.span) & 4294967295) * 60),
                'end_time', to_timestamp((upper(o.span) & 4294967295) * 60)) ORDER BY n.kind, n.occupant_id, o.span)
            FROM occupancy o JOIN occupant n ON n.number = o.occupant_number
            WHERE o.tenant_id = a.tenant_id AND o.appointment_id = a.appointment_id), '[]'),
        'call_id', a.call_id,
        'create_time', a.created_at,
        'version', a.version,
        'rescheduled_from_id', a.rescheduled_from_id,
        'rescheduled_to_id', a.rescheduled_to_id,
        'moves', a.moves,
        'service_ids', a.service_ids,
        'booked_for', a.name_given,
        'overbooking_reason', a.overbooking_reason,
        'overbooked_by', a.overbooked_by,
        'series_id', a.series_id,
        'series_position', a.series_position,
        'option_id', a.option_id
    ) AS document
    FROM appointment a JOIN customer c USING (tenant_id, customer_id)
"""
"""Reads what ``from_document`` understands; a WHERE may follow."""


def to_document(appointment: Appointment) -> Document:
    """The appointment as JSON can hold it."""
    overbooking, series = appointment.overbooking, appointment.in_series
    return {
        "appointment_id": str(appointment.appointment_id),
        "tenant_id": str(appointment.tenant_id),
        "branch_id": str(appointment.branch_id),
        "service_id": str(appointment.service_id),
        "service_name": appointment.service_name,
        "person_id": str(appointment.person_id),
        "customer": _customer(appointment.customer),
        "state": appointment.state.value,
        **_times(appointment.span),
        "phases": [_phase(phase) for phase in appointment.phases],
        "occupied": [
            {f"{taken.occupant.kind.value}_id": str(taken.occupant.occupant_id), **_times(taken.span)}
            for taken in appointment.occupied
        ],
        "call_id": appointment.call_id,
        "create_time": appointment.create_time.isoformat(),
        "version": appointment.version,
        "rescheduled_from_id": _written(appointment.rescheduled_from_id),
        "rescheduled_to_id": _written(appointment.rescheduled_to_id),
        "moves": appointment.moves,
        "service_ids": [str(service_id) for service_id in appointment.service_ids],
        "booked_for": appointment.booked_for,
        "overbooking_reason": overbooking.reason if overbooking else None,
        "overbooked_by": overbooking.operator if overbooking else None,
        "series_id": str(series.series_id) if series else None,
        "series_position": series.position if series else None,
    }


def from_document(document: Document | str) -> Appointment:
    """What ``to_document`` made, or the database with ``SELECT_DOCUMENTS``."""
    entry: Document = json.loads(document) if isinstance(document, str) else document
    return Appointment(
        appointment_id=UUID(entry["appointment_id"]),
        tenant_id=known_id(entry["tenant_id"]),
        branch_id=known_id(entry["branch_id"]),
        service_id=known_id(entry["service_id"]),
        service_name=entry["service_name"],
        person_id=known_id(entry["person_id"]),
        customer=customer_from(entry["customer"]),
        state=State(entry["state"]),
        span=_span(entry),
        phases=tuple(_phase_from(phase, entry) for phase in entry["phases"]),
        occupied=tuple(map(_occupied_from, entry["occupied"])),
        call_id=entry["call_id"],
        create_time=_instant(entry["create_time"]),
        version=entry["version"],
        # Events that are older than these say nothing of them.
        rescheduled_from_id=_id_from(entry.get("rescheduled_from_id")),
        rescheduled_to_id=_id_from(entry.get("rescheduled_to_id")),
        moves=entry.get("moves", 0),
        service_ids=tuple(map(known_id, entry.get("service_ids", ()))),
        booked_for=entry.get("booked_for", ""),
        overbooking=_overbooking_from(entry),
        in_series=_series_from(entry),
    )


def customer_from(entry: Document) -> Customer:
    """The part of a document that tells whose the appointment is."""
    return Customer(
        UUID(entry["customer_id"]),
        entry["name"],
        entry["phone_number"],
        entry["calendar_email"],
        # Not in the documents of appointments: events are kept for ever, by others as well.
        entry.get("email"),
    )


def _customer(customer: Customer) -> Document:
    return {
        "customer_id": str(customer.customer_id),
        "name": customer.name,
        "phone_number": customer.phone_number,
        "calendar_email": customer.calendar_email,
    }


def _phase(phase: Phase) -> Document:
    return {
        "phase_id": str(phase.phase_id),
        "position": phase.position,
        "name": phase.name,
        "kind": phase.kind.value,
        "person_id": str(phase.person_id),
        "service_id": str(phase.service_id),
        **_times(phase.span),
    }


def _phase_from(entry: Document, appointment: Document) -> Phase:
    return Phase(
        UUID(entry["phase_id"]),
        entry["position"],
        entry["name"],
        PhaseKind(entry["kind"]),
        known_id(entry["person_id"]),
        known_id(entry.get("service_id") or appointment["service_id"]),
        _span(entry),
    )


def _occupied_from(entry: Document) -> Occupied:
    person_id = entry.get("person_id")
    kind = OccupantKind.PERSON if person_id else OccupantKind.RESOURCE
    return Occupied(Occupant(kind, known_id(person_id or entry["resource_id"])), _span(entry))


def _overbooking_from(entry: Document) -> Overbooking | None:
    reason = entry.get("overbooking_reason")
    return Overbooking(entry["overbooked_by"], reason) if reason else None


def _series_from(entry: Document) -> InSeries | None:
    series_id = _id_from(entry.get("series_id"))
    return InSeries(series_id, entry["series_position"]) if series_id else None


def _written(some_id: UUID | None) -> str | None:
    return str(some_id) if some_id else None


def _id_from(written: str | None) -> UUID | None:
    return UUID(written) if written else None


def _times(span: Span) -> Document:
    return {"start_time": span.start_time.isoformat(), "end_time": span.end_time.isoformat()}


def _span(entry: Document) -> Span:
    return Span(_instant(entry["start_time"]), _instant(entry["end_time"]))


@lru_cache(maxsize=1024)
def _instant(written: str) -> datetime:
    """Each edge stands in a document several times."""
    return datetime.fromisoformat(written).astimezone(UTC)
