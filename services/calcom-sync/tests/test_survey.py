"""Both sides are compared; what is safe is repaired, the rest is a case, and all of it is counted."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.busy import Owner, Span
from calcom_sync.domain.request import APPOINTMENT_KEY, PHASE_KEY, TENANT_KEY
from calcom_sync.domain.survey import Task
from calcom_sync.usecases.survey_ports import Roll
from rufbuch.staff.v1 import business_pb2

if TYPE_CHECKING:
    from conftest import Stage

TENANT = UUID("9e8e4e5b-1dc2-5f56-8e55-4847ce9ef1b4")
LATER = timedelta(minutes=20)


async def _drift(stage: "Stage") -> dict[str, int]:
    """A whole pass, and what it found."""
    stage.cal.clock.advance(LATER)
    assert await stage.parts.backing.surveyor.round() == 1
    ((_, ended, found),) = await stage.parts.backing.surveys.found(TENANT)
    assert ended
    return found


async def _taken(stage: "Stage") -> list[str]:
    """What takes people's time beside our appointments."""
    always = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    taken = await stage.parts.backing.busy.between(TENANT, always, [])
    return [f"{one.span.start:%Y-%m-%d %H:%M}" for one in taken]


def _forge(stage: "Stage", uid: str, **metadata: object) -> None:
    """Let a booking carry marks."""
    store = stage.cal.world.store.bookings
    stored = store.get(uid)
    assert stored
    store.put(stored.model_copy(update={"metadata": {key: str(value) for key, value in metadata.items()}}))


async def test_where_both_sides_agree_nothing_is_found_and_nothing_done(stage: "Stage") -> None:
    made = stage.perm()
    await stage.settled(await stage.book(made))
    await stage.settled(await stage.move(made, stage.start + timedelta(days=1)))
    before = len(await stage.requests("POST", ""))

    assert await _drift(stage) == {"right": 4}
    assert len(await stage.requests("POST", "")) == before
    assert await stage.cases() == []


async def test_what_has_vanished_is_created_anew(stage: "Stage") -> None:
    ref = await stage.book()
    found = await stage.settled(ref)
    stage.cal.world.store.bookings.remove(found.intents[1].booking_uid)
    stage.cal.world.store.bookings._keys.clear()

    assert await _drift(stage) == {"right": 3, "vanished": 1}

    assert (await stage.settled(ref)).state is SyncState.SYNCED
    assert len(await stage.bookings()) == 4
    assert await _drift(stage) == {"right": 4}


async def test_what_was_cancelled_there_unheard_is_a_case(stage: "Stage") -> None:
    stage.registry.calendar_terms.cancelled_there = business_pb2.CANCELLED_THERE_CASE
    ref = await stage.book()
    await stage.cal.cancel((await stage.settled(ref)).intents[1].booking_uid)

    assert await _drift(stage) == {"right": 3, "cancelled_there": 1}

    assert await stage.cases() == ["cancelled_there"]
    assert (await stage.found(ref)).state is SyncState.PARTIAL
    assert await _drift(stage) == {"right": 3}


async def test_what_was_moved_there_unheard_is_a_case(stage: "Stage") -> None:
    ref = await stage.book()
    uid = (await stage.settled(ref)).intents[0].booking_uid
    await stage.cal.reschedule(uid, "2027-03-04T10:00:00Z")

    assert await _drift(stage) == {"right": 3, "moved_there": 1}

    assert await stage.cases() == ["moved_there"]
    starts = [one["start"] for one in await stage.bookings()]
    assert len(starts) == 4, "what somebody has moved is not called off as if it were one too many"
    assert await _drift(stage) == {"right": 3, "elsewhere": 1}


async def test_what_was_moved_there_unheard_stays_where_it_was_moved_to(stage: "Stage") -> None:
    """BK-08: it bears our marks under another uid, and was taken for a duplicate; that it was gone then was taken for the salon's
    wish to cancel, and the caller's appointment was cancelled. Found by the simulation."""
    ref = await stage.book()
    uid = (await stage.settled(ref)).intents[0].booking_uid
    moved = await stage.cal.reschedule(uid, "2027-03-04T10:00:00Z")

    for _ in range(3):
        await _drift(stage)

    assert moved.json()["data"]["uid"] in {one["uid"] for one in await stage.bookings()}
    assert "cancelled_there" not in await stage.cases()
    assert await stage.pool.fetchval("SELECT count(*) FROM plea WHERE kind = 'cancel'") == 0


async def test_what_was_moved_there_and_is_not_listed_yet_is_not_taken_for_cancelled(stage: "Stage") -> None:
    """BK-08: a list may lag; by its uid the booking says where it went."""
    ref = await stage.book()
    uid = (await stage.settled(ref)).intents[0].booking_uid
    await stage.cal.reschedule(uid, "2027-03-04T10:00:00Z")
    await stage.cal.fault("stale_list", method="GET", count=1, seconds=7200)

    assert await _drift(stage) == {"right": 3, "moved_there": 1}

    assert await stage.cases() == ["moved_there"]
    assert await stage.pool.fetchval("SELECT count(*) FROM plea WHERE kind = 'cancel'") == 0


async def test_what_is_left_over_there_is_cancelled(stage: "Stage") -> None:
    made = stage.perm()
    ref = await stage.book(made)
    found = await stage.settled(ref)
    twin = await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T12:00:00Z")
    _forge(stage, twin["uid"], **{TENANT_KEY: TENANT, PHASE_KEY: found.intents[0].phase_id})
    assert await _drift(stage) == {"right": 4, "duplicate": 1}
    assert twin["uid"] not in {one["uid"] for one in await stage.bookings()}

    await stage.call_off(made)
    await stage.settled(ref)
    rest = await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T12:00:00Z")
    _forge(stage, rest["uid"], **{TENANT_KEY: TENANT, PHASE_KEY: found.intents[0].phase_id})
    assert await _drift(stage) == {"leftover": 1}
    assert await stage.bookings() == []


async def test_what_nothing_here_knows_is_left_alone_and_told(stage: "Stage") -> None:
    """Another installation may stand behind it."""
    orphan = await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T12:00:00Z")
    _forge(stage, orphan["uid"], **{TENANT_KEY: TENANT, PHASE_KEY: uuid4(), APPOINTMENT_KEY: uuid4()})

    assert await _drift(stage) == {"orphan": 1}
    assert await _drift(stage) == {"orphan": 1}

    assert await stage.cases() == ["orphan"]
    assert len(await stage.bookings()) == 1


async def test_the_time_of_what_nothing_here_knows_is_nobody_elses_until_it_is_gone(stage: "Stage") -> None:
    """OB-03: after a restore it is what a caller was told, and was free for the next one."""
    orphan = await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T12:00:00Z")
    _forge(stage, orphan["uid"], **{TENANT_KEY: TENANT, PHASE_KEY: uuid4(), APPOINTMENT_KEY: uuid4()})
    for _ in range(3):
        await _drift(stage)
        assert await _taken(stage) == ["2027-03-02 12:00"]
    await stage.cal.cancel(orphan["uid"])
    await _drift(stage)
    assert await _taken(stage) == []


async def test_the_time_to_which_a_copy_was_moved_is_nobody_elses_either(stage: "Stage") -> None:
    ref = await stage.book()
    uid = (await stage.settled(ref)).intents[0].booking_uid
    await stage.cal.reschedule(uid, "2027-03-04T10:00:00Z")
    for _ in range(3):
        await _drift(stage)
        assert await _taken(stage) == ["2027-03-04 10:00"]


async def test_another_time_there_is_a_case(stage: "Stage") -> None:
    ref = await stage.book()
    uid = (await stage.settled(ref)).intents[0].booking_uid
    store = stage.cal.world.store.bookings
    stored = store.get(uid)
    assert stored
    store.put(stored.model_copy(update={"start": stored.start - timedelta(minutes=10)}))

    assert (await _drift(stage))["elsewhere"] == 1

    assert await stage.cases() == ["mismatch"]
    assert REGISTRY.get_sample_value("rufbuch_calcom_sync_drift", {"kind": "elsewhere"}) == 1


async def test_what_is_being_worked_at_is_left_to_its_worker(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    made = stage.perm()
    ref = await stage.book(made)
    await stage.worker.work_once()
    assert await _drift(stage) == {"unsettled": 4}

    await stage.settled(ref)
    later = await stage.moved(made, stage.start + timedelta(days=1))
    await stage.cal.fault("fail_after_create", path="/reschedule$", count=4)
    await stage.worker.work_once()
    assert await _drift(stage) == {"unsettled": 4}
    assert (await stage.settled(stage.ref(later))).state is SyncState.SYNCED


async def test_what_is_too_recent_for_a_replica_is_not_missed(stage: "Stage") -> None:
    ref = await stage.book()
    await stage.settled(ref)
    await stage.cal.fault("stale_list", method="GET", count=3, seconds=5)

    assert await stage.parts.backing.surveyor.round() == 1

    assert (await stage.found(ref)).state is SyncState.SYNCED
    assert await stage.cases() == []


async def test_a_list_that_hides_what_is_there_does_no_harm(stage: "Stage") -> None:
    """Each that is missed is looked at by its uid before anything is done about it."""
    ref = await stage.book()
    await stage.settled(ref)
    await stage.cal.fault("stale_list", method="GET", count=1, seconds=7200)

    assert await _drift(stage) == {"right": 4}

    assert (await stage.found(ref)).state is SyncState.SYNCED


@pytest.mark.parametrize("fault", ["server_error", "rate_limit"])
async def test_a_look_that_fails_does_not_say_that_a_booking_is_gone(stage: "Stage", fault: str) -> None:
    """CS-22: it would be made a second time, beside the one that stands."""
    ref = await stage.book()
    await stage.settled(ref)
    posts = await stage.posts()
    stage.cal.clock.advance(LATER)
    await stage.cal.fault("stale_list", method="GET", count=1, seconds=7200)
    kind: dict[str, Any] = {"seconds": 30} if fault == "rate_limit" else {}
    await stage.cal.fault(fault, path="^/v2/bookings/[^/]+$", method="GET", count=1, **kind)

    assert await stage.parts.backing.surveyor.round() == 0
    assert (await stage.found(ref)).state is SyncState.SYNCED
    stage.cal.clock.advance(timedelta(minutes=2))

    assert await stage.parts.backing.surveyor.round() == 1
    await stage.settled(ref)
    assert (await stage.posts(), len(await stage.bookings())) == (posts, 4)


async def test_what_was_looked_at_is_not_looked_at_again_when_the_pass_goes_on(stage: "Stage") -> None:
    """Else one whose list hides more than the budget allows to look at would never come to its end."""
    await stage.settled(await stage.book())
    stage.cal.clock.advance(LATER)
    await stage.cal.fault("stale_list", method="GET", count=1, seconds=7200)
    await stage.cal.fault("server_error", path="^/v2/calendars$", method="GET", count=1)
    assert await stage.parts.backing.surveyor.round() == 0
    before = len(await stage.requests("GET", ""))
    stage.cal.clock.advance(timedelta(minutes=2))

    assert await stage.parts.backing.surveyor.round() == 1

    assert len(await stage.requests("GET", "")) == before + 2, "a page and the calendars"


async def test_accounts_that_are_through_wait_for_the_others_before_they_are_compared_anew(
    stage: "Stage",
) -> None:
    """Together they may need more than the budget has at once: begun anew with each asking, they would never all be through."""
    surveys, now = stage.parts.backing.surveys, stage.cal.clock.now()
    owners = [Owner(TENANT, uuid4(), uuid4()) for _ in range(2)]
    await surveys.register(Roll(owners), now)
    first, second = await surveys.asked(TENANT, now)
    assert await surveys.finish(first, [], now, now + LATER)
    assert [one.account_id for one in await surveys.asked(TENANT, now)] == [second.account_id]
    assert await surveys.finish(second, [], now, now + LATER)
    assert len(await surveys.asked(TENANT, now)) == 2


@pytest.mark.parametrize("fault", ["server_error", "rate_limit"])
async def test_a_pass_that_fails_goes_on_later(stage: "Stage", fault: str) -> None:
    await stage.settled(await stage.book())
    kind: dict[str, Any] = {"seconds": 30} if fault == "rate_limit" else {}
    await stage.cal.fault(fault, method="GET", count=1, **kind)
    assert await stage.parts.backing.surveyor.round() == 0

    assert await _drift(stage) == {"right": 4}


async def test_an_account_that_leaves_is_not_surveyed_any_more(stage: "Stage") -> None:
    await stage.parts.backing.surveyor.round()
    stage.registry.calendar_sync = False
    stage.directory.forget(TENANT)
    await stage.parts.backing.surveyor.round()
    assert await stage.parts.backing.surveys.found(TENANT) == []


async def test_while_the_registry_is_away_nothing_is_surveyed(stage: "Stage") -> None:
    stage.registry.away = True
    assert await stage.parts.backing.surveyor.round() == 0


async def test_the_age_of_what_was_pulled_is_known(stage: "Stage") -> None:
    await stage.parts.backing.surveyor.round()
    stage.cal.clock.advance(timedelta(minutes=5))
    await stage.parts.backing.surveyor.round()
    assert REGISTRY.get_sample_value("rufbuch_calcom_sync_busy_age_seconds") == 300


async def _taken_pass(stage: "Stage") -> Task:
    """What a round has just taken, over an account that was compared before."""
    await stage.settled(await stage.book())
    await stage.parts.backing.surveyor.round()
    stage.cal.clock.advance(LATER)
    (taken,) = await stage.parts.backing.surveys.due(stage.cal.clock.now())
    return taken


async def test_a_pass_that_somebody_else_has_ended_meanwhile_is_left_to_them(stage: "Stage") -> None:
    """An operator's Reconcile takes over what a round is at; the round then compared with a start that was no more."""
    backing, taken = stage.parts.backing, await _taken_pass(stage)
    assert await backing.surveyor.reconcile(TENANT)
    ended = await backing.surveys.found(TENANT)

    assert await backing.surveyor.go_on(taken), "it has come to its end, whoever ended it"

    assert await backing.surveys.found(TENANT) == ended
    assert await _drift(stage) == {"right": 4}


async def test_a_pass_that_somebody_else_goes_on_with_is_not_said_to_be_over(stage: "Stage") -> None:
    backing, taken = stage.parts.backing, await _taken_pass(stage)
    assert await backing.surveys.go_on(taken, taken.page + 1, [], stage.cal.clock.now() + LATER)
    assert not await backing.surveyor.go_on(taken)
