"""What the chapters of the story share: bodies, the steps that create bookings, messages said more than once."""

from typing import Any

from sandbox.calcom.conformance.steps import ANY, Envelope, Step, Who, keys

Json = dict[str, Any]

BOOKING = keys(
    "id uid title description hosts status start end duration eventTypeId eventType location meetingUrl absentHost "
    "createdAt updatedAt metadata rating icsUid attendees bookingFieldsResponses cancellationReason cancelledByEmail "
    "rescheduledByEmail"
)
EVENT_TYPE = keys(
    "id ownerId lengthInMinutes title slug bookingFields slotInterval minimumBookingNotice beforeEventBuffer "
    "afterEventBuffer users confirmationPolicy hidden bookingUrl bookingWindow locations"
)
RESERVATION = keys(
    "eventTypeId slotStart slotEnd slotDuration reservationUid reservationDuration reservationUntil"
)
UNAVAILABLE = "User either already has booking at this time or is not available"
BOUNDS = "Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 characters."
TAKEN = "This time slot is already reserved by another user. Please choose a different time."


def booking(start: str, **changes: object) -> Json:
    attendee = {"name": "Mia", "email": "mia@example.org", "timeZone": "Europe/Berlin"}
    return {"start": start, "eventTypeId": "{cut}", "attendee": attendee, **changes}


def attendee(**changes: object) -> Json:
    attendee = {"name": "Mia", "email": "mia@example.org", "timeZone": "Europe/Berlin", **changes}
    return {name: value for name, value in attendee.items() if value is not None}


def create(
    name: str, body: object, *, who: Who = "host", data: object = ANY, keep: dict[str, str] | None = None
) -> Step:
    return Step(
        name, "POST", "/v2/bookings", body, status=201, keys=BOOKING, who=who, data=data, keep=keep or {}
    )


def refused(
    name: str,
    body: object,
    message: str,
    *,
    status: int = 400,
    envelope: Envelope = Envelope.NEST,
    who: Who = "host",
    version: str | None = "family",
) -> Step:
    return Step(
        name,
        "POST",
        "/v2/bookings",
        body,
        status=status,
        envelope=envelope,
        message=message,
        who=who,
        version=version,
    )
