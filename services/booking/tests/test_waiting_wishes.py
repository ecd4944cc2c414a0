"""What meets a wish that waits, whoever made the appointment, and what becomes of it where nothing does."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from booking.domain.appointment import Appointment
from booking.domain.booking import agree
from booking.domain.waiting import UNANSWERED_MAX, WaitingEntry, WaitingOffer, WaitingState, WaitingWish
from booking.errors import IllegalMoveError
from booking.testing.samples import BRANCH, NOW, NUMBER, PERSON, SERVICE, START, TENANT, a_wish, an_option

OTHER = UUID("99999999-9999-4999-8999-999999999999")
MINUTE = timedelta(minutes=1)


def waiting(**changed: Any) -> WaitingWish:
    wish = WaitingWish(UUID(TENANT), UUID(BRANCH), SERVICE, PERSON, NUMBER, START, START + MINUTE)
    return replace(wish, **changed)


def made(**changed: Any) -> Appointment:
    one = agree(a_wish(), an_option(), now=NOW, new_id=uuid.uuid4, calendar_domain="kunden.example.org")
    return replace(one, **changed)


def test_a_wish_is_met_by_its_own_service_with_its_own_person_in_its_window() -> None:
    assert waiting().is_met_by(made())
    assert waiting(person_id=None).is_met_by(made())
    assert waiting(service_id=OTHER).is_met_by(made(service_ids=(SERVICE, OTHER)))


@pytest.mark.parametrize(
    "wish",
    [
        waiting(person_id=OTHER),
        waiting(service_id=OTHER),
        waiting(branch_id=OTHER),
        waiting(window_start=START + MINUTE, window_end=START + 2 * MINUTE),
        waiting(window_start=START - MINUTE, window_end=START),
    ],
    ids=["somebody else", "another service", "another branch", "too early", "when the window has closed"],
)
def test_who_waits_for_something_else_goes_on_waiting(wish: WaitingWish) -> None:
    """Off the list she would hear of nothing any more, though what she waits for has not come."""
    assert not wish.is_met_by(made())


def offered(unanswered: int = 0) -> WaitingEntry:
    entry = WaitingEntry(OTHER, waiting(), "Anna Beispiel", "call_0001", NOW, unanswered=unanswered)
    offer = WaitingOffer("o-wait0000000001", PERSON, START, START + MINUTE, NOW + MINUTE, OTHER)
    return entry.offered(offer)


@pytest.mark.parametrize(
    ("unanswered", "in_vain", "when", "state"),
    [
        (0, True, NOW, WaitingState.WAITING),
        (UNANSWERED_MAX - 2, True, NOW, WaitingState.WAITING),
        (UNANSWERED_MAX - 1, True, NOW, WaitingState.PASSED),
        (UNANSWERED_MAX - 1, False, NOW, WaitingState.WAITING),
        (0, True, START, WaitingState.WAITING),
        (0, True, START + MINUTE, WaitingState.EXPIRED),
        (UNANSWERED_MAX - 1, True, START + MINUTE, WaitingState.EXPIRED),
    ],
)
def test_an_offer_that_ends_leaves_the_wish_waiting_until_it_is_over_or_asked_enough(
    unanswered: int, in_vain: bool, when: datetime, state: WaitingState
) -> None:
    left = offered(unanswered).let_go(when, in_vain=in_vain)
    assert (left.state, left.unanswered, left.offer) == (state, unanswered + in_vain, None)


def test_whoever_comes_too_late_and_finds_the_time_free_still_has_it() -> None:
    made = UUID(int=1)
    passed = offered(UNANSWERED_MAX - 1).let_go(NOW, in_vain=True)
    expired = offered().let_go(START + MINUTE, in_vain=True)
    assert [one.booked(made).state for one in (passed, expired)] == [WaitingState.BOOKED] * 2
    assert passed.may_be_booked
    assert not passed.withdrawn().may_be_booked
    with pytest.raises(IllegalMoveError):
        passed.withdrawn().booked(made)
