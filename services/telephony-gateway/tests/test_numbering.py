"""Numbers that are taken as they are, and what the library makes of them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.domain.envelope import e164
from telephony_gateway.domain.numbering import is_written_so

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
WRITTEN = phonenumbers.PhoneNumberFormat.E164


def read_by_the_library(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, WRITTEN) if phonenumbers.is_possible_number(parsed) else ""


@given(st.sampled_from(CODES), st.text("0123456789", min_size=1, max_size=16))
def test_what_is_taken_as_it_is_the_library_writes_so(code: int, rest: str) -> None:
    number = f"+{code}{rest}"
    assert e164(number) == read_by_the_library(number)


@given(st.text("+0123456789 ٣３-x", max_size=20))
def test_whatever_stands_there_the_library_says_the_same(number: str) -> None:
    if is_written_so(number):
        assert read_by_the_library(number) == number


@pytest.mark.parametrize("code", CODES)
def test_of_every_country(code: int) -> None:
    """Beginnings that some countries take off, with every length."""
    for begin in ("", "0", "1", "11", "15", "06", "8", "9", "44", "549", "1234"):
        for length in range(1, 16):
            number = f"+{code}{(begin + '2345678987654321')[:length]}"
            assert e164(number) == read_by_the_library(number)


@pytest.mark.parametrize(
    "number", ["+493023125042", "+4915123456789", "+436641234567", "+41443643535", "+12025550123"]
)
def test_common_numbers_are_taken_as_they_are(number: str) -> None:
    assert is_written_so(number)


@pytest.mark.parametrize(
    "number", ["+4903023125042", "+49", "+4", "+999123456", "+49 30 23125042", "+", "", "+390612345678"]
)
def test_others_are_for_the_library_to_read(number: str) -> None:
    assert not is_written_so(number)
