"""Bytes of strangers: nothing escapes but the errors that are meant, and nothing is believed that was not signed."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from calcom_sync.domain.signature import looks_signed, signed_by
from calcom_sync.domain.webhook import read_webhook
from telephony_gateway.domain.arguments import oddities, read, said
from telephony_gateway.domain.envelope import (
    EnvelopeError,
    function_name,
    read_agent,
    read_arguments,
    read_caller,
)
from telephony_gateway.domain.signature import Signed, sign, verify

KEY, OTHER = "key_of_this_workspace", "key_of_another"
NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text(max_size=40)
    | st.sampled_from(
        ["2025-11-26T15:00:00Z", "0000-13-99", "+493023125042", "\x00", "9" * 400, "٣", "--", "Wednesday"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
WEBHOOK: dict[str, Any] = {
    "triggerEvent": "BOOKING_RESCHEDULED",
    "createdAt": "2025-11-24T09:00:00.000Z",
    "payload": {
        "uid": "aaaa", "rescheduleUid": "bbbb", "startTime": "2025-11-26T15:00:00Z", "endTime": "2025-11-26T15:30:00Z",
        "organizer": {"username": "anna", "email": "anna@example.org"}, "attendees": [{"email": "k@example.org"}],
        "metadata": {"rufbuch_phase_id": "0b0a2b4e-0000-4000-8000-000000000001"}, "status": "ACCEPTED",
    },
}  # fmt: skip
BODY: dict[str, Any] = {
    "name": "check_availability",
    "args": {"date": "Mittwoch", "time": "15 Uhr", "service": "Dauerwelle", "execution_message": "Ich schaue nach."},
    "call": {
        "call_id": "call_e9a0bfaa8da52a4635bd20facfa4f563", "from_number": "+493023125042", "to_number": "+493023125100",
        "agent_id": "agent_1", "agent_version": 3, "transcript_object": [{"role": "user", "content": "Hallo"}],
    },
}  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, original: dict[str, Any]) -> dict[str, Any]:
    """Some places of a good document hold something else, or nothing."""
    document = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 4))):
        at: Any = document
        while isinstance(at, dict) and at:
            key = draw(st.sampled_from(sorted(at)))
            if not isinstance(at[key], dict) or draw(st.booleans()):
                if draw(st.booleans()):
                    at[key] = draw(VALUES)
                else:
                    del at[key]
                break
            at = at[key]
    return document


@given(st.binary(max_size=300), st.text(max_size=120) | st.none())
def test_no_header_that_was_made_up_is_believed(body: bytes, header: str | None) -> None:
    assert not isinstance(verify(header, body, keys=[KEY, OTHER], now=NOW), Signed)


@given(st.binary(max_size=300), st.data())
def test_a_signature_holds_for_its_own_bytes_key_and_minutes_alone(body: bytes, data: st.DataObject) -> None:
    """SE-01: one bit of the body or of the header, another key, a later time: it is refused."""
    header = sign(body, key=KEY, now=NOW)
    assert isinstance(verify(header, body, keys=[OTHER, KEY], now=NOW), Signed)
    assert not isinstance(verify(header, body, keys=[OTHER], now=NOW), Signed)
    assert not isinstance(verify(header, body, keys=[KEY], now=NOW + timedelta(minutes=6)), Signed)
    place = data.draw(st.integers(0, len(header) - 1))
    changed = header[:place] + data.draw(st.sampled_from("0123456789abcdefv=, ٣")) + header[place + 1 :]
    assert changed == header or not isinstance(verify(changed, body, keys=[KEY], now=NOW), Signed)
    assert not isinstance(
        verify(header, body + data.draw(st.binary(min_size=1)), keys=[KEY], now=NOW), Signed
    )
    if body:
        at = data.draw(st.integers(0, len(body) - 1))
        other = body[:at] + bytes([body[at] ^ 1 << data.draw(st.integers(0, 7))]) + body[at + 1 :]
        assert not isinstance(verify(header, other, keys=[KEY], now=NOW), Signed)


@given(st.binary(max_size=300), st.text(max_size=80))
def test_no_signature_that_was_made_up_opens_a_webhook(body: bytes, signature: str) -> None:
    """SE-09, SE-10."""
    assert not signed_by("whsec", body, signature)
    assert not signed_by("", body, signature)
    assert looks_signed(signature) in {True, False}


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read_as_a_webhook(body: bytes) -> None:
    read_webhook(body)


@given(mutated(WEBHOOK))
def test_a_webhook_with_anything_in_it_can_be_read(document: dict[str, Any]) -> None:
    found = read_webhook(json.dumps(document).encode())
    assert found is None or found.span is None or found.span.start < found.span.end


@given(VALUES)
def test_a_webhook_that_is_any_json_can_be_read(value: Any) -> None:
    read_webhook(json.dumps(value).encode())


@given(mutated(BODY), st.text(max_size=80))
def test_an_envelope_with_anything_in_it_is_read_or_refused(body: dict[str, Any], name: str) -> None:
    """TG-04: whatever the agent sends, it is understood or refused by name, and nothing else escapes."""
    function_name(name)
    read_agent(body)
    try:
        caller, arguments = read_caller(body), read_arguments(body)
    except EnvelopeError:
        return
    assert caller.call_id
    read(arguments)
    said(arguments)
    oddities(arguments, caller.call_id)
