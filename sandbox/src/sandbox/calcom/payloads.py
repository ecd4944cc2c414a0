"""Webhook payloads: five triggers, three shapes, three ways to write a time."""

import uuid
from typing import Any

from sandbox.calcom.model import Booking, EventType, User
from sandbox.calcom.times import iso_millis, iso_offset, iso_seconds, utc_offset_min
from sandbox.calcom.world import World

Json = dict[str, Any]

_LABELS = {
    "title": ("what_is_this_meeting_about", True),
    "notes": ("additional_notes", False),
    "guests": ("additional_guests", False),
    "rescheduleReason": ("reason_for_reschedule", False),
}


def created(world: World, booking: Booking) -> Json:
    """BOOKING_CREATED and BOOKING_REQUESTED."""
    return {**_made(world, booking), "iCalUID": booking.ics_uid, **_conference(booking)}


def rescheduled(world: World, old: Booking, new: Booking) -> Json:
    """`uid` is the new booking's."""
    return {
        **_made(world, new),
        "appsStatus": [],
        "rescheduleId": old.id,
        "rescheduleUid": old.uid,
        "rescheduleStartTime": iso_seconds(old.start),
        "rescheduleEndTime": iso_seconds(old.end),
    }


def cancelled(world: World, booking: Booking) -> Json:
    """Without metadata."""
    return {
        **_ended(world, booking),
        "startTime": iso_offset(booking.start),
        "endTime": iso_offset(booking.end),
        "cancellationReason": booking.cancellation_reason,
        "seatsPerTimeSlot": None,
        "seatsShowAttendees": False,
        "iCalUID": booking.ics_uid,
        "iCalSequence": booking.sequence + 1,
        "requiresConfirmation": None,
        "price": None,
        "status": "CANCELLED",
        "requestReschedule": False,
    }


def rejected(world: World, booking: Booking) -> Json:
    """Without metadata."""
    return {
        **_ended(world, booking),
        "startTime": iso_millis(booking.start),
        "endTime": iso_millis(booking.end),
        "requiresConfirmation": True,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "rejectionReason": booking.rejection_reason,
        "price": 0,
        "status": "REJECTED",
    }


def _made(world: World, booking: Booking) -> Json:
    """What a new booking's payloads begin with."""
    return {
        **_common(world, booking),
        "startTime": iso_seconds(booking.start),
        "endTime": iso_seconds(booking.end),
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "schedulingType": None,
        "seatsPerTimeSlot": None,
        "seatsShowAttendees": True,
        "seatsShowAvailabilityCount": True,
        "disableRescheduling": False,
        "disableCancelling": False,
        "attendees": [_attendee(booking, firstName="", lastName="")],
        "responses": _responses(booking, with_location=True),
        "destinationCalendar": None,
        "iCalSequence": booking.sequence,
        "requiresConfirmation": booking.status == "pending",
        "oneTimePassword": _one_time_password(booking),
        "hashedLink": None,
        "price": 0,
        "metadata": booking.metadata,
        "status": booking.status.upper(),
    }


def _conference(booking: Booking) -> Json:
    """Video bookings name their conference request."""
    if booking.location != "integrations:daily":
        return {}
    request_id = str(uuid.uuid5(uuid.NAMESPACE_URL, booking.uid))
    return {"conferenceData": {"createRequest": {"requestId": request_id}}}


def _ended(world: World, booking: Booking) -> Json:
    """What a cancelled or rejected booking's payloads share."""
    return {
        **_common(world, booking),
        "attendees": [_attendee(booking, phoneNumber=booking.attendee.phone)],
        "responses": _responses(booking, with_location=False),
        "destinationCalendar": [],
        "organizationId": None,
    }


def _common(world: World, booking: Booking) -> Json:
    host = world.store.user(booking.host_id)
    event_type = world.store.event_types.get(booking.event_type_id)
    return {
        "bookerUrl": world.settings.base_url,
        "title": booking.title,
        "type": booking.event_slug,
        "additionalNotes": str(booking.responses.get("notes", "")),
        "description": "",
        "eventTypeId": booking.event_type_id,
        "hideOrganizerEmail": False,
        "customReplyToEmail": None,
        "organizer": _organizer(host, booking),
        "customInputs": {},
        "userFieldsResponses": _own_fields(booking),
        "location": booking.location,
        "uid": booking.uid,
        "eventTitle": _title(event_type, booking),
        "eventDescription": None,
        "currency": "usd",
        "length": booking.length_min,
        "bookingId": booking.id,
    }


def _title(event_type: EventType | None, booking: Booking) -> str:
    return event_type.title if event_type else booking.event_slug


def _organizer(host: User, booking: Booking) -> Json:
    return {
        "id": host.id,
        "name": host.name,
        "email": host.email,
        "username": host.username,
        "timeZone": host.time_zone,
        "language": {"locale": "en"},
        "timeFormat": "h:mma",
        "utcOffset": utc_offset_min(booking.start, host.time_zone),
    }


def _attendee(booking: Booking, **more: object) -> Json:
    attendee = booking.attendee
    return {
        "email": attendee.email,
        "name": attendee.name,
        **more,
        "timeZone": attendee.time_zone,
        "language": {"locale": attendee.language},
        "utcOffset": utc_offset_min(booking.start, attendee.time_zone),
    }


def _responses(booking: Booking, *, with_location: bool) -> Json:
    """The payloads of new bookings show the location's value and the phone field; the others do not."""
    attendee = booking.attendee
    phone = _response("phone_number", attendee.phone, hidden=True)
    location = {"value": booking.location, "optionValue": ""} if with_location else None
    return {
        **({"attendeePhoneNumber": phone} if with_location else {}),
        "name": _response("your_name", attendee.name),
        "email": _response("email_address", attendee.email),
        "location": _response("location", location),
        **{slug: _response(label, None, hidden=hidden) for slug, (label, hidden) in _LABELS.items()},
        **_own_fields(booking),
    }


def _own_fields(booking: Booking) -> Json:
    return {slug: _response(slug, value) for slug, value in booking.responses.items() if slug not in _LABELS}


def _response(label: str, value: object, *, hidden: bool = False) -> Json:
    return {"label": label, **({} if value is None else {"value": value}), "isHidden": hidden}


def _one_time_password(booking: Booking) -> str | None:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, booking.uid)) if booking.status == "pending" else None
