"""What a look at Cal.com settles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from calcom_sync.domain.answers import Answer, RemoteBooking
from calcom_sync.domain.cases import CaseKind
from calcom_sync.domain.intent import Doubt, Held, Intent, State
from calcom_sync.domain.moves import in_the_way
from calcom_sync.domain.patience import Patience
from calcom_sync.domain.request import PHASE_KEY
from calcom_sync.domain.settling import Moment, after_call_off, after_failed_look, after_post, own_bookings

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
START = NOW + timedelta(days=1)
PHASE, BEFORE = UUID(int=4), UUID(int=5)
LOOKED_FOR = Intent(
    tenant_id=UUID(int=1), appointment_id=UUID(int=2), phase_id=PHASE, position=0, person_id=UUID(int=3), start=START,
    end=START + timedelta(minutes=50), due_at=NOW, state=State.UNKNOWN, doubt=Doubt.LOST, setbacks=2,
)  # fmt: skip
MOMENT = Moment(NOW, Patience())


def booking(
    uid: str, status: str = "accepted", *, mark: UUID = PHASE, number: int = 1, moved_to: str = ""
) -> RemoteBooking:
    length, metadata = LOOKED_FOR.length, {PHASE_KEY: str(mark)}
    return RemoteBooking(uid, number, status, START, length, 7, (), metadata=metadata, moved_to=moved_to)


def test_what_somebody_cancelled_there_is_not_made_again() -> None:
    assert own_bookings(LOOKED_FOR, (booking("gone", "cancelled"),)) == ([], True)
    # But for what a person has asked for again.
    again = replace(LOOKED_FOR, revived=True)
    assert own_bookings(again, (booking("gone", "cancelled"),)) == ([], False)


def test_what_was_moved_away_was_not_cancelled() -> None:
    """BK-19: an appointment that is moved for the second time has a booking behind it that was moved before."""
    held = Held("second", START, START + LOOKED_FOR.length, BEFORE)
    first = booking("first", "cancelled", mark=BEFORE, moved_to="second")
    second = booking("second", mark=BEFORE)
    moved_again = replace(LOOKED_FOR, held=held)

    assert own_bookings(moved_again, (first, second)) == ([], False)
    third = booking("third", mark=BEFORE)
    moved_second = replace(second, status="cancelled", moved_to="third")
    assert own_bookings(moved_again, (first, moved_second, third)) == ([third], False)


def test_of_two_of_ours_the_one_that_was_made_first_is_kept() -> None:
    """CS-01"""
    first, second = booking("first", number=11), booking("second", number=12)
    assert own_bookings(LOOKED_FOR, (second, first)) == ([first, second], False)


def test_a_booking_without_our_id_is_nobody_of_ours() -> None:
    """CS-03"""
    assert own_bookings(LOOKED_FOR, (booking("foreign", mark=UUID(int=99)),)) == ([], False)


def test_a_key_that_stays_refused_is_given_up_after_as_many_tries_as_were_agreed() -> None:
    """CS-25, CS-29"""
    sent, refused = replace(LOOKED_FOR, state=State.IN_FLIGHT), Answer(401, "no")
    last = MOMENT.patience.setbacks_max - 1

    before = after_post(replace(sent, refusals=last - 1), refused, MOMENT)
    assert (before.intent.state, before.intent.refusals, before.spoils) == (State.PENDING, last, False)
    given_up = after_post(replace(sent, refusals=last), refused, MOMENT)
    assert (given_up.intent.state, given_up.spoils) == (State.FAILED, True)


def test_a_look_that_the_key_may_not_take_now_says_nothing_and_is_no_setback() -> None:
    """CS-20: it is taken when the key may go on."""
    reset = timedelta(seconds=42)
    settlement = after_failed_look(LOOKED_FOR, Answer(429, "slow down", reset=reset), MOMENT)

    assert settlement.intent == replace(LOOKED_FOR, due_at=NOW + reset, last_error="429 slow down")
    assert settlement.case is None


def test_a_look_with_a_key_that_is_refused_is_repeated_and_told_to_a_person() -> None:
    """CS-25"""
    settlement = after_failed_look(LOOKED_FOR, Answer(401, "no"), MOMENT)

    assert (settlement.intent.state, settlement.intent.setbacks) == (State.UNKNOWN, LOOKED_FOR.setbacks + 1)
    assert settlement.case
    assert settlement.case.kind is CaseKind.AUTH


def test_a_request_that_the_key_may_not_send_now_is_sent_when_it_may_and_is_no_setback() -> None:
    """CS-20"""
    sent = replace(LOOKED_FOR, state=State.IN_FLIGHT)
    settled = after_post(sent, Answer(429, "slow down", reset=timedelta(seconds=42)), MOMENT).intent

    assert (settled.state, settled.due_at) == (State.PENDING, NOW + timedelta(seconds=42))
    assert (settled.setbacks, settled.refusals) == (sent.setbacks, sent.refusals)


def test_what_has_to_go_is_not_waited_for_once_it_is_over() -> None:
    """CS-21: a key that may send nothing all day would keep it for ever."""
    standing = replace(LOOKED_FOR, state=State.SYNCED, doubt=None, booking_uid="ours")
    throttled = Answer(429, "slow down", reset=timedelta(seconds=42))

    waits = after_call_off(standing, throttled, MOMENT).intent
    assert (waits.state, waits.due_at, waits.setbacks) == (
        State.SYNCED, NOW + timedelta(seconds=42), standing.setbacks,
    )  # fmt: skip
    over = after_call_off(standing, throttled, Moment(standing.end, Patience()))
    assert over.intent.state is State.CANCELLED
    assert over.case
    assert over.case.kind is CaseKind.CALL_OFF_REFUSED


def test_a_sisters_booking_is_in_the_way_only_of_what_overlaps_it() -> None:
    """BK-19"""
    minute = timedelta(minutes=1)
    held = Held("uid", START, START + LOOKED_FOR.length, BEFORE)
    sister = replace(LOOKED_FOR, phase_id=UUID(int=6), held=held)
    touching = [LOOKED_FOR.length, -LOOKED_FOR.length]
    overlapping = [LOOKED_FOR.length - minute, minute - LOOKED_FOR.length]

    def moved(by: timedelta) -> Intent:
        return replace(LOOKED_FOR, start=START + by, end=START + by + LOOKED_FOR.length, held=held)

    assert [in_the_way(moved(by), [moved(by), sister]) for by in touching] == [None, None]
    assert [in_the_way(moved(by), [moved(by), sister]) for by in overlapping] == [sister, sister]
    assert in_the_way(moved(minute), [replace(sister, held=None)]) is None


def test_a_booking_of_somebody_else_that_comes_back_is_not_ours() -> None:
    """BK-10, CS-03: some event types answer a second request with the first booking, whosever it is."""
    sent = replace(LOOKED_FOR, state=State.IN_FLIGHT)
    foreign = after_post(sent, Answer(201, booking=booking("foreign", mark=UUID(int=99))), MOMENT)

    assert (foreign.intent.state, foreign.intent.booking_uid, foreign.spoils) == (State.FAILED, "", True)
    assert foreign.case
    assert foreign.case.kind is CaseKind.TAKEN


def test_ours_at_another_time_is_taken_back_and_told() -> None:
    """BK-09"""
    sent = replace(LOOKED_FOR, state=State.IN_FLIGHT, event_type_id=7)
    right = after_post(sent, Answer(201, booking=booking("ours")), MOMENT)
    assert (right.intent.state, right.intent.booking_uid, right.spoils) == (State.SYNCED, "ours", False)

    elsewhere = replace(booking("ours"), start=START + timedelta(minutes=15))
    wrong = after_post(sent, Answer(201, booking=elsewhere), MOMENT)
    assert (wrong.intent.state, wrong.intent.booking_uid, wrong.spoils) == (State.SYNCED, "ours", True)
    assert wrong.case
    assert wrong.case.kind is CaseKind.MISMATCH
