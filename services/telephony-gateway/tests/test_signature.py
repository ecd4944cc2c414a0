"""Retell's signature, checked by Retell's own SDK."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retell.lib.webhook_auth import verify as retell_verify

from telephony_gateway.domain.signature import Refusal, Signed, sign, verify

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KEY = "key_test"
BODY = '{"name":"check_availability","args":{"datum":"übermorgen"}}'.encode()


def test_the_published_vector_holds() -> None:
    then = datetime.fromtimestamp(1_700_000_000, UTC)
    digest = "8e0ee6ff798aa9916c78ba335b868d2879cfbaec99a9161b84f42a98fe63f670"
    header = f"v=1700000000000,d={digest}"
    assert verify(header, b'{"event":"x"}', keys=[KEY], now=then) == Signed(digest, KEY)


def test_retells_sdk_believes_what_we_sign() -> None:
    now = datetime.now(UTC)
    assert retell_verify(BODY.decode(), KEY, sign(BODY, key=KEY, now=now))  # type: ignore[no-untyped-call]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_body_is_signed_and_believed(text: str) -> None:
    assert isinstance(
        verify(sign(text.encode(), key=KEY, now=NOW), text.encode(), keys=[KEY], now=NOW), Signed
    )


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_signature_is_fresh_for_five_minutes_either_way(minutes: int) -> None:
    header = sign(BODY, key=KEY, now=NOW)
    assert isinstance(verify(header, BODY, keys=[KEY], now=NOW + timedelta(minutes=minutes)), Signed)
    beyond = NOW + timedelta(minutes=minutes) + timedelta(seconds=minutes)
    assert verify(header, BODY, keys=[KEY], now=beyond) is Refusal.STALE


def test_no_header_is_refused() -> None:
    """SE-01"""
    assert verify(None, BODY, keys=[KEY], now=NOW) is Refusal.MISSING


@pytest.mark.parametrize("header", ["nonsense", "v=1,d=ab", "v=1700000000000", "d=" + "0" * 64])
def test_a_header_of_another_form_is_refused(header: str) -> None:
    assert verify(header, BODY, keys=[KEY], now=NOW) is Refusal.MALFORMED


def test_trailing_text_and_upper_case_digits_are_refused() -> None:
    header = sign(BODY, key=KEY, now=NOW)
    version, digest = header.split(",d=")
    assert verify(header + " ", BODY, keys=[KEY], now=NOW) is Refusal.MALFORMED
    assert verify(f"{version},d={digest.upper()}", BODY, keys=[KEY], now=NOW) is Refusal.MALFORMED


def test_another_body_is_refused() -> None:
    assert verify(sign(BODY, key=KEY, now=NOW), BODY + b" ", keys=[KEY], now=NOW) is Refusal.WRONG


def test_the_old_key_holds_while_the_new_one_is_introduced() -> None:
    assert isinstance(verify(sign(BODY, key="old", now=NOW), BODY, keys=["new", "old"], now=NOW), Signed)


def test_the_key_of_another_workspace_is_refused() -> None:
    assert verify(sign(BODY, key="other", now=NOW), BODY, keys=[KEY], now=NOW) is Refusal.WRONG
