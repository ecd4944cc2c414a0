"""What Cal.com's answers mean, in the shapes in which the real server gives them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from calcom_sync.clients.calcom_models import answer_of, page_of
from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.outcome import CallOff, Outcome, blames_phone, classify, classify_call_off

BOOKING = {
    "id": 250,
    "uid": "u250",
    "title": "Cut",
    "hosts": [{"id": 101, "name": "Vera", "username": "vera", "timeZone": "Europe/Berlin"}],
    "status": "accepted",
    "start": "2027-05-03T09:00:00.000Z",
    "end": "2027-05-03T09:30:00.000Z",
    "duration": 30,
    "eventTypeId": 2,
    "metadata": {"rufbuch_phase": "p"},
    "somethingNew": {"later": True},
}
UNAVAILABLE = "User either already has booking at this time or is not available"
NOTICE = (
    "The event type can't be booked at the \"start\" time provided. This could be because it's too soon (violating the"
    " minimum booking notice) or too far in the future (outside the event's scheduling window)."
)
LENGTH = "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths."


def nested(status: int, message: str, code: str = "BadRequestException") -> httpx.Response:
    """The envelope of the framework."""
    error = {"code": code, "message": message, "details": {"message": message, "statusCode": status}}
    return httpx.Response(
        status, json={"status": "error", "timestamp": "t", "path": "/v2/bookings", "error": error}
    )


def bare(status: int, message: str) -> httpx.Response:
    """The envelope of the booking core."""
    return httpx.Response(status, json={"statusCode": status, "message": message})


def zod(message: str) -> httpx.Response:
    """As validation of responses and metadata answers: without details."""
    return httpx.Response(400, json={"status": "error", "error": {"code": "BAD_REQUEST", "message": message}})


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (httpx.Response(201, json={"status": "success", "data": BOOKING}), Outcome.DONE),
        (httpx.Response(201, json={"status": "success", "data": {"uid": "x"}}), Outcome.UNKNOWN),
        (httpx.Response(201, text="<html>"), Outcome.UNKNOWN),
        (httpx.Response(201, json={"status": "success", "data": [BOOKING]}), Outcome.UNKNOWN),
        (nested(400, UNAVAILABLE), Outcome.TAKEN_OR_OWN),
        (nested(400, f"One of the hosts either {UNAVAILABLE[12:]}"), Outcome.TAKEN_OR_OWN),
        (bare(409, "booking_conflict_error"), Outcome.TAKEN_OR_OWN),
        (bare(400, "no_available_users_found_error"), Outcome.TAKEN_OR_OWN),
        (nested(400, "Attempting to book a meeting in the past."), Outcome.POLICY),
        (nested(400, NOTICE), Outcome.POLICY),
        (nested(404, "Event type with id 9 not found.", "NotFoundException"), Outcome.CONFIGURATION),
        (nested(422, "no hosts", "UnprocessableEntityException"), Outcome.CONFIGURATION),
        (zod("responses - {allergies}error_required_field, "), Outcome.CONFIGURATION),
        (nested(400, LENGTH), Outcome.CONFIGURATION),
        (nested(400, "email_verification_required"), Outcome.CONFIGURATION),
        (zod("metadata.n - Expected string, received number, "), Outcome.INVALID),
        (zod("responses - {email}email_validation_error, "), Outcome.INVALID),
        (nested(400, "start property is wrong,start must be a valid ISO 8601 date string "), Outcome.INVALID),
        (nested(400, "Bad Request Exception"), Outcome.INVALID),
        (bare(400, "Missing payment credentials"), Outcome.UNKNOWN),
        (nested(401, "CustomThrottlerGuard - Invalid API Key", "UnauthorizedException"), Outcome.AUTH),
        (nested(403, "PermissionsGuard", "ForbiddenException"), Outcome.AUTH),
        (nested(429, "CustomThrottlerGuard - Too many requests.", "ThrottlerException"), Outcome.THROTTLED),
        (bare(500, "Internal server error"), Outcome.UNKNOWN),
        (httpx.Response(502, text="bad gateway"), Outcome.UNKNOWN),
        (httpx.Response(504), Outcome.UNKNOWN),
        (httpx.Response(302, headers={"location": "/"}), Outcome.UNKNOWN),
        (httpx.Response(418), Outcome.UNKNOWN),
    ],
)
def test_every_answer_has_one_meaning(response: httpx.Response, outcome: Outcome) -> None:
    assert classify(answer_of(response)) is outcome


def test_a_request_that_never_left_may_be_sent_again_and_any_other_may_not() -> None:
    assert classify(NoAnswer(sent=False, detail="ConnectError")) is Outcome.TRANSIENT
    assert classify(NoAnswer(sent=True, detail="ReadTimeout")) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("headers", "reset_s"),
    [
        ({"X-RateLimit-Reset-Default": "37"}, 37),
        ({"X-RateLimit-Reset-own-limit": "5"}, 5),
        ({"X-RateLimit-Reset-Default": "0"}, 1),
        ({"X-RateLimit-Reset-Default": "1795345678"}, 600),
        ({"X-RateLimit-Reset-Default": "soon"}, None),
        ({}, None),
    ],
)
def test_the_pause_after_a_429_is_in_seconds_and_bounded(
    headers: dict[str, str], reset_s: int | None
) -> None:
    answer = answer_of(httpx.Response(429, headers=headers))
    assert answer.reset == (None if reset_s is None else timedelta(seconds=reset_s))


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"text"', b"{}", b'{"error": "text"}', b'{"message": ["a"]}', b"\xff"]
)
def test_an_error_in_no_known_envelope_is_still_readable(body: bytes) -> None:
    answer = answer_of(httpx.Response(400, content=body))
    assert classify(answer) is Outcome.INVALID
    assert isinstance(answer.message, str)


def test_an_error_text_is_kept_whole() -> None:
    """CS-18: cut at 255 characters, the cause was unreadable."""
    assert answer_of(nested(400, "x" * 3000)).message == "x" * 3000


@pytest.mark.parametrize("data", [None, {}])
def test_a_list_that_cannot_be_read_is_no_empty_list(data: Any) -> None:
    assert page_of(httpx.Response(200, json={"status": "success", "data": data}), full=100) is None


@pytest.mark.parametrize("row", [{"uid": "only"}, {**BOOKING, "start": "2027-05-03T09:00:00"}, None, "", 7])
def test_a_row_that_cannot_be_read_hides_no_other_and_is_not_passed_over(row: Any) -> None:
    page = page_of(httpx.Response(200, json={"data": [row, BOOKING]}), full=2)
    assert page
    assert ([one.uid for one in page.bookings], page.unreadable) == ([BOOKING["uid"]], 1)
    assert not page.is_last


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (Answer(200), CallOff.GONE),
        (Answer(400, "Can't cancel booking with uid=u because it has been cancelled already."), CallOff.GONE),
        (Answer(400, "This booking has already been cancelled"), CallOff.GONE),
        (Answer(400, "Booking was canceled"), CallOff.GONE),
        (Answer(400, "Cancellation reason is required when you are the host"), CallOff.REFUSED),
        (Answer(400, "This booking cannot be cancelled"), CallOff.REFUSED),
        (Answer(401, "Invalid API Key"), CallOff.REFUSED),
        (Answer(404, "Booking with uid=u not found"), CallOff.AGAIN),
        (Answer(429), CallOff.AGAIN),
        (Answer(500), CallOff.AGAIN),
        (NoAnswer(sent=True, detail="ReadTimeout"), CallOff.AGAIN),
        (NoAnswer(sent=False, detail="ConnectError"), CallOff.AGAIN),
    ],
)
def test_a_cancelled_booking_is_gone_whoever_cancelled_it(
    result: Answer | NoAnswer, verdict: CallOff
) -> None:
    assert classify_call_off(result) is verdict


def test_a_refusal_for_the_number_is_told_from_others() -> None:
    """CS-16."""
    assert blames_phone("400 responses - {attendeePhoneNumber}invalid_number")
    assert not blames_phone("400 responses - {email}email_validation_error")
    assert not blames_phone("400 attendee must have at least one contact method (email or phone number)")
