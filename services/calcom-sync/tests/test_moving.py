"""What booking moves is moved at Cal.com, phase by phase and in order, whatever is under way."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.request import PHASE_KEY

if TYPE_CHECKING:
    from conftest import Stage

DAY = timedelta(days=1)


async def test_a_moved_appointment_keeps_its_bookings_under_new_uids(stage: "Stage") -> None:
    """CS-05: a move reaches all phases. CS-06: and is a move there, not a new appointment."""
    made, ref = await stage.booked()
    before = await stage.settled(ref)

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    assert await stage.is_right(later)
    assert await stage.posts() == 4
    assert len(await stage.requests("POST", "/reschedule")) == 4
    assert not {one.booking_uid for one in before.intents} & set(await stage.standing())
    assert (await stage.found(ref)).state is SyncState.CANCELLED


@pytest.mark.parametrize("minutes", [15, -15, 5, -60])
async def test_a_move_onto_its_own_old_time_gets_out_of_its_own_way(stage: "Stage", minutes: int) -> None:
    made = stage.perm(stage.start + timedelta(hours=2))
    await stage.settled(await stage.book(made))

    later = await stage.move(made, stage.start + timedelta(hours=2, minutes=minutes))
    await stage.settled(later)

    assert await stage.is_right(later)
    assert await stage.posts() == 4
    assert await stage.cases() == []


async def test_an_appointment_that_is_moved_twice_is_moved_twice_there(stage: "Stage") -> None:
    made, _ = await stage.booked()
    await stage.settled(stage.ref(made))
    second = await stage.moved(made, stage.start + DAY)
    await stage.settled(stage.ref(second))

    third = await stage.move(second, stage.start + 2 * DAY)
    await stage.settled(third)

    assert await stage.is_right(third)
    assert len(await stage.requests("POST", "/reschedule")) == 8


async def test_a_move_before_the_creation_was_sent_creates_once(stage: "Stage") -> None:
    made, ref = await stage.booked()
    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    assert await stage.is_right(later)
    assert await stage.posts() == 4
    assert (await stage.found(ref)).state is SyncState.CANCELLED


async def test_a_move_during_the_creation_is_carried_out_after_it(stage: "Stage") -> None:
    made, _ = await stage.booked()
    work, release = await stage.in_flight()
    later = await stage.move(made, stage.start + DAY)
    await stage.worker.work_once()
    assert len(await stage.requests("POST", "/reschedule")) == 0
    release.set()
    await work
    await stage.settled(later)

    assert await stage.is_right(later)
    assert await stage.posts() == 4


async def test_moves_that_follow_each_other_faster_than_they_are_sent_end_at_the_last(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    made, _ = await stage.booked()
    await stage.worker.work_once()
    second = await stage.moved(made, stage.start + DAY)
    await stage.worker.work_once()

    third = await stage.move(second, stage.start + 2 * DAY)
    await stage.settled(third)

    assert await stage.is_right(third)
    assert len(await stage.requests("POST", "/reschedule")) == 4


async def test_a_move_in_flight_that_is_moved_again_ends_at_the_last(stage: "Stage") -> None:
    made, ref = await stage.booked()
    await stage.settled(ref)
    await stage.cal.fault("fail_after_create", path="/reschedule$", count=3)
    second = await stage.moved(made, stage.start + DAY)
    await stage.worker.work_once()

    third = await stage.move(second, stage.start + 2 * DAY)
    await stage.settled(third)

    assert await stage.is_right(third)
    assert await stage.posts() == 4


async def test_a_move_whose_answer_is_lost_is_looked_up_and_not_made_twice(stage: "Stage") -> None:
    made, ref = await stage.booked()
    await stage.settled(ref)
    await stage.cal.fault("fail_after_create", path="/reschedule$", count=4)
    await stage.cal.fault("stale_list", method="GET", count=8, seconds=5)

    later = await stage.move(made, stage.start + timedelta(minutes=30))
    await stage.settled(later)

    assert await stage.is_right(later)
    moved = [one for one in await stage.requests("POST", "/reschedule") if one["faults"]]
    assert len(moved) == 4


async def test_a_move_that_failed_is_made_again(stage: "Stage") -> None:
    """CS-22: a 500 was taken for "not found"."""
    made, ref = await stage.booked()
    await stage.settled(ref)
    await stage.cal.fault("server_error", path="/reschedule$", count=4)

    later = await stage.move(made, stage.start + timedelta(minutes=30))
    await stage.settled(later)

    assert await stage.is_right(later)
    assert await stage.posts() == 4


async def test_a_phase_that_has_vanished_is_created_anew_by_a_move(stage: "Stage") -> None:
    made, ref = await stage.booked()
    found = await stage.settled(ref)
    await stage.cal.cancel(found.intents[2].booking_uid)

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    assert await stage.is_right(later)
    assert await stage.posts() == 5
    assert await stage.cases() == []


async def test_a_booking_that_is_not_there_at_all_is_created_anew_by_a_move(stage: "Stage") -> None:
    made, ref = await stage.booked()
    found = await stage.settled(ref)
    stage.cal.world.store.bookings.remove(found.intents[0].booking_uid)
    stage.cal.world.store.bookings._keys.clear()

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    assert await stage.is_right(later)
    assert await stage.posts() == 5


async def test_a_move_onto_somebody_elses_time_fails_and_leaves_nothing_behind(stage: "Stage") -> None:
    made, ref = await stage.booked()
    await stage.settled(ref)
    foreign = await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T08:00:00Z")

    later = await stage.move(made, stage.start + DAY)
    found = await stage.settled(later)
    await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert list(await stage.standing()) == [foreign["uid"]]
    assert await stage.cases() == ["taken"]


async def test_a_move_that_is_called_off_at_once_takes_the_old_bookings_along(stage: "Stage") -> None:
    made, ref = await stage.booked()
    await stage.settled(ref)
    second = await stage.moved(made, stage.start + DAY)
    await stage.call_off(second)
    later = stage.ref(second)
    await stage.settled(later)
    await stage.settled(ref)

    assert (await stage.found(later)).state is SyncState.CANCELLED
    assert await stage.bookings() == []


async def test_what_is_moved_after_it_failed_is_created(stage: "Stage") -> None:
    stage.registry.mappings[2].event_type_id = 999_999
    made, ref = await stage.booked()
    good = stage.registry.mappings[2].event_type_id
    assert (await stage.settled(ref)).state is SyncState.FAILED
    stage.registry.mappings[2].event_type_id = await stage.cal.event_type(lengthInMinutes=15)
    assert stage.registry.mappings[2].event_type_id != good
    stage.directory.forget(ref.tenant_id)

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    assert await stage.is_right(later)


async def test_where_copying_was_switched_off_a_move_takes_the_copies_away(stage: "Stage") -> None:
    made, ref = await stage.booked()
    await stage.settled(ref)
    stage.registry.calendar_sync = False
    stage.directory.forget(ref.tenant_id)

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)
    await stage.settled(ref)

    assert (await stage.found(later)).state is SyncState.NOT_NEEDED
    assert await stage.bookings() == []


async def test_a_move_of_something_that_is_not_known_here_is_a_creation(stage: "Stage") -> None:
    later = await stage.move(stage.perm(), stage.start + DAY)
    await stage.settled(later)

    assert await stage.is_right(later)


async def test_the_moved_booking_still_carries_the_id_it_was_made_with(stage: "Stage") -> None:
    """So a later look has to know it by that id, and a webhook of it is ours as well."""
    made, ref = await stage.booked()
    first = await stage.settled(ref)
    later = await stage.move(made, stage.start + DAY)
    found = await stage.settled(later)

    marks = {one["metadata"][PHASE_KEY] for one in await stage.bookings()}
    assert (
        marks == {str(one.carried) for one in found.intents} == {str(one.phase_id) for one in first.intents}
    )


async def test_who_books_the_time_that_a_move_frees_gets_it_though_the_move_takes_long(
    stage: "Stage",
) -> None:
    """Found in simulated calls: while it was unknown whether a move had been made, its old time was booked by somebody else.
    Cal.com still had the old booking there and refused the new one, which was given up for good as taken."""
    made, ref = await stage.booked()
    await stage.settled(ref)
    await stage.cal.fault("server_error", path="/reschedule$", count=8)
    later = await stage.move(made, stage.start + DAY)
    await stage.worker.work_once()

    other = await stage.book_at(stage.start)
    await stage.drained()

    assert (await stage.found(later)).state is SyncState.SYNCED
    assert (await stage.found(other)).state is SyncState.SYNCED
    assert await stage.cases() == []


async def test_who_books_a_time_that_was_called_off_gets_it_once_the_copies_have_gone(stage: "Stage") -> None:
    made, ref = await stage.booked()
    await stage.settled(ref)
    await stage.cal.fault("server_error", path="/cancel$", count=20)
    await stage.call_off(made)
    await stage.worker.work_once()

    other = await stage.book_at(stage.start)
    await stage.drained()

    assert await stage.is_right(other)
    assert await stage.cases() == []


async def test_a_copy_of_ours_that_never_goes_is_for_a_person(stage: "Stage") -> None:
    made, ref = await stage.booked()
    await stage.settled(ref)
    await stage.cal.fault("server_error", path="/cancel$", count=500)
    await stage.call_off(made)
    await stage.worker.work_once()

    other = await stage.book_at(stage.start)
    found = await stage.settled(other)

    assert found.state is SyncState.FAILED
    assert "taken" in await stage.cases()
