"""The shape of a call is judged by all of its spans, which each service sends by itself."""

import pytest

from local_stack.spans import Span, SpanId
from rufbuch_cli.proof.performance import SHAPES, counted, is_whole, keeps

SEARCH = "rufbuch.availability.v1.AvailabilityService/SearchSlots"
CLAIM = "rufbuch.availability.v1.AvailabilityService/ClaimOption"
BOOK = "rufbuch.booking.v1.BookingService/BookAppointment"


def span(number: int, parent: int | None, service: str, name: str) -> Span:
    within = None if parent is None else SpanId("t", str(parent))
    return Span(SpanId("t", str(number)), within, service, name, 0, 1)


def a_booking(statement: str = "SELECT") -> list[Span]:
    return [
        span(1, None, "telephony-gateway", "POST /retell/functions/start_booking"),
        span(2, 1, "telephony-gateway", "redis HGETALL"),
        span(3, 1, "telephony-gateway", BOOK),
        span(4, 3, "booking", f"/{BOOK}"),
        span(5, 4, "booking", CLAIM),
        span(6, 5, "availability", f"/{CLAIM}"),
        span(7, 6, "availability", "redis claim"),
        span(8, 4, "booking", statement),
    ]


@pytest.mark.parametrize("statement", ["SELECT", "WITH", "INSERT", "BEGIN"])
def test_what_waits_for_what_is_counted_where_it_was_asked_and_done(statement: str) -> None:
    """A statement by itself is a transaction."""
    assert counted(a_booking(statement)) == (2, 1, 1)


@pytest.mark.parametrize("silent", ["booking", "availability", "telephony-gateway"])
def test_a_trace_is_looked_at_only_once_every_service_has_told_its_part(silent: str) -> None:
    assert is_whole(a_booking())
    assert not is_whole([each for each in a_booking() if each.service != silent])


def test_a_trace_without_a_hop_is_not_whole() -> None:
    assert not is_whole(a_booking()[:2])


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        ((1, 0, 1), True),
        ((1, 1, 1), True),
        ((0, 1, 1), False),
        ((1, 1, 0), False),
        ((2, 1, 1), False),
        ((1, 0, 2), False),
    ],
)
def test_less_than_must_be_done_was_not_seen_and_is_no_shape_that_holds(
    found: tuple[int, int, int], holds: bool
) -> None:
    assert keeps(found, SHAPES["start_booking"]) is holds
