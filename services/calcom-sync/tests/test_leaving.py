"""A copy that does not go keeps nothing else out of Cal.com for long: a stylist has left, and her key with her."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from colleague import colleague, with_otto
from peers import TENANT

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.intent import State
from sandbox.calcom.embedded import HOST_KEY

if TYPE_CHECKING:
    from conftest import Stage

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def _refuse_key(stage: "Stage", key: str = "cal_test_revoked") -> None:
    stage.registry.api_key = key
    stage.directory.forget(TENANT)


async def test_what_is_moved_to_a_colleague_does_not_wait_for_a_key_that_is_refused(stage: "Stage") -> None:
    await colleague(stage)
    made, ref = await stage.booked()
    await stage.settled(ref)
    _refuse_key(stage)
    later = stage.ref(await stage.moved(made, stage.start, again=with_otto(made)))

    found = await stage.settled(later, within=MINUTE)
    await stage.worker.work_once()

    assert found.state is SyncState.SYNCED
    assert "call_off_refused" in await stage.cases()
    assert (await stage.found(ref)).next_due, "it is tried on until the time is over"


async def test_the_same_without_any_key(stage: "Stage") -> None:
    """The account has left the registry."""
    await colleague(stage)
    made, ref = await stage.booked()
    await stage.settled(ref)
    _refuse_key(stage, key="")
    later = stage.ref(await stage.moved(made, stage.start, again=with_otto(made)))

    assert (await stage.settled(later, within=MINUTE)).state is SyncState.SYNCED
    await stage.worker.work_once()
    assert "no_mapping" in await stage.cases()


async def test_what_cannot_be_looked_up_is_waited_for_no_longer_than_it_takes_a_person(
    stage: "Stage",
) -> None:
    """It may have been made when the key was revoked. Should it be there after all, it goes."""
    await colleague(stage)
    await stage.cal.fault("fail_after_create", count=4)
    made, ref = await stage.booked()
    await stage.worker.work_once()
    _refuse_key(stage)
    later = stage.ref(await stage.moved(made, stage.start, again=with_otto(made)))
    assert (await stage.settled(later, within=timedelta(hours=1))).state is SyncState.SYNCED
    assert {one.state for one in (await stage.found(ref)).intents} == {State.UNKNOWN}

    _refuse_key(stage, key=HOST_KEY)
    await stage.drained()

    assert await stage.is_right(later)
    assert (await stage.found(ref)).state is SyncState.CANCELLED


async def test_what_is_in_the_way_of_the_new_time_is_still_waited_for(stage: "Stage") -> None:
    """The same account, and another service of other lengths: the old bookings have to go before."""
    await stage.cal.fault("server_error", path="/cancel$", count=2)
    made, ref = await stage.booked()
    await stage.settled(ref)
    short = stage.short(stage.start + 10 * MINUTE)
    short.customer.CopyFrom(made.customer)
    later = stage.ref(await stage.moved(made, stage.start, again=short))
    await stage.worker.work_once()
    assert not (await stage.found(later)).ready

    await stage.drained()

    assert await stage.is_right(later)
    assert await stage.cases() == []


async def test_what_waited_until_it_began_is_a_case(stage: "Stage") -> None:
    """Nobody books the past, nor waits to."""
    made, ref = await stage.booked()
    await stage.settled(ref)
    await stage.cal.fault("server_error", path="/cancel$", probability=1.0)
    short = stage.short(stage.start + 10 * MINUTE)
    stage.cal.clock.set(stage.start - MINUTE)
    later = stage.ref(await stage.moved(made, stage.start, again=short))
    await stage.settled(later)
    await stage.drained()
    assert "expired" in await stage.cases()


@pytest.mark.parametrize("key", ["cal_test_revoked", ""])
async def test_a_cancellation_that_fails_until_the_time_is_over_ends_with_a_case(
    stage: "Stage", key: str
) -> None:
    made, ref = await stage.booked()
    await stage.settled(ref)
    _refuse_key(stage, key)
    await stage.call_off(made)

    found = await stage.settled(ref, within=2 * DAY)

    assert found.state is SyncState.CANCELLED
    assert stage.cal.clock.now() >= found.intents[0].end
    assert set(await stage.cases()) >= {"call_off_refused"}


async def test_what_is_nowhere_to_be_found_is_gone(stage: "Stage") -> None:
    """Not at once: what was just made may be on its way to the replica."""
    made, ref = await stage.booked()
    await stage.settled(ref)
    begun = stage.cal.clock.now()
    for intent in (await stage.found(ref)).intents:
        stage.cal.world.store.bookings.remove(intent.booking_uid)
    await stage.call_off(made)
    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert MINUTE <= stage.cal.clock.now() - begun <= 3 * MINUTE
    assert await stage.cases() == []
