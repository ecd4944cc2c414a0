"""Numbers, addresses and names do not get into logs and spans, however they are written."""

import json
import logging
import string
import time

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode

from signals.logs import JsonLines
from signals.masking import MASK, PERSONAL, masked, masked_value
from signals.spans import Masking
from signals.subjects import tell_subjects

FORMATS = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
)
AROUND = st.sampled_from(["", "call ", "number: ", "(", "‚", "\n", "from=", "Erika Mustermann, "])
AFTER = st.sampled_from(["", ".", ", please", ")", "\n", " was busy", "“"])
FULL_WIDTH = str.maketrans(string.digits + "+", "０１２３４５６７８９＋")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """As people, forms and machines write them."""
    country, area = draw(st.sampled_from([(49, "30"), (49, "151"), (43, "1"), (41, "44"), (49, "89")]))
    rest = draw(st.text(string.digits, min_size=6, max_size=8))
    parsed = phonenumbers.PhoneNumber(country_code=country, national_number=int(area + rest))
    text = phonenumbers.format_number(parsed, draw(st.sampled_from(FORMATS)))
    if not text.startswith(("+", "0", "tel")):
        text = f"0{text}"  # the library writes what is no real number without it
    style = draw(st.integers(0, 5))
    if style == 1:
        text = f"00{country}{area}{rest}"
    elif style == 2:
        between = draw(st.sampled_from([" ", "-", "/", ".", " / ", "\u00a0", "–", ") "]))
        text = f"0{area}{between}{rest[:3]}{between}{rest[3:]}"
    elif style == 3:
        text = f"+{country} (0) {area} {rest}"
    elif style == 4:
        text = " ".join(f"0{area}{rest}")
    elif style == 5:
        text = text.translate(FULL_WIDTH)
    return text


def digits_of(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


@given(AROUND, numbers(), AFTER)
def test_no_number_survives(before: str, number: str, after: str) -> None:
    told = masked(f"{before}{number}{after}")
    assert MASK in told
    assert len(digits_of(told)) == 0, told


@given(AROUND, st.emails(), AFTER)
def test_no_address_survives(before: str, address: str, after: str) -> None:
    told = masked(f"{before}{address}{after}")
    assert address not in told
    assert "@" not in told


@pytest.mark.parametrize(
    "address",
    ["erika (at) example.org", "erika[at]example.org", "erika＠example.org", '"e m"@example.org', "erika%40example.org"],
)  # fmt: skip
def test_addresses_that_hide_from_machines_do_not_survive(address: str) -> None:
    assert "example" not in masked(f"mail to {address}, please")


@pytest.mark.parametrize(
    "harmless",
    [
        "2026-11-26T17:30:05.123456+00:00", "17:30:05.123456", "26.11.2026", "0.123456789 s", "12.3456789",
        "127.0.0.1:50051", "0.0.0.0:8080", "5f0d7c3e-43cb-4b4d-9d1f-6a3b8f6f1d11",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "call_e9a0bfaa8da52a4635bd20facfa4f563",
        "0123456789abcdef0123456789abcdef", "position 812-4711", "took 1234567 us, 20 of 30 left", "HTTP 503", "v1.2.3",
    ],
)  # fmt: skip
def test_what_is_no_number_stays(harmless: str) -> None:
    assert masked(harmless) == harmless


def test_a_row_that_postgresql_refuses_is_not_told() -> None:
    told = masked(
        "Failing row contains (7, Erika Mustermann, kim).\nKey (name)=(Erika Mustermann) already exists."
    )
    assert "Erika" not in told


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_fields_of_people_are_masked_whatever_they_hold(name: str) -> None:
    assert masked_value(name, "Erika") == MASK
    assert masked_value(f"rufbuch.{name}", "Erika") == MASK
    assert masked_value("about", {"deep": [{name: "Erika"}]}) == {"deep": [{name: MASK}]}


def test_queries_of_addresses_are_not_told() -> None:
    url = "https://api.cal.com/v2/bookings?attendeeName=Erika&status=accepted"
    assert masked_value("http.url", url) == f"https://api.cal.com/v2/bookings?{MASK}"


def test_what_a_library_tells_of_its_requests_names_nobody() -> None:
    """httpx writes a line of each: whom an appointment is for stood in the query, as addresses are written there."""
    request = (
        'HTTP Request: GET https://api.cal.com/v2/bookings?attendeeEmail=%s&name=Erika "HTTP/1.1 200 OK"'
    )
    told = line_of(request, "erika%40example.org")["message"]
    assert told == f'HTTP Request: GET https://api.cal.com/v2/bookings?{MASK} "HTTP/1.1 200 OK"'


@pytest.mark.parametrize("number", ["%2B493023125042", "%2b49 30 23125042"])
def test_a_number_as_addresses_write_it_does_not_survive(number: str) -> None:
    assert masked(f"/v1/numbers/{number}/calls") == f"/v1/numbers/{MASK}/calls"


@given(st.text(max_size=300))
def test_any_text_can_be_masked_twice(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "1 " * 100_000,
        "@" * 100_000,
        "0" * 100_000,
        '"' * 100_000,
        "https://" * 10_000,
        "%40" * 50_000,
        "%2B" * 50_000,
    ],
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 1


def line_of(
    message: str, *args: object, error: Exception | None = None, **extra: object
) -> dict[str, object]:
    record = logging.LogRecord(
        "booking", logging.ERROR, "x.py", 1, message, args, (type(error), error, None) if error else None
    )
    vars(record).update(extra)
    told: dict[str, object] = json.loads(JsonLines("booking", "build-7").format(record))
    return told


def test_a_log_line_is_an_object_without_people() -> None:
    told = line_of(
        "no answer from %s", "+49 30 23125042", error=ValueError("erika@example.org is wrong"),
        customer_name="Erika Mustermann", tenant_id="t-1",
    )  # fmt: skip
    assert (told["service"], told["build"], told["level"], told["tenant_id"]) == (
        "booking",
        "build-7",
        "ERROR",
        "t-1",
    )
    assert told["message"] == f"no answer from {MASK}"
    assert told["customer_name"] == MASK
    assert "erika" not in json.dumps(told).casefold()


class Request:
    tenant_id, call_id, appointment_id, name = "t-1", "call_1", "", "Erika"


def test_a_log_line_says_in_which_trace_and_about_which_call() -> None:
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("rpc") as span:
        tell_subjects(Request())
        told = line_of("it failed")
    assert told["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert (told["tenant_id"], told["call_id"]) == ("t-1", "call_1")
    assert "appointment_id" not in told


def test_spans_leave_without_people() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Masking(kept)))
    with provider.get_tracer("test").start_as_current_span("call +493023125042") as span:
        span.set_attributes(
            {"customer_name": "Erika", "db.statement": "SELECT 1", "rufbuch.call_id": "call_1"}
        )
        span.add_event("heard", {"transcript": "Erika hier", "note": "erika@example.org"})
        span.record_exception(ValueError("Key (name)=(Erika) already exists."))
        span.set_status(Status(StatusCode.ERROR, "no answer from 030 23125042"))
    (told,) = kept.get_finished_spans()
    text = told.to_json()
    assert all(word not in text for word in ("Erika", "erika", "23125042"))
    assert told.attributes
    assert (told.attributes["db.statement"], told.attributes["rufbuch.call_id"]) == ("SELECT 1", "call_1")
    assert told.context == span.get_span_context()
    assert told.start_time
    assert told.end_time
