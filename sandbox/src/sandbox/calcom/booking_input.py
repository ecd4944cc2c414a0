"""Reading bookings from request bodies, with the real server's order of complaints."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.calcom.errors import ValidatorListError, ZodError, bad_request, listed
from sandbox.calcom.model import Attendee, EventType
from sandbox.calcom.times import is_zone, parse_instant
from sandbox.calcom.validation import Problems, is_number, object_body

Json = dict[str, Any]

LANGUAGES = frozenset(
    [
        "ar",
        "ca",
        "de",
        "es",
        "eu",
        "he",
        "id",
        "ja",
        "lv",
        "pl",
        "ro",
        "sr",
        "th",
        "vi",
        "az",
        "cs",
        "el",
        "es-419",
        "fi",
        "hr",
        "it",
        "km",
        "nl",
        "pt",
        "ru",
        "sv",
        "tr",
        "zh-CN",
        "bg",
        "da",
        "en",
        "et",
        "fr",
        "hu",
        "iw",
        "ko",
        "no",
        "pt-BR",
        "sk",
        "ta",
        "uk",
        "zh-TW",
        "bn",
    ]
)
_CREATE_PROPERTIES = frozenset(
    [
        "start",
        "attendee",
        "bookingFieldsResponses",
        "eventTypeId",
        "eventTypeSlug",
        "username",
        "teamSlug",
        "organizationSlug",
        "guests",
        "meetingUrl",
        "location",
        "metadata",
        "lengthInMinutes",
        "routing",
        "emailVerificationCode",
        "instant",
        "recurrenceCount",
        "rrHostSubsetIds",
    ]
)
_ATTENDEE_PROPERTIES = ("name", "email", "timeZone", "phoneNumber", "language")
_RESCHEDULE_PROPERTIES = ("start", "reschedulingReason", "rescheduledBy", "emailVerificationCode", "seatUid")
_CANCEL_PROPERTIES = ("cancellationReason", "cancelSubsequentBookings", "seatUid")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_METADATA_BOUNDS = "Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 characters."
_NO_CONTACT = "Attendee must have at least one contact method (email or phone number)"
_ONE_LENGTH = (
    "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, remove the "
    "'lengthInMinutes' field from the request."
)
_OTHER_LENGTH = "Provided 'lengthInMinutes' is not one of the possible lengths for the event type. The possible lengths are: {}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A create body that passed the API layer; the booking core still has a word."""

    start: datetime
    body: Json

    @property
    def attendee(self) -> Json:
        attendee: Json = self.body["attendee"]
        return attendee

    @property
    def metadata(self) -> Json:
        metadata: Json = self.body.get("metadata") or {}
        return metadata


@dataclass(frozen=True, slots=True)
class Move:
    start: datetime
    reason: str | None
    moved_by: str | None


def read_create(raw: object) -> Wanted:
    """Raises the API layer's 400."""
    body = object_body(raw)
    problems = Problems()
    problems.refuse_unknown(body, _CREATE_PROPERTIES)
    problems.require_date(body, "start")
    _check_attendee(body.get("attendee"), problems)
    _check_metadata(body.get("metadata"), problems)
    problems.optional_number(body, "lengthInMinutes")
    problems.optional_number(body, "eventTypeId")
    problems.raise_if_any()
    return Wanted(_instant(body["start"]), body)


def read_reschedule(raw: object) -> Move:
    body = object_body(raw)
    problems = Problems()
    problems.refuse_unknown(body, _RESCHEDULE_PROPERTIES)
    problems.require_date(body, "start")
    problems.optional_string(body, "reschedulingReason")
    problems.optional_string(body, "rescheduledBy")
    problems.raise_if_any()
    return Move(_instant(body["start"]), body.get("reschedulingReason"), body.get("rescheduledBy"))


def read_cancel(raw: object) -> str:
    """The reason; empty without one."""
    return _read_reason(raw, "cancellationReason", _CANCEL_PROPERTIES)


def read_decline(raw: object) -> str:
    return _read_reason(raw, "reason", ("reason",))


def refuse_old_version(raw: object) -> None:
    """What the old API finds missing in a body made for the new one."""
    body = object_body(raw)
    target: Json = {
        name: body[name] for name in ("start", "end", "eventTypeId", "eventTypeSlug") if name in body
    }
    texts = {
        "timeZone": {"isTimeZone": "timeZone must be a valid IANA time-zone"},
        "language": {"isString": "language must be a string"},
        "metadata": {"isObject": "metadata must be an object"},
    }
    # The recording sent no metadata; with metadata its absence is no longer complained about.
    missing = [listed(target, prop, constraints) for prop, constraints in texts.items() if prop not in body]
    if missing:
        raise ValidatorListError(missing)


def chosen_length(event_type: EventType, wanted: Wanted) -> timedelta:
    asked = wanted.body.get("lengthInMinutes")
    options = event_type.length_options_min
    if asked is None:
        return timedelta(minutes=event_type.length_min)
    if not options:
        raise bad_request(_ONE_LENGTH)
    if asked not in options:
        raise bad_request(_OTHER_LENGTH.format(", ".join(map(str, options))))
    return timedelta(minutes=asked)


def check_core(event_type: EventType, wanted: Wanted) -> None:
    """The booking core's own schema: strings in metadata, an e-mail, and the required fields."""
    numbers = [
        f"metadata.{key} - Expected string, received {_zod_type(value)}"
        for key, value in wanted.metadata.items()
        if not isinstance(value, str)
    ]
    if numbers:
        raise ZodError(*numbers)
    email = wanted.attendee.get("email")
    faults = [f"{{{slug}}}error_required_field" for slug in _missing_fields(event_type, wanted)]
    if email is not None and not _EMAIL.match(email):
        faults.append("{email}email_validation_error")
    if faults:
        raise ZodError(*(f"responses - {fault}" for fault in faults))


def read_attendee(wanted: Wanted) -> Attendee:
    sent = wanted.attendee
    return Attendee(
        name=sent["name"],
        email=sent["email"],
        time_zone=sent["timeZone"],
        language=sent.get("language") or "en",
        phone=sent.get("phoneNumber"),
    )


def read_location(event_type: EventType, wanted: Wanted) -> str:
    """What the caller chose, else the event type's first, else Cal Video."""
    asked = wanted.body.get("location")
    if isinstance(asked, dict):
        for key in ("address", "location", "phone", "link"):
            if key in asked:
                return str(asked[key])
    for offered in event_type.fields["locations"]:
        for key in ("address", "link", "phone"):
            if key in offered:
                return str(offered[key])
    return "integrations:daily"


def _check_attendee(attendee: object, problems: Problems) -> None:
    if attendee is None:
        problems.add("attendee", "attendee should not be null or undefined")
        return
    if not isinstance(attendee, dict):
        problems.add("attendee", "nested property attendee must be either object or array")
        return
    inner = Problems()
    inner.refuse_unknown(attendee, _ATTENDEE_PROPERTIES)
    inner.require_string(attendee, "name")
    if not is_zone(attendee.get("timeZone")):
        inner.add("timeZone", "timeZone must be a valid IANA time-zone")
    inner.optional_string(attendee, "email")
    inner.optional_string(attendee, "phoneNumber")
    if attendee.get("language") not in {None, *LANGUAGES}:
        inner.add("language", f"language must be one of the following values: {', '.join(sorted(LANGUAGES))}")
    if not attendee.get("email") and not attendee.get("phoneNumber"):
        inner.add("attendee email or phone", _NO_CONTACT)
    problems.nest("attendee", inner)


def _check_metadata(metadata: object, problems: Problems) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or not _within_bounds(metadata):
        problems.add("metadata", _METADATA_BOUNDS)


def _within_bounds(metadata: Json) -> bool:
    keys_fit = len(metadata) <= 50 and all(len(key) <= 40 for key in metadata)
    return keys_fit and all(len(value) <= 500 for value in metadata.values() if isinstance(value, str))


def _missing_fields(event_type: EventType, wanted: Wanted) -> list[str]:
    sent = {**(wanted.body.get("bookingFieldsResponses") or {}), **wanted.attendee}
    required = [
        field["slug"]
        for field in event_type.fields["bookingFields"]
        if field.get("required") and not field.get("hidden")
    ]
    return [slug for slug in required if sent.get(slug) in (None, "")]


def _read_reason(raw: object, name: str, known: tuple[str, ...]) -> str:
    body = object_body(raw)
    problems = Problems()
    problems.refuse_unknown(body, known)
    problems.optional_string(body, name)
    problems.raise_if_any()
    return body.get(name) or ""


def _instant(text: object) -> datetime:
    instant = parse_instant(text)
    if instant is None:
        raise ValueError("the start was not validated")
    return instant


def _zod_type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    if value is None:
        return "null"
    return "array" if isinstance(value, list) else "object"
