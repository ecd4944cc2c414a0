"""Reading event types from request bodies: what may be set, what it must look like, what it defaults to."""

from typing import Any

from sandbox.calcom.errors import NestError, ValidatorListError, bad_request, listed
from sandbox.calcom.validation import Problems, is_number

Json = dict[str, Any]

_EMAIL_MUST_STAY = "Booking fields validation failed: the email field must be required and visible"


def _default_field(type_: str, slug: str, **more: object) -> Json:
    return {"isDefault": True, "type": type_, "slug": slug, **more}


_SHOWN: Json = {"required": False, "disableOnPrefill": False, "hidden": False}
DEFAULT_BOOKING_FIELDS: tuple[Json, ...] = (
    _default_field("name", "name", required=True, label="your_name", disableOnPrefill=False),
    _default_field("email", "email", required=True, disableOnPrefill=False, hidden=False),
    _default_field("radioInput", "location", required=False, hidden=False),
    _default_field("text", "title", required=True, disableOnPrefill=False, hidden=True),
    _default_field("textarea", "notes", **_SHOWN),
    _default_field("multiemail", "guests", **_SHOWN),
    _default_field("textarea", "rescheduleReason", **_SHOWN),
)
_DEFAULT_SLUGS = {field["slug"] for field in DEFAULT_BOOKING_FIELDS}

# What a caller may send and what is shown when it is not sent, in the order of the original's answers.
_SETTABLE: Json = {
    "description": "",
    "locations": [],
    "disableGuests": False,
    "slotInterval": None,
    "minimumBookingNotice": 120,
    "beforeEventBuffer": 0,
    "afterEventBuffer": 0,
    "lockTimeZoneToggleOnBookingPage": False,
    "successRedirectUrl": None,
    "scheduleId": None,
    "onlyShowFirstAvailableSlot": False,
    "offsetStart": 0,
    "bookingWindow": {"disabled": True},
    "confirmationPolicy": {"disabled": True},
    "requiresBookerEmailVerification": False,
    "hideCalendarNotes": False,
    "useDestinationCalendarEmail": False,
    "hideCalendarEventDetails": False,
    "hideOrganizerEmail": False,
    "calVideoSettings": {"sendTranscriptionEmails": True},
    "hidden": False,
    "bookingRequiresAuthentication": False,
    "bookerActiveBookingsLimit": {"disabled": True},
    "disableCancelling": {"disabled": False},
    "disableRescheduling": {"disabled": False},
    "interfaceLanguage": None,
    "allowReschedulingPastBookings": False,
    "allowReschedulingCancelledBookings": False,
    "showOptimizedSlots": False,
}
_IDENTITY = ("lengthInMinutes", "lengthInMinutesOptions", "title", "slug", "bookingFields")
_NOT_PLAYED = ("seats", "recurrence", "bookingLimitsCount", "bookingLimitsDuration")
_NUMBERS = ("slotInterval", "minimumBookingNotice", "beforeEventBuffer", "afterEventBuffer", "offsetStart")


def read_new(body: Json) -> Json:
    """The complete public fields of a new event type. Raises what the original answers with."""
    _check(body, required=True)
    fields = {name: body.get(name, default) for name, default in _SETTABLE.items()}
    return {**fields, **_identity(body), "bookingFields": _booking_fields(body)}


def read_change(body: Json) -> Json:
    """Only the fields that were sent."""
    _check(body, required=False)
    changes = {name: value for name, value in body.items() if name in _SETTABLE}
    if "bookingFields" in body:
        changes["bookingFields"] = _booking_fields(body)
    return {**changes, **_identity(body)}


def refuse_old_version(body: Json) -> None:
    """What the old API says to a body made for the new one."""
    constraints = {
        "length": {"isInt": "length must be an integer number", "min": "length must not be less than 1"},
        "title": {"isString": "title must be a string"},
        "slug": {"isString": "slug must be a string"},
    }
    target: Json = {
        name: body[name] for name in ("title", "slug", "description", "hidden", "locations") if name in body
    }
    missing = [listed(target, prop, text) for prop, text in constraints.items() if prop not in body]
    raise ValidatorListError(missing)


def _identity(body: Json) -> Json:
    return {name: body[name] for name in _IDENTITY if name in body and name != "bookingFields"}


def _check(body: Json, *, required: bool) -> None:
    problems = Problems()
    problems.refuse_unknown(body, {*_SETTABLE, *_IDENTITY, *_NOT_PLAYED})
    if required or "lengthInMinutes" in body:
        problems.require_number(body, "lengthInMinutes")
    for text in ("title", "slug"):
        if required or text in body:
            problems.require_string(body, text)
    for number in _NUMBERS:
        problems.optional_number(body, number)
    _check_options(body, problems)
    _check_policy(body, problems)
    problems.raise_if_any()
    _refuse_what_is_not_played(body)


def _check_options(body: Json, problems: Problems) -> None:
    options = body.get("lengthInMinutesOptions")
    if options is None:
        return
    if not isinstance(options, list) or not all(is_number(option) for option in options):
        problems.add("lengthInMinutesOptions", "each value in lengthInMinutesOptions must be a number")
    elif "lengthInMinutes" in body and body["lengthInMinutes"] not in options:
        problems.add("lengthInMinutesOptions", "lengthInMinutesOptions must include lengthInMinutes")


def _check_policy(body: Json, problems: Problems) -> None:
    policy = body.get("confirmationPolicy", {"disabled": True})
    if policy.get("disabled") or policy.get("type") == "always":
        return
    threshold = policy.get("noticeThreshold") or {}
    known_unit = threshold.get("unit") in ("minutes", "hours", "days")
    if policy.get("type") != "time" or not known_unit or not is_number(threshold.get("count")):
        problems.add(
            "confirmationPolicy", "confirmationPolicy must be of type always, or time with a noticeThreshold"
        )


def _refuse_what_is_not_played(body: Json) -> None:
    """Better a loud no than an event type that behaves unlike the original's."""
    for name in _NOT_PLAYED:
        value = body.get(name)
        if value and not value.get("disabled"):
            raise NestError(501, f"The stand-in does not play {name}.")


def _booking_fields(body: Json) -> list[Json]:
    """The defaults, as overridden, then the caller's own."""
    asked: list[Json] = body.get("bookingFields", [])
    overrides = {field.get("slug", field["type"]): field for field in asked}
    email = overrides.get("email", {})
    if email.get("required") is False or email.get("hidden"):
        raise bad_request(_EMAIL_MUST_STAY)
    defaults = [{**field, **overrides.get(field["slug"], {})} for field in DEFAULT_BOOKING_FIELDS]
    own = [{"isDefault": False, **field} for slug, field in overrides.items() if slug not in _DEFAULT_SLUGS]
    return defaults + own
