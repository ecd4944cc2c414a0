"""A booking as the API shows it (2024-08-13, and the old list's shape)."""

from typing import Any

from sandbox.calcom.model import Booking
from sandbox.calcom.store import Store
from sandbox.calcom.times import iso_millis

Json = dict[str, Any]


def shown(store: Store, booking: Booking) -> Json:
    host = store.user(booking.host_id)
    return {
        "id": booking.id,
        "uid": booking.uid,
        "title": booking.title,
        "description": str(booking.responses.get("notes", "")),
        "hosts": [
            {
                "id": host.id,
                "name": host.name,
                "email": host.email,
                "displayEmail": host.email,
                "username": host.username,
                "timeZone": host.time_zone,
            }
        ],
        "status": booking.status,
        "cancellationReason": booking.cancellation_reason,
        "cancelledByEmail": "",
        **_if_set("reschedulingReason", booking.rescheduling_reason),
        "rescheduledByEmail": booking.rescheduled_by,
        **_if_set("rescheduledFromUid", booking.rescheduled_from),
        **_if_set("rescheduledToUid", booking.rescheduled_to),
        "start": iso_millis(booking.start),
        "end": iso_millis(booking.end),
        "duration": booking.length_min,
        "eventTypeId": booking.event_type_id,
        "eventType": {"id": booking.event_type_id, "slug": booking.event_slug},
        "meetingUrl": booking.location,
        "location": booking.location,
        "absentHost": False,
        "createdAt": iso_millis(booking.created_at),
        "updatedAt": iso_millis(booking.updated_at),
        "metadata": booking.metadata,
        "rating": None,
        "icsUid": booking.ics_uid,
        "attendees": [_attendee(booking)],
        **_if_set("guests", list(booking.guests) or None),
        "bookingFieldsResponses": _responses(booking),
    }


def shown_in_old_version(booking: Booking) -> Json:
    return {
        "id": booking.id,
        "uid": booking.uid,
        "title": booking.title,
        "startTime": iso_millis(booking.start),
        "endTime": iso_millis(booking.end),
        "status": booking.status.upper(),
        "eventType": {"id": booking.event_type_id, "slug": booking.event_slug},
        "attendees": [{"email": booking.attendee.email, "name": booking.attendee.name}],
    }


def _attendee(booking: Booking) -> Json:
    attendee = booking.attendee
    return {
        "name": attendee.name,
        "email": attendee.email,
        "displayEmail": attendee.email,
        "timeZone": attendee.time_zone,
        "language": attendee.language,
        "absent": False,
        **_if_set("phoneNumber", attendee.phone),
    }


def _responses(booking: Booking) -> Json:
    attendee = booking.attendee
    return {
        "email": attendee.email,
        **_if_set("attendeePhoneNumber", attendee.phone),
        "name": attendee.name,
        **_if_set("rescheduledReason", booking.rescheduling_reason),
        **booking.responses,
        "displayEmail": attendee.email,
    }


def _if_set(name: str, value: object) -> Json:
    return {} if value is None else {name: value}
