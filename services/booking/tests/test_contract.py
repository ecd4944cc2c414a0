"""What the contract and the code say of each other."""

import inspect

import pytest

from booking import errors
from booking.domain.identifiers import key_of
from booking.domain.phone_numbers import number_of
from booking.errors import RequestInvalidError
from chassis.errors import ServiceError
from rufbuch.booking.v1 import service_pb2

REASONS = set(service_pb2.ErrorReason.keys())
OURS = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, ServiceError) and error is not ServiceError
]


@pytest.mark.parametrize("error", OURS)
def test_every_reason_is_in_the_contract(error: type[ServiceError]) -> None:
    assert f"ERROR_REASON_{error.reason}" in REASONS


@pytest.mark.parametrize("number", ["+493023125001", "+15551234567", "+8613812345678"])
def test_a_number_in_e164_is_taken_as_it_is(number: str) -> None:
    assert number_of("caller_number", number) == number


def test_a_withheld_number_is_none() -> None:
    """TG-16."""
    assert number_of("caller_number", "") is None


@pytest.mark.parametrize(
    "number", ["+", "493023125001", "+49-30-23125001", "+999999999999", "+493023125001;ext=2"]
)
def test_what_is_no_e164_is_refused(number: str) -> None:
    with pytest.raises(RequestInvalidError, match="caller_number"):
        number_of("caller_number", number)


@pytest.mark.parametrize("key", ["", " ", "a\n", "a\u200b", " a", "x" * 201])
def test_an_id_is_short_and_printable(key: str) -> None:
    with pytest.raises(RequestInvalidError, match="call_id"):
        key_of("call_id", key)
