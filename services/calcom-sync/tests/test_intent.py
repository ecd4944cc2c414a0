"""The life of an intent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_sync.domain.appointment import Plan, SyncState, summary
from calcom_sync.domain.intent import MOVES, Doubt, IllegalMoveError, Intent, State
from calcom_sync.domain.patience import Patience
from calcom_sync.domain.steps import Step, step_for

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
PATIENCE = Patience()


def intent(state: State = State.PENDING, **more: object) -> Intent:
    """Due now, for a phase tomorrow."""
    start = NOW + timedelta(days=1)
    fresh = Intent(
        tenant_id=UUID(int=1), appointment_id=UUID(int=2), phase_id=uuid4(), position=0, person_id=UUID(int=3),
        start=start, end=start + timedelta(minutes=50), due_at=NOW, state=state,
        doubt=Doubt.LOST if state is State.UNKNOWN else None,
    )  # fmt: skip
    return replace(fresh, **more)  # type: ignore[arg-type]


ACTIONS = {
    State.IN_FLIGHT: lambda one: one.leased(NOW),
    State.UNKNOWN: lambda one: one.lost(NOW, PATIENCE, "", Doubt.LOST),
    State.SYNCED: lambda one: one.stands("u", 1),
    State.FAILED: lambda one: one.failed(""),
    State.CANCELLED: lambda one: one.cancelled(),
    State.PENDING: lambda one: one.again(NOW, PATIENCE, "", counts=False),
}


@pytest.mark.parametrize("to", list(ACTIONS))
@pytest.mark.parametrize("state", list(State))
def test_only_moves_of_the_table_are_possible(state: State, to: State) -> None:
    before = intent(state)
    if to in MOVES[state]:
        assert ACTIONS[to](before).state is to
    elif to is State.IN_FLIGHT:
        assert before.leased(NOW).state is state
    else:
        with pytest.raises(IllegalMoveError):
            ACTIONS[to](before)


def test_what_was_settled_for_good_is_never_sent_again_without_being_looked_at() -> None:
    """CS-01: only a person brings it back, and what may have been sent is looked up first."""
    assert all(State.IN_FLIGHT not in MOVES[state] for state in (State.FAILED, State.CANCELLED, State.SYNCED))
    assert intent(State.FAILED, attempts=1).asked_for_again(NOW, PATIENCE).state is State.UNKNOWN
    assert intent(State.FAILED).asked_for_again(NOW, PATIENCE).state is State.PENDING
    assert intent(State.CANCELLED, attempts=1).asked_for_again(NOW, PATIENCE).state is State.PENDING
    assert intent(State.SYNCED).asked_for_again(NOW, PATIENCE).state is State.SYNCED


def test_a_lease_counts_a_request_as_sent_before_it_is() -> None:
    leased = intent().leased(NOW + timedelta(seconds=45))
    assert (leased.state, leased.attempts, leased.due_at) == (State.IN_FLIGHT, 1, NOW + timedelta(seconds=45))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        intent(start=datetime(2027, 3, 1, 8, 0))  # noqa: DTZ001 - naive on purpose


@given(st.integers(0, 100), st.integers(0, 2**128 - 1))
def test_pauses_grow_and_are_bounded(setbacks: int, spread: int) -> None:
    now, later = PATIENCE.before_retry(setbacks, spread), PATIENCE.before_retry(setbacks + 1, spread)
    assert timedelta() < now <= later <= PATIENCE.longest_retry * 1.25
    assert timedelta() < PATIENCE.before_look(setbacks) <= PATIENCE.before_look(setbacks + 1)
    assert PATIENCE.before_look(setbacks) <= PATIENCE.longest_look


@pytest.mark.parametrize(
    ("state", "wanted", "step"),
    [
        (State.PENDING, True, Step.POST),
        (State.PENDING, False, Step.DROP),
        (State.IN_FLIGHT, True, Step.DOUBT),
        (State.IN_FLIGHT, False, Step.DOUBT),
        (State.UNKNOWN, True, Step.LOOK),
        (State.UNKNOWN, False, Step.LOOK),
        (State.SYNCED, True, None),
        (State.SYNCED, False, Step.CALL_OFF),
        (State.FAILED, False, None),
        (State.CANCELLED, True, None),
    ],
)
def test_each_state_has_its_next_step(state: State, wanted: bool, step: Step | None) -> None:
    assert step_for(intent(state), NOW, wanted=wanted) is step
    assert step_for(intent(state, due_at=NOW + timedelta(seconds=1)), NOW, wanted=wanted) is None
    assert step_for(intent(state, due_at=None), NOW, wanted=wanted) is None


def test_nobody_books_the_past() -> None:
    began = NOW - timedelta(minutes=1)
    past = intent(start=began, end=began + timedelta(minutes=50))
    assert step_for(past, NOW, wanted=True) is Step.EXPIRE


S = State


@pytest.mark.parametrize(
    ("states", "spoiled", "told"),
    [
        ({S.PENDING}, False, SyncState.PENDING),
        ({S.SYNCED, S.IN_FLIGHT}, False, SyncState.PENDING),
        ({S.SYNCED, S.UNKNOWN}, False, SyncState.PENDING),
        ({S.SYNCED}, False, SyncState.SYNCED),
        ({S.CANCELLED}, False, SyncState.FAILED),
        ({S.CANCELLED, S.SYNCED}, False, SyncState.PARTIAL),
        ({S.CANCELLED, S.PENDING}, False, SyncState.PENDING),
        ({S.SYNCED, S.FAILED}, True, SyncState.PARTIAL),
        ({S.UNKNOWN, S.FAILED}, True, SyncState.PARTIAL),
        ({S.IN_FLIGHT, S.FAILED}, True, SyncState.PARTIAL),
        ({S.CANCELLED, S.FAILED}, True, SyncState.FAILED),
        ({S.FAILED}, True, SyncState.FAILED),
        ({S.CANCELLED}, True, SyncState.FAILED),
    ],
)
def test_the_phases_make_one_word(states: set[State], spoiled: bool, told: SyncState) -> None:
    """CS-04: synced only if every phase is."""
    assert summary(Plan.MADE, states, spoiled=spoiled) is told
    assert summary(Plan.NOT_NEEDED, states, spoiled=spoiled) is SyncState.NOT_NEEDED


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ({S.CANCELLED}, SyncState.CANCELLED),
        ({S.CANCELLED, S.FAILED}, SyncState.CANCELLED),
        ({S.CANCELLED, S.SYNCED}, SyncState.PENDING),
        ({S.UNKNOWN}, SyncState.PENDING),
    ],
)
def test_what_was_called_off_is_cancelled_when_nothing_is_left(states: set[State], told: SyncState) -> None:
    assert summary(Plan.MADE, states, spoiled=False, over=True) is told
    assert summary(Plan.MADE, states, spoiled=True, over=True) is told
