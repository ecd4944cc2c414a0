"""What is asked of Cal.com for one phase, and whether the answer is the same thing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import phonenumbers

from calcom_sync.domain.answers import RemoteBooking
from calcom_sync.domain.appointment import Appointment
from calcom_sync.domain.intent import Intent

PHASE_KEY = "rufbuch_phase"
APPOINTMENT_KEY = "rufbuch_appointment"
TENANT_KEY = "rufbuch_tenant"
_KEYS_MAX, _KEY_LENGTH_MAX, _VALUE_LENGTH_MAX = 50, 40, 500


def booking_request(appointment: Appointment, intent: Intent) -> dict[str, Any]:
    """Body of POST /v2/bookings. Nothing but properties that the version we pin knows: it refuses all others."""
    attendee = {
        "name": appointment.attendee.name,
        "email": appointment.attendee.email,
        "timeZone": appointment.time_zone,
        "language": appointment.language,
    }
    if not intent.without_phone and callable_number(appointment.attendee.phone):
        attendee["phoneNumber"] = appointment.attendee.phone
    return {
        "start": instant_text(intent.start),
        "eventTypeId": intent.event_type_id,
        "attendee": attendee,
        "metadata": metadata(
            {
                TENANT_KEY: intent.tenant_id,
                APPOINTMENT_KEY: intent.appointment_id,
                PHASE_KEY: intent.phase_id,
            }
        ),
    }


def metadata(values: Mapping[str, object]) -> dict[str, str]:
    """Only what Cal.com takes: strings, few and short enough; what has no value is left out."""
    present = [(key, str(value)) for key, value in values.items() if value is not None and str(value)]
    return {key[:_KEY_LENGTH_MAX]: value[:_VALUE_LENGTH_MAX] for key, value in present[:_KEYS_MAX]}


def callable_number(phone: str) -> bool:
    """Whether it is an E.164 number that can exist; Cal.com refuses a booking for any other."""
    if not phone.startswith("+"):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return False


def instant_text(instant: datetime) -> str:
    """With a Z: a time without one would be read as UTC without a word."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


REASONS = {
    "moved": {"de": "Der Termin wurde verlegt.", "en": "The appointment was moved."},
    "called_off": {"de": "Der Termin wurde abgesagt.", "en": "The appointment was called off."},
    "incomplete": {
        "de": "Der Termin konnte nicht vollständig eingetragen werden.",
        "en": "The appointment could not be entered completely.",
    },
}
"""Of a cancellation or a move; Cal.com demands one from a host and shows it to the attendee."""


def reason_of(appointment: Appointment) -> str:
    """Why a booking of the appointment has to go, in the language of the business."""
    why = "called_off" if appointment.called_off else "incomplete"
    if appointment.moved_to:
        why = "moved"
    return REASONS[why].get(appointment.language, REASONS[why]["de"])


def move_request(appointment: Appointment, intent: Intent) -> dict[str, Any]:
    """Body of POST /v2/bookings/{uid}/reschedule; attendee and metadata are carried over there."""
    language = appointment.language if appointment.language in REASONS["moved"] else "de"
    return {"start": instant_text(intent.start), "reschedulingReason": REASONS["moved"][language]}


def is_ours(booking: RemoteBooking, intent: Intent) -> bool:
    """Whether a booking carries the id of this very phase, or of the one whose booking it takes over. Nothing else makes
    it ours."""
    marks = {str(intent.carried)} | ({str(intent.held.mark)} if intent.held else set())
    return booking.metadata.get(PHASE_KEY) in marks


def mark_of(booking: RemoteBooking, intent: Intent) -> UUID | None:
    """What the intent has to remember of the id in the metadata; None: it is its own."""
    if booking.metadata.get(PHASE_KEY) == str(intent.phase_id):
        return None
    return intent.held.mark if intent.held else intent.mark


def differences(booking: RemoteBooking, intent: Intent, username: str) -> list[str]:
    """What Cal.com made different from what was asked for; empty: nothing. A host that is not told cannot differ."""
    found = []
    if booking.start != intent.start:
        found.append(f"start {instant_text(booking.start)} instead of {instant_text(intent.start)}")
    if booking.length != intent.length:
        found.append(f"length {booking.length} instead of {intent.length}")
    if booking.event_type_id != intent.event_type_id:
        found.append(f"event type {booking.event_type_id} instead of {intent.event_type_id}")
    if booking.hosts and username and username not in booking.hosts:
        found.append("another host")
    return found
