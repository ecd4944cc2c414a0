"""Which numbers are taken: those that the library would write as they are, whether it is asked or not."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.phone_numbers import number_of
from booking.errors import RequestInvalidError

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
WRITTEN = phonenumbers.PhoneNumberFormat.E164


def is_taken(number: str) -> bool:
    try:
        return number_of("caller_number", number) == number
    except RequestInvalidError:
        return False


def the_library_takes(number: str) -> bool:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.format_number(parsed, WRITTEN) == number and phonenumbers.is_possible_number(parsed)


@given(st.sampled_from(CODES), st.text("0123456789", max_size=18))
def test_what_is_taken_the_library_takes(code: int, rest: str) -> None:
    number = f"+{code}{rest}"
    assert is_taken(number) == the_library_takes(number)


@given(st.text("+0123456789 ٣３-x", min_size=1, max_size=20))
def test_whatever_stands_there_the_library_says_the_same(number: str) -> None:
    assert is_taken(number) == the_library_takes(number)


@pytest.mark.parametrize("code", CODES)
def test_of_every_country(code: int) -> None:
    """Beginnings that some countries take off, with every length."""
    for begin in ("", "0", "1", "11", "15", "06", "8", "9", "44", "549", "1234"):
        for length in range(18):
            number = f"+{code}{(begin + '234567898765432123')[:length]}"
            assert is_taken(number) == the_library_takes(number)


def test_no_number_is_withheld() -> None:
    assert number_of("caller_number", "") is None
