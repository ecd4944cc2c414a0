"""The life of an appointment."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from booking.domain.appointment import MOVES, Appointment, State
from booking.domain.booking import agree
from booking.errors import IllegalMoveError
from booking.testing.samples import NOW, START, a_wish, an_option

MOVE: dict[State, Callable[[Appointment, datetime], Appointment]] = {
    State.CANCELLED: Appointment.cancel,
    State.RESCHEDULED: lambda appointment, now: appointment.give_way(uuid.uuid4(), now),
    State.COMPLETED: Appointment.complete,
    State.NO_SHOW: Appointment.mark_no_show,
}
WHEN = {
    State.CANCELLED: START - timedelta(minutes=1),
    State.RESCHEDULED: START - timedelta(minutes=1),
    State.COMPLETED: START,
    State.NO_SHOW: START,
}


def booked() -> Appointment:
    return agree(a_wish(), an_option(), now=NOW, new_id=uuid.uuid4, calendar_domain="kunden.example.org")


@pytest.mark.parametrize("target", MOVE)
def test_a_booked_appointment_moves_on_once_gives_its_time_back_and_changes_its_etag(target: State) -> None:
    """BK-16."""
    before = booked()

    after = MOVE[target](before, WHEN[target])

    assert (after.state, after.occupied) == (target, ())
    assert after.etag != before.etag
    assert after.phases == before.phases


@pytest.mark.parametrize("target", MOVE)
@pytest.mark.parametrize("state", [state for state in State if not MOVES[state]])
def test_what_is_over_does_not_move_any_more(state: State, target: State) -> None:
    over = MOVE[state](booked(), WHEN[state])

    with pytest.raises(IllegalMoveError, match=f"from {state.value} to {target.value}"):
        MOVE[target](over, WHEN[target])


def test_what_has_begun_is_neither_cancelled_nor_moved_and_what_has_not_is_neither_done_nor_missed() -> None:
    for target, move in MOVE.items():
        wrong_time = START if WHEN[target] < START else START - timedelta(minutes=1)
        with pytest.raises(IllegalMoveError, match="begun"):
            move(booked(), wrong_time)


def test_the_table_knows_every_state() -> None:
    assert set(MOVES) == set(State)
