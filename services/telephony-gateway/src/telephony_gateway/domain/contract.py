"""The functions that the gateway serves: names, arguments, statuses. Server, agents and the OpenAPI document follow it.

The call's identity is no argument anywhere: it comes from the envelope (TG-01).
"""

from dataclasses import dataclass

from telephony_gateway.domain.answers import Status


@dataclass(frozen=True)
class Argument:
    """What the model may fill in; always a text, in the caller's words."""

    name: str
    description: str
    synonyms: tuple[str, ...] = ()
    """Other names under which models send it."""


@dataclass(frozen=True)
class Contract:
    """One function."""

    name: str
    description: str
    arguments: tuple[Argument, ...]
    statuses: tuple[Status, ...]
    waiting: str = ""
    """Said while it runs (German); promises nothing."""
    changes: bool = False
    """It changes something; cut off, nobody knows what."""


DATE = Argument(
    "date",
    "The day in the caller's own words, e.g. 'kommenden Mittwoch'. Never computed, never with an invented year.",
    ("datum", "appointment_date", "date_string", "preferred_date"),
)
TIME = Argument(
    "time",
    "The time in the caller's own words, e.g. 'halb vier', 'nachmittags', 'egal'.",
    ("uhrzeit", "appointment_time", "preferred_time", "zeitraum"),
)
DATETIME = Argument("datetime", "Day and time in one text.", ("date_time",))
SERVICE = Argument(
    "service",
    "The service as the caller calls it; of one visit all that the caller named, e.g. 'Schneiden und Färben'.",
    ("service_name", "dienstleistung", "service_id"),
)
STAFF = Argument(
    "staff",
    "Whom the caller wants; empty if it does not matter.",
    ("mitarbeiter", "preferred_staff_id", "mitarbeiter_wunsch"),
)
OPTION = Argument(
    "option_id",
    "The option_id of the option that the caller chose, exactly as it was given; or the caller's words ('den ersten').",
    ("option", "selection", "auswahl"),
)
NAME = Argument("customer_name", "The caller's name, as the caller said it.", ("name", "kundename"))
EMAIL = Argument(
    "customer_email",
    "An e-mail address at which the caller wants to be written to, as the caller said it. Never asked for, never made up.",
    ("email", "e_mail", "mail", "email_address", "kunden_email"),
)
APPOINTMENT = Argument(
    "appointment_id", "The appointment_id from get_appointments, if the caller chose one.", ("termin_id",)
)
NEW_DATE = Argument("new_date", "The new day, in the caller's own words.", ("new_datum", "neues_datum"))
NEW_TIME = Argument("new_time", "The new time, in the caller's own words.", ("new_uhrzeit", "neue_uhrzeit"))
PHONE = Argument(
    "phone_number",
    "A number that the caller named to be called under; never asked for while the caller's own is known.",
    ("customer_phone", "phone", "telefon", "telefonnummer", "rueckrufnummer"),
)
TOPIC = Argument(
    "topic",
    "What it is about, in a few words of the caller's.",
    ("reason", "anliegen", "grund", "message", "notes"),
)
REPEAT_WEEKS = Argument(
    "repeat_weeks",
    "Only where the caller wants the same appointment again and again: every how many weeks, e.g. '2' or 'jede Woche'.",
    ("every_weeks", "wiederholung_wochen", "alle_wochen"),
)
REPEAT_COUNT = Argument(
    "repeat_count",
    "Only with repeat_weeks: how many appointments in all, the first included, e.g. '6'.",
    ("wiederholungen", "anzahl_termine"),
)
# No mode (TG-06, TG-27): it skips no question, and without it the same again is a yes as well; see usecases.doubts.
CONFIRMED = Argument(
    "confirmed",
    "Only after an answer has asked whether it shall be done all the same: what the caller said to that, e.g. 'ja'.",
    ("bestaetigt", "bestätigt"),
)
LANGUAGE = Argument(
    "language", "'de' or 'en', if the caller speaks another language than the business.", ("sprache",)
)
ARGUMENTS = (
    DATE, TIME, DATETIME, SERVICE, STAFF, OPTION, NAME, EMAIL, APPOINTMENT, NEW_DATE, NEW_TIME, PHONE, TOPIC, REPEAT_WEEKS,
    REPEAT_COUNT, CONFIRMED, LANGUAGE,
)  # fmt: skip

_ASKS = (
    Status.NEED_DATE, Status.NEED_TIME, Status.AMBIGUOUS, Status.UNAVAILABLE, Status.CLOSED, Status.TOO_SOON,
    Status.TOO_FAR, Status.PAST,
)  # fmt: skip
_SEARCH = (Status.AVAILABLE, Status.ALTERNATIVES, *_ASKS, Status.NEED_SERVICE, Status.PENDING, Status.ERROR)
_LOOKING = "Einen Moment, ich schaue nach."
_NOTING = "Einen Moment, ich notiere das."

CONTRACTS = (
    Contract(
        "get_context",
        "Call once at the start: the business, today's date and opening hours, who is calling, if known, and options that came "
        "free for a caller who waits.",
        (LANGUAGE,),
        (Status.OK, Status.PENDING, Status.ERROR),
    ),
    Contract(
        "list_services",
        "What can be booked here, with prices.",
        (LANGUAGE,),
        (Status.OK, Status.PENDING, Status.ERROR),
        _LOOKING,
    ),
    Contract(
        "check_availability",
        "Is a wished time free? What it offers is held for the caller. Say free only after its answer.",
        (DATE, TIME, SERVICE, STAFF, LANGUAGE),
        _SEARCH,
        _LOOKING,
    ),
    Contract(
        "get_alternatives",
        "Other times than those offered, e.g. when the caller asks for later or earlier.",
        (DATE, TIME, SERVICE, STAFF, LANGUAGE),
        _SEARCH,
        _LOOKING,
    ),
    Contract(
        "start_booking",
        "Books the option that the caller chose. Say booked only after status 'booked'. With repeat_weeks and repeat_count a"
        " series; its message says which dates were booked and which were not.",
        (OPTION, NAME, EMAIL, REPEAT_WEEKS, REPEAT_COUNT, LANGUAGE),
        (
            Status.BOOKED, Status.PENDING, Status.TAKEN, Status.NEED_NAME, Status.NEED_OPTION, Status.ERROR,
        ),
        "Einen Moment, ich trage das ein.",
        changes=True,
    ),
    Contract(
        "get_appointments",
        "The caller's own coming appointments.",
        (DATE, LANGUAGE),
        (Status.OK, Status.NOT_FOUND, Status.DENIED, Status.PENDING, Status.ERROR),
        _LOOKING,
    ),
    Contract(
        "cancel_appointment",
        "Calls one of the caller's own appointments off, after the caller has said so. date and time name the appointment."
        " Where that costs something it asks first: called again after the caller's yes, with confirmed, it does it.",
        (APPOINTMENT, DATE, TIME, SERVICE, TOPIC, CONFIRMED, LANGUAGE),
        (Status.CANCELLED, Status.DENIED, Status.NOT_FOUND, Status.CHOOSE, Status.PENDING, Status.ERROR),
        _LOOKING,
        changes=True,
    ),
    Contract(
        "reschedule_appointment",
        "Moves one of the caller's own appointments: first with new_date and new_time, which offers times and holds them,"
        " then with the option_id that the caller chose. date and time name the present appointment. Where that costs"
        " something it asks first: called again after the caller's yes, with option_id and confirmed, it does it.",
        (APPOINTMENT, DATE, TIME, NEW_DATE, NEW_TIME, STAFF, OPTION, CONFIRMED, LANGUAGE),
        (
            Status.RESCHEDULED, Status.OFFERED, Status.TAKEN, Status.DENIED, Status.NOT_FOUND, Status.CHOOSE,
            *_ASKS, Status.PENDING, Status.ERROR,
        ),
        _LOOKING,
        changes=True,
    ),
    Contract(
        "request_callback",
        "Notes that somebody shall call back. Also for callers with a withheld number.",
        (TOPIC, NAME, PHONE, LANGUAGE),
        (Status.CALLBACK_NOTED, Status.PENDING, Status.ERROR),
        _NOTING,
        changes=True,
    ),
    Contract(
        "join_waitlist",
        "Notes the caller's wish for when something comes free.",
        (SERVICE, DATE, TIME, STAFF, NAME, PHONE, LANGUAGE),
        (
            Status.WAITLIST_NOTED, Status.NEED_SERVICE, Status.NEED_DATE, Status.NEED_TIME, Status.NEED_NAME,
            Status.NEED_PHONE, Status.AMBIGUOUS, Status.UNAVAILABLE, Status.TOO_FAR, Status.PAST, Status.PENDING,
            Status.ERROR,
        ),
        _NOTING,
        changes=True,
    ),
)  # fmt: skip


def contract(name: str) -> Contract | None:
    """The function of a name without version."""
    return next((found for found in CONTRACTS if found.name == name), None)
