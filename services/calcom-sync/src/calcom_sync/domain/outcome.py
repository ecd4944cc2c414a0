"""What an answer to "create this booking" means. Cal.com has no machine-readable code for most of it, so texts decide."""

import enum
import re
from dataclasses import dataclass

from calcom_sync.domain.answers import Answer, NoAnswer


class Outcome(enum.Enum):
    """Classes of answers by what has to follow."""

    DONE = "done"
    """The booking stands; what it says has to be compared with what was asked for."""
    TAKEN_OR_OWN = "taken_or_own"
    """The time is occupied, perhaps by ourselves: look."""
    INVALID = "invalid"
    """Our request is wrong; it will not get better."""
    POLICY = "policy"
    """Notice, window or the past forbid the time."""
    CONFIGURATION = "configuration"
    """The event type is missing, has no host, or wants what we do not send."""
    AUTH = "auth"
    """The key is refused."""
    THROTTLED = "throttled"
    """Refused unseen; the key has to pause."""
    TRANSIENT = "transient"
    """The request never left; send it again."""
    UNKNOWN = "unknown"
    """It may have been created: look."""


@dataclass(frozen=True)
class _Text:
    pattern: re.Pattern[str]
    outcome: Outcome


def _text(pattern: str, outcome: Outcome) -> _Text:
    return _Text(re.compile(pattern, re.IGNORECASE), outcome)


_REFUSALS = (
    _text(r"already has booking at this time|no.available.users", Outcome.TAKEN_OR_OWN),
    _text(r"in the past|can't be booked at the .start. time", Outcome.POLICY),
    _text(
        r"error_required_field|email_verification_required|invalid_verification_code", Outcome.CONFIGURATION
    ),
    _text(r"lengthInMinutes|managed event type|parent managed", Outcome.CONFIGURATION),
    # Payment is asked for after the insert, so the booking may stand.
    _text(r"payment", Outcome.UNKNOWN),
)
_STATUSES = {
    401: Outcome.AUTH,
    403: Outcome.AUTH,
    404: Outcome.CONFIGURATION,
    409: Outcome.TAKEN_OR_OWN,
    422: Outcome.CONFIGURATION,
    429: Outcome.THROTTLED,
}


def classify(result: Answer | NoAnswer) -> Outcome:
    """What has to follow from a result of POST /v2/bookings. Whatever is not understood is UNKNOWN, never guessed."""
    if isinstance(result, NoAnswer):
        return Outcome.UNKNOWN if result.sent else Outcome.TRANSIENT
    if result.status in {200, 201}:
        return Outcome.DONE if result.booking else Outcome.UNKNOWN
    if result.status == 400:
        return _refusal(result.message)
    return _STATUSES.get(result.status, Outcome.UNKNOWN)


def _refusal(message: str) -> Outcome:
    for text in _REFUSALS:
        if text.pattern.search(message):
            return text.outcome
    return Outcome.INVALID


def blames_phone(message: str) -> bool:
    """Whether a refusal is about the attendee's number, which can be left out."""
    return bool(re.search(r"phone", message, re.IGNORECASE) and re.search(r"invalid", message, re.IGNORECASE))


def names_successor(message: str) -> bool:
    """Whether a refused move says that the booking was moved already; perhaps by ourselves."""
    return bool(re.search(r"rescheduled already", message, re.IGNORECASE))


_GONE = re.compile(
    r"\b(has|have|was|were|is)( already)?( been)? cancell?ed\b|\bcancell?ed already\b|cancelled_bookings_cannot",
    re.IGNORECASE,
)


def says_gone(result: Answer | NoAnswer) -> bool:
    """Whether a refusal says that the booking was cancelled before."""
    return isinstance(result, Answer) and result.status == 400 and bool(_GONE.search(result.message))


class CallOff(enum.Enum):
    """What an answer to "cancel this booking" means."""

    GONE = "gone"
    """It takes nobody's time any more, whoever cancelled it."""
    AGAIN = "again"
    """Not settled; cancelling is harmless to repeat."""
    REFUSED = "refused"
    """It will not work without a person."""


def classify_call_off(result: Answer | NoAnswer) -> CallOff:
    """What has to follow from a result of POST /v2/bookings/{uid}/cancel."""
    if isinstance(result, NoAnswer) or result.status == 429 or result.status >= 500:
        return CallOff.AGAIN
    if result.status in {200, 201} or says_gone(result):
        return CallOff.GONE
    # A uid that we were given and that is not found may still be on its way to the replica.
    return CallOff.AGAIN if result.status == 404 else CallOff.REFUSED
