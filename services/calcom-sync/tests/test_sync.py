"""Appointments get to Cal.com, phase by phase, through the real client against the stand-in."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.intent import State
from sandbox.calcom.embedded import HOST_KEY

if TYPE_CHECKING:
    from conftest import Stage


async def test_every_active_phase_gets_its_booking(stage: "Stage") -> None:
    ref = await stage.book()

    await stage.worker.work_once()

    found, there = await stage.found(ref), await stage.bookings()
    assert found.state is SyncState.SYNCED
    assert [intent.attempts for intent in found.intents] == [1, 1, 1, 1]
    by_phase = {one["metadata"]["rufbuch_phase"]: one for one in there}
    assert {str(intent.phase_id): intent.booking_uid for intent in found.intents} == {
        phase: one["uid"] for phase, one in by_phase.items()
    }
    # CS-02: the uid finds a booking, the number is for people; both are kept.
    assert {intent.booking_number for intent in found.intents} == {one["id"] for one in there}


async def test_the_phases_of_an_appointment_go_out_together(stage: "Stage") -> None:
    ref, waiting, all_there = await stage.book(), [], asyncio.Event()

    async def when_delivered(body: dict[str, Any]) -> None:
        # Cal.com waits for webhooks inside its own request: no request ends before all have begun.
        waiting.append(body["payload"]["uid"])
        if len(waiting) == 4:
            all_there.set()
        await asyncio.wait_for(all_there.wait(), 5)

    await stage.cal.subscribe("BOOKING_CREATED")
    stage.cal.receiver.on_delivery = when_delivered
    await stage.worker.work_once()

    posts = await stage.requests("POST", "/v2/bookings")
    assert max(one["startedOrder"] for one in posts) < min(one["endedOrder"] for one in posts)
    assert (await stage.found(ref)).state is SyncState.SYNCED


async def test_a_synced_phase_is_never_posted_again(stage: "Stage") -> None:
    """CS-01: a further run posted all phases again and took the collision with its own bookings for a failure."""
    ref = await stage.book()
    await stage.settled(ref)

    await stage.worker.synchroniser.run(ref)
    await stage.worker.work_once()

    assert await stage.posts() == 4
    assert (await stage.found(ref)).state is SyncState.SYNCED


async def test_a_failure_after_creating_is_looked_up_and_not_posted_again(stage: "Stage") -> None:
    """CS-01: an error does not mean that the booking is absent."""
    await stage.cal.fault("fail_after_create", count=4)
    ref = await stage.book()
    await stage.worker.work_once()
    assert {intent.state for intent in (await stage.found(ref)).intents} == {State.UNKNOWN}

    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert await stage.posts() == 4
    assert len(await stage.bookings()) == 4


async def test_a_replica_that_lags_does_not_make_a_booking_absent(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    await stage.cal.fault("stale_list", method="GET", count=100, seconds=5)
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert await stage.posts() == 4


@pytest.mark.parametrize("lag", [15, 30, 45, 60])
@pytest.mark.parametrize("lost", [1, 4])
async def test_a_replica_that_lags_long_does_not_make_our_own_booking_somebody_elses(
    stage: "Stage", lag: float, lost: int
) -> None:
    """CS-01: looked for in vain and sent again, it is refused as taken, by itself."""
    await stage.cal.fault("fail_after_create", count=lost)
    await stage.cal.fault("stale_list", path="", method="GET", count=1000, seconds=lag)
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert await stage.cases() == []
    assert len(await stage.bookings()) == 4


async def test_what_somebody_else_has_is_given_up_as_soon_as_before(stage: "Stage") -> None:
    """Nothing was sent before, so that nothing of ours can be there."""
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T08:00:00Z")
    ref, begun = await stage.book(), stage.cal.clock.now()
    assert (await stage.settled(ref)).state is SyncState.FAILED
    assert stage.cal.clock.now() - begun < timedelta(seconds=30)


async def test_a_timeout_after_creating_is_looked_up(stage: "Stage") -> None:
    ref, answer = await stage.book(), asyncio.Event()

    async def never(_: dict[str, Any]) -> None:
        await answer.wait()

    await stage.cal.subscribe("BOOKING_CREATED")
    stage.cal.receiver.on_delivery = never
    stage.impatient()
    await stage.worker.work_once()
    assert {intent.state for intent in (await stage.found(ref)).intents} == {State.UNKNOWN}
    answer.set()

    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert len(await stage.bookings()) == 4


async def test_a_plain_failure_is_looked_up_and_then_posted_again(stage: "Stage") -> None:
    await stage.cal.fault("server_error", count=4)
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert [intent.attempts for intent in found.intents] == [2, 2, 2, 2]
    assert len(await stage.bookings()) == 4


async def test_absence_counts_only_after_several_looks_and_some_time(stage: "Stage") -> None:
    await stage.cal.fault("server_error", count=4)
    ref = await stage.book()
    begun = stage.cal.clock.now()

    while await stage.posts() < 5:
        await stage.worker.work_once()
        due = (await stage.found(ref)).next_due
        assert due
        stage.cal.clock.set(due)

    patience = stage.worker.synchroniser.patience
    assert stage.cal.clock.now() - begun >= patience.absent_after
    assert len(await stage.requests("GET", "/v2/bookings")) >= 4 * patience.looks_min


async def test_a_throttled_key_pauses_as_long_as_it_is_told(stage: "Stage") -> None:
    """CS-20."""
    await stage.cal.fault("rate_limit", count=1, seconds=40)
    ref, begun = await stage.book(), stage.cal.clock.now()

    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert (stage.cal.clock.now() - begun).total_seconds() == 40
    assert len(await stage.bookings()) == 4


async def test_only_our_own_id_makes_a_booking_ours(stage: "Stage") -> None:
    """CS-03: same event type, same attendee, same time, and yet somebody else's."""
    ref = await stage.book()
    intent = (await stage.found(ref)).intents[0]
    email = (await stage.found(ref)).attendee.email
    foreign = await stage.cal.booked(
        stage.registry.mappings[0].event_type_id, "2027-03-02T08:00:00Z", email=email
    )

    found = await stage.settled(ref)

    assert foreign["uid"] not in {one.booking_uid for one in found.intents}
    assert found.intents[0].state is State.FAILED
    assert found.intents[0].phase_id == intent.phase_id
    assert foreign["uid"] in {one["uid"] for one in await stage.bookings()}
    assert await stage.cases() == ["taken"]


async def test_one_of_two_bookings_of_ours_is_kept(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    ref = await stage.book()
    await stage.worker.work_once()
    first = (await stage.bookings())[0]
    # Needs no host's free time there, so that it can stand beside the first.
    twin = await stage.cal.booked(
        first["eventTypeId"], "2027-03-02T12:00:00Z", first["attendees"][0]["email"]
    )
    world = stage.cal.world
    stored = world.store.bookings.get(twin["uid"])
    assert stored
    world.store.bookings.put(stored.model_copy(update={"metadata": first["metadata"]}))

    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert twin["uid"] in {one["uid"] for one in await stage.bookings("cancelled")}
    assert await stage.cases() == ["duplicate"]


async def test_a_business_that_copies_nothing_is_recorded_as_such(stage: "Stage") -> None:
    stage.registry.calendar_sync = False
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.NOT_NEEDED
    assert await stage.posts() == 0


async def test_while_the_registry_is_away_the_appointment_waits(stage: "Stage") -> None:
    stage.registry.away = True
    ref = await stage.book()
    await stage.worker.work_once()
    assert (await stage.found(ref)).state is SyncState.PENDING

    stage.registry.away = False
    stage.cal.clock.set(stage.cal.clock.now())

    assert (await stage.settled(ref)).state is SyncState.SYNCED


async def test_a_caller_without_a_number_is_copied_under_the_technical_address(stage: "Stage") -> None:
    """CS-17: neither number nor address, and so no booking."""
    ref = await stage.book(stage.perm(phone=""))
    assert (await stage.settled(ref)).state is SyncState.SYNCED


async def test_a_refused_key_opens_a_case_and_heals_when_it_is_replaced(stage: "Stage") -> None:
    """CS-25."""
    stage.registry.api_key = "cal_test_wrong"
    ref = await stage.book()
    await stage.worker.work_once()
    assert set(await stage.cases()) == {"auth"}
    assert (await stage.found(ref)).state is SyncState.PENDING

    stage.registry.api_key = HOST_KEY

    assert (await stage.settled(ref)).state is SyncState.SYNCED
