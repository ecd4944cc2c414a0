"""The form of an appointment as a JSON document: in events, and as queries answer."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from booking.domain.appointment import Appointment, Customer, Occupied, Phase, State
from booking.domain.option import PhaseKind, Span

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
                'person_id', p.person_id, 'start_time', p.start_time, 'end_time', p.end_time) ORDER BY p.position)
            FROM phase p WHERE p.tenant_id = a.tenant_id AND p.appointment_id = a.appointment_id),
        'occupied', coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                'person_id', n.person_id,
                'start_time', to_timestamp((lower(o.span) & 4294967295) * 60),
                'end_time', to_timestamp((upper(o.span) & 4294967295) * 60)) ORDER BY o.span)
            FROM occupancy o JOIN person_number n ON n.number = o.person_number
            WHERE o.tenant_id = a.tenant_id AND o.appointment_id = a.appointment_id), '[]'),
        'call_id', a.call_id,
        'create_time', a.created_at,
        'version', a.version
    ) AS document
    FROM appointment a JOIN customer c USING (tenant_id, customer_id)
"""
"""Reads what ``from_document`` understands; a WHERE may follow."""


def to_document(appointment: Appointment) -> Document:
    """The appointment as JSON can hold it."""
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
            {"person_id": str(taken.person_id), **_times(taken.span)} for taken in appointment.occupied
        ],
        "call_id": appointment.call_id,
        "create_time": appointment.create_time.isoformat(),
        "version": appointment.version,
    }


def from_document(document: Document | str) -> Appointment:
    """What ``to_document`` made, or the database with ``SELECT_DOCUMENTS``."""
    entry: Document = json.loads(document) if isinstance(document, str) else document
    return Appointment(
        appointment_id=UUID(entry["appointment_id"]),
        tenant_id=UUID(entry["tenant_id"]),
        branch_id=UUID(entry["branch_id"]),
        service_id=UUID(entry["service_id"]),
        service_name=entry["service_name"],
        person_id=UUID(entry["person_id"]),
        customer=customer_from(entry["customer"]),
        state=State(entry["state"]),
        span=_span(entry),
        phases=tuple(map(_phase_from, entry["phases"])),
        occupied=tuple(Occupied(UUID(taken["person_id"]), _span(taken)) for taken in entry["occupied"]),
        call_id=entry["call_id"],
        create_time=_instant(entry["create_time"]),
        version=entry["version"],
    )


def customer_from(entry: Document) -> Customer:
    """The part of a document that tells whose the appointment is."""
    return Customer(UUID(entry["customer_id"]), entry["name"], entry["phone_number"], entry["calendar_email"])


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
        **_times(phase.span),
    }


def _phase_from(entry: Document) -> Phase:
    return Phase(
        UUID(entry["phase_id"]),
        entry["position"],
        entry["name"],
        PhaseKind(entry["kind"]),
        UUID(entry["person_id"]),
        _span(entry),
    )


def _times(span: Span) -> Document:
    return {"start_time": span.start_time.isoformat(), "end_time": span.end_time.isoformat()}


def _span(entry: Document) -> Span:
    return Span(_instant(entry["start_time"]), _instant(entry["end_time"]))


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
