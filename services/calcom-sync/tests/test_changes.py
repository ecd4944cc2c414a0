"""What booking calls off or moves is called off and moved at Cal.com, in order, whatever is under way."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from calcom_sync.domain.appointment import AppointmentRef, SyncState
from calcom_sync.domain.cases import CaseKind
from calcom_sync.domain.intent import State
from calcom_sync.domain.request import PHASE_KEY
from calcom_sync.domain.settling import failure

if TYPE_CHECKING:
    from conftest import Stage
    from rufbuch.booking.v1 import appointment_pb2

DAY = timedelta(days=1)


async def _standing(stage: "Stage") -> dict[str, str]:
    """Start by uid of what stands at Cal.com."""
    return {one["uid"]: one["start"] for one in await stage.bookings()}


async def _right(stage: "Stage", ref: AppointmentRef) -> None:
    """Every phase stands where it should, and nothing else does."""
    found = await stage.found(ref)
    assert found.state is SyncState.SYNCED, found
    there = {uid: start.replace(".000Z", "Z") for uid, start in (await _standing(stage)).items()}
    assert there == {one.booking_uid: one.start.isoformat().replace("+00:00", "Z") for one in found.intents}


async def _booked(stage: "Stage") -> tuple["appointment_pb2.Appointment", AppointmentRef]:
    made = stage.perm(stage.start)
    return made, await stage.book(made)


async def test_a_cancelled_appointment_is_cancelled_phase_by_phase(stage: "Stage") -> None:
    """CS-05: only the first of four was cancelled, by a number that finds nothing."""
    made, ref = await _booked(stage)
    await stage.settled(ref)

    await stage.call_off(made)
    found = await stage.settled(ref)

    assert found.state is SyncState.CANCELLED
    assert await stage.bookings() == []
    cancelled = await stage.bookings("cancelled")
    assert {one["uid"] for one in cancelled} == {one.booking_uid for one in found.intents}
    assert {one["cancellationReason"] for one in cancelled} == {"Der Termin wurde abgesagt."}


async def test_a_phase_that_is_cancelled_there_already_is_gone(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    found = await stage.settled(ref)
    await stage.cal.cancel(found.intents[1].booking_uid)

    await stage.call_off(made)

    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert await stage.cases() == []


async def test_what_was_never_sent_is_dropped(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    await stage.call_off(made)

    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert await stage.posts() == 0


async def test_what_is_called_off_while_nobody_knows_the_business_needs_no_answer(stage: "Stage") -> None:
    stage.registry.away = True
    made, ref = await _booked(stage)
    await stage.worker.work_once()
    await stage.call_off(made)

    assert (await stage.settled(ref)).state is SyncState.CANCELLED


async def test_what_is_unknown_is_looked_up_before_it_is_cancelled(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    made, ref = await _booked(stage)
    await stage.worker.work_once()
    await stage.call_off(made)

    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert await stage.bookings() == []
    assert len(await stage.bookings("cancelled")) == 4


async def _in_flight(stage: "Stage") -> tuple["asyncio.Task[int]", asyncio.Event]:
    """Work that hangs in its requests, until told to go on."""
    begun, release = await stage.hanging()
    work = asyncio.create_task(stage.worker.work_once())
    await asyncio.wait_for(begun.wait(), 5)
    return work, release


async def test_a_cancellation_during_the_creation_is_carried_out_after_it(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    work, release = await _in_flight(stage)
    await stage.call_off(made)
    release.set()
    await work

    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert await stage.bookings() == []
    assert await stage.posts() == 4


async def test_a_phase_that_fails_after_the_cancellation_spoils_nothing(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    planned = await stage.worker.synchroniser._planned(ref)
    assert planned
    until = stage.cal.clock.now() + timedelta(seconds=45)
    leased = await stage.worker.appointments.save([one.leased(until) for one in planned.intents])
    await stage.call_off(made)
    await stage.worker.appointments.settle(failure(leased[0], CaseKind.INVALID, ""), stage.cal.clock.now())

    found = await stage.settled(ref)

    assert found.state is SyncState.CANCELLED
    assert not found.spoiled


async def test_the_cases_of_what_is_called_off_are_closed(stage: "Stage") -> None:
    del stage.registry.mappings[1]
    made, ref = await _booked(stage)
    await stage.settled(ref)
    assert await stage.cases() == ["no_mapping"]

    await stage.call_off(made)

    assert await stage.pool.fetch("SELECT FROM sync_case WHERE closed_at IS NULL") == []


async def test_a_moved_appointment_keeps_its_bookings_under_new_uids(stage: "Stage") -> None:
    """CS-05: a move reaches all phases. CS-06: and is a move there, not a new appointment."""
    made, ref = await _booked(stage)
    before = await stage.settled(ref)

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    await _right(stage, later)
    assert await stage.posts() == 4
    assert len(await stage.requests("POST", "/reschedule")) == 4
    assert not {one.booking_uid for one in before.intents} & set(await _standing(stage))
    assert (await stage.found(ref)).state is SyncState.CANCELLED


@pytest.mark.parametrize("minutes", [15, -15, 5, -60])
async def test_a_move_onto_its_own_old_time_gets_out_of_its_own_way(stage: "Stage", minutes: int) -> None:
    made = stage.perm(stage.start + timedelta(hours=2))
    await stage.settled(await stage.book(made))

    later = await stage.move(made, stage.start + timedelta(hours=2, minutes=minutes))
    await stage.settled(later)

    await _right(stage, later)
    assert await stage.posts() == 4
    assert await stage.cases() == []


async def test_an_appointment_that_is_moved_twice_is_moved_twice_there(stage: "Stage") -> None:
    made, _ = await _booked(stage)
    await stage.settled(stage.ref(made))
    second = await stage.moved(made, stage.start + DAY)
    await stage.settled(stage.ref(second))

    third = await stage.move(second, stage.start + 2 * DAY)
    await stage.settled(third)

    await _right(stage, third)
    assert len(await stage.requests("POST", "/reschedule")) == 8


async def test_a_move_before_the_creation_was_sent_creates_once(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    await _right(stage, later)
    assert await stage.posts() == 4
    assert (await stage.found(ref)).state is SyncState.CANCELLED


async def test_a_move_during_the_creation_is_carried_out_after_it(stage: "Stage") -> None:
    made, _ = await _booked(stage)
    work, release = await _in_flight(stage)
    later = await stage.move(made, stage.start + DAY)
    await stage.worker.work_once()
    assert len(await stage.requests("POST", "/reschedule")) == 0
    release.set()
    await work
    await stage.settled(later)

    await _right(stage, later)
    assert await stage.posts() == 4


async def test_moves_that_follow_each_other_faster_than_they_are_sent_end_at_the_last(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    made, _ = await _booked(stage)
    await stage.worker.work_once()
    second = await stage.moved(made, stage.start + DAY)
    await stage.worker.work_once()

    third = await stage.move(second, stage.start + 2 * DAY)
    await stage.settled(third)

    await _right(stage, third)
    assert len(await stage.requests("POST", "/reschedule")) == 4


async def test_a_move_in_flight_that_is_moved_again_ends_at_the_last(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    await stage.settled(ref)
    await stage.cal.fault("fail_after_create", path="/reschedule$", count=3)
    second = await stage.moved(made, stage.start + DAY)
    await stage.worker.work_once()

    third = await stage.move(second, stage.start + 2 * DAY)
    await stage.settled(third)

    await _right(stage, third)
    assert await stage.posts() == 4


async def test_a_move_whose_answer_is_lost_is_looked_up_and_not_made_twice(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    await stage.settled(ref)
    await stage.cal.fault("fail_after_create", path="/reschedule$", count=4)
    await stage.cal.fault("stale_list", method="GET", count=8, seconds=5)

    later = await stage.move(made, stage.start + timedelta(minutes=30))
    await stage.settled(later)

    await _right(stage, later)
    moved = [one for one in await stage.requests("POST", "/reschedule") if one["faults"]]
    assert len(moved) == 4


async def test_a_move_that_failed_is_made_again(stage: "Stage") -> None:
    """CS-22: a 500 was taken for "not found"."""
    made, ref = await _booked(stage)
    await stage.settled(ref)
    await stage.cal.fault("server_error", path="/reschedule$", count=4)

    later = await stage.move(made, stage.start + timedelta(minutes=30))
    await stage.settled(later)

    await _right(stage, later)
    assert await stage.posts() == 4


async def test_a_phase_that_has_vanished_is_created_anew_by_a_move(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    found = await stage.settled(ref)
    await stage.cal.cancel(found.intents[2].booking_uid)

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    await _right(stage, later)
    assert await stage.posts() == 5
    assert await stage.cases() == []


async def test_a_booking_that_is_not_there_at_all_is_created_anew_by_a_move(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    found = await stage.settled(ref)
    stage.cal.world.store.bookings.remove(found.intents[0].booking_uid)
    stage.cal.world.store.bookings._keys.clear()

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    await _right(stage, later)
    assert await stage.posts() == 5


async def test_an_appointment_of_other_phases_replaces_the_bookings(stage: "Stage") -> None:
    """A move to something else is a cancellation and a creation, in this order: the times may overlap."""
    made, ref = await _booked(stage)
    await stage.settled(ref)
    number = await stage.cal.event_type(lengthInMinutes=50)
    stage.registry.mappings[0].event_type_id = number
    stage.directory.forget(ref.tenant_id)

    later = await stage.move(made, stage.start + timedelta(minutes=15))
    await stage.settled(later)

    await _right(stage, later)
    assert await stage.requests("POST", "/reschedule") == []
    assert {one["cancellationReason"] for one in await stage.bookings("cancelled")} == {
        "Der Termin wurde verlegt."
    }


async def test_a_move_onto_somebody_elses_time_fails_and_leaves_nothing_behind(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    await stage.settled(ref)
    foreign = await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T08:00:00Z")

    later = await stage.move(made, stage.start + DAY)
    found = await stage.settled(later)
    await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert list(await _standing(stage)) == [foreign["uid"]]
    assert await stage.cases() == ["taken"]


async def test_a_move_that_is_called_off_at_once_takes_the_old_bookings_along(stage: "Stage") -> None:
    made, ref = await _booked(stage)
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
    made, ref = await _booked(stage)
    good = stage.registry.mappings[2].event_type_id
    assert (await stage.settled(ref)).state is SyncState.FAILED
    stage.registry.mappings[2].event_type_id = await stage.cal.event_type(lengthInMinutes=15)
    assert stage.registry.mappings[2].event_type_id != good
    stage.directory.forget(ref.tenant_id)

    later = await stage.move(made, stage.start + DAY)
    await stage.settled(later)

    await _right(stage, later)


async def test_where_copying_was_switched_off_a_move_takes_the_copies_away(stage: "Stage") -> None:
    made, ref = await _booked(stage)
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

    await _right(stage, later)


async def test_the_moved_booking_still_carries_the_id_it_was_made_with(stage: "Stage") -> None:
    """So a later look has to know it by that id, and a webhook of it is ours as well."""
    made, ref = await _booked(stage)
    first = await stage.settled(ref)
    later = await stage.move(made, stage.start + DAY)
    found = await stage.settled(later)

    marks = {one["metadata"][PHASE_KEY] for one in await stage.bookings()}
    assert (
        marks == {str(one.carried) for one in found.intents} == {str(one.phase_id) for one in first.intents}
    )


async def test_a_forgotten_customer_leaves_no_name_behind(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    made.customer.customer_id = str(uuid4())
    other = stage.perm(stage.start + DAY)
    other.customer.customer_id = made.customer.customer_id
    kept = await stage.settled(ref)
    known = await stage.book(other)
    found = await stage.settled(known)
    webhook = f'{{"triggerEvent": "BOOKING_CREATED", "payload": {{"uid": "{found.intents[0].booking_uid}"}}}}'
    await stage.worker.webhooks.keep(ref.tenant_id, webhook.encode(), stage.cal.clock.now())
    await stage.pool.execute("UPDATE webhook SET phase_id = $1", found.intents[0].phase_id)

    await stage.forget(made.customer.customer_id)

    assert (await stage.found(known)).attendee.email == ""
    assert (await stage.found(known)).attendee.phone == ""
    assert (await stage.found(ref)).attendee == kept.attendee
    assert await stage.pool.fetchval("SELECT body FROM webhook") == b""


async def test_changes_that_are_told_twice_change_nothing_twice(stage: "Stage") -> None:
    made, ref = await _booked(stage)
    await stage.settled(ref)
    second = await stage.moved(made, stage.start + DAY)
    await stage.settled(stage.ref(second))
    await stage.moved(made, stage.start + DAY, again=second)
    await stage.call_off(second)
    await stage.settled(stage.ref(second))
    await stage.call_off(second)
    await stage.call_off(made)

    found = await stage.settled(stage.ref(second))
    assert found.state is SyncState.CANCELLED
    assert {one.state for one in found.intents} == {State.CANCELLED}
    assert len(await stage.requests("POST", "/reschedule")) == 4
    assert len(await stage.requests("POST", "/cancel")) == 4
