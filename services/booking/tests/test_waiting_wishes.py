"""What meets a wish that waits, whoever made the appointment."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from booking.domain.appointment import Appointment
from booking.domain.booking import agree
from booking.domain.waiting import WaitingWish
from booking.testing.samples import BRANCH, NOW, NUMBER, PERSON, SERVICE, START, TENANT, a_wish, an_option

OTHER = UUID("99999999-9999-4999-8999-999999999999")
MINUTE = timedelta(minutes=1)


def waiting(**changed: Any) -> WaitingWish:  # noqa: ANN401 - fields of the wish
    wish = WaitingWish(UUID(TENANT), UUID(BRANCH), SERVICE, PERSON, NUMBER, START, START + MINUTE)
    return replace(wish, **changed)


def made(**changed: Any) -> Appointment:  # noqa: ANN401 - fields of the appointment
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
