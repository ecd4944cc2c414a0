"""A phase that fails for good takes its sisters with it, and a person gets to know."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.intent import State

if TYPE_CHECKING:
    from conftest import Stage


async def _require_a_field(stage: "Stage", index: int) -> None:
    """Let one event type demand what we do not send."""
    number = stage.registry.mappings[index].event_type_id
    body = {"bookingFields": [{"type": "text", "slug": "allergies", "label": "Allergies", "required": True}]}
    answer = await stage.cal.call("PATCH", f"/v2/event-types/{number}", body)
    assert answer.status_code == 200, answer.text


async def test_the_sisters_of_a_refused_phase_are_cancelled(stage: "Stage") -> None:
    """CS-04: three of four is not synced. CS-05: every sister goes, by its uid. CS-30: what Cal.com has confirmed to anybody
    before all of it stood is taken back there."""
    stage.registry.mappings[2].event_type_id = 999_999
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert [intent.state for intent in found.intents] == [
        State.CANCELLED, State.CANCELLED, State.FAILED, State.CANCELLED,
    ]  # fmt: skip
    assert await stage.bookings() == []
    assert len(await stage.bookings("cancelled")) == 3
    assert await stage.cases() == ["configuration"]


async def test_an_event_type_that_wants_more_than_we_send_is_a_case(stage: "Stage") -> None:
    await _require_a_field(stage, 0)
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert await stage.cases() == ["configuration"]
    assert "allergies" in found.intents[0].last_error


async def test_a_partial_copy_is_neither_synced_nor_failed(stage: "Stage") -> None:
    """CS-04: partial is a state of its own, for as long as something is left."""
    stage.registry.mappings[2].event_type_id = 999_999
    await stage.cal.fault("server_error", path="/cancel$", count=3)
    ref = await stage.book()

    await stage.worker.work_once()

    assert (await stage.found(ref)).state is SyncState.PARTIAL
    assert (await stage.settled(ref)).state is SyncState.FAILED
    assert await stage.bookings() == []


async def test_a_sister_that_somebody_cancelled_already_is_gone(stage: "Stage") -> None:
    stage.registry.mappings[2].event_type_id = 999_999
    await stage.cal.fault("server_error", path="/cancel$", count=3)
    ref = await stage.book()
    await stage.worker.work_once()
    for booking in await stage.bookings():
        await stage.cal.cancel(booking["uid"])

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert len(await stage.requests("POST", "/cancel")) == 3 + 3 + 3


async def test_a_sister_whose_outcome_is_unknown_is_looked_up_before_it_is_cancelled(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    stage.registry.mappings[2].event_type_id = 999_999
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert await stage.bookings() == []
    assert len(await stage.bookings("cancelled")) == 3


async def test_a_phase_without_a_mapping_fails_loudly_and_nothing_is_sent(stage: "Stage") -> None:
    """CS-08: a missing event type for one phase."""
    del stage.registry.mappings[1]
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert await stage.cases() == ["no_mapping"]
    assert await stage.posts() == 0


async def test_each_phase_without_a_mapping_has_a_case_of_its_own(stage: "Stage") -> None:
    stage.registry.mappings.clear()
    ref = await stage.book()

    found = await stage.settled(ref)

    assert {intent.state for intent in found.intents} == {State.FAILED}
    assert await stage.cases() == ["no_mapping"] * 4


async def test_a_booking_of_another_length_is_taken_back(stage: "Stage") -> None:
    """BK-09: Cal.com booked something else than was asked for, and it was accepted."""
    number = stage.registry.mappings[0].event_type_id
    await stage.cal.call("PATCH", f"/v2/event-types/{number}", {"lengthInMinutes": 45})
    ref = await stage.book()

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert await stage.bookings() == []
    assert await stage.cases() == ["mismatch"]


async def test_what_is_past_is_not_sent_but_told(stage: "Stage") -> None:
    """CS-21: appointments that began before they could be copied were retried for ever."""
    ref = await stage.book()
    stage.cal.clock.set(stage.start + timedelta(hours=3))

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert await stage.posts() == 0
    assert set(await stage.cases()) == {"expired"}


async def test_after_a_limit_a_person_has_to_look(stage: "Stage") -> None:
    await stage.cal.fault("server_error", count=1000)
    ref = await stage.book()
    patience = replace(stage.worker.synchroniser.patience, setbacks_max=3)
    stage.worker = replace(stage.worker, synchroniser=replace(stage.worker.synchroniser, patience=patience))

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert [intent.attempts for intent in found.intents] == [3, 3, 3, 3]
    assert set(await stage.cases()) == {"gave_up"}


async def test_our_booking_that_somebody_cancelled_meanwhile_is_not_made_anew(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    ref = await stage.book()
    await stage.worker.work_once()
    first = (await stage.bookings())[0]
    await stage.cal.cancel(first["uid"])

    found = await stage.settled(ref)

    assert found.state is SyncState.FAILED
    assert await stage.posts() == 4
    assert await stage.cases() == ["cancelled_there"]


@pytest.mark.parametrize("cut_after", [1, 2, 4])
async def test_a_worker_that_dies_in_the_middle_of_requests_posts_nothing_twice(
    stage: "Stage", cut_after: int
) -> None:
    """CS-27: killed between request and answer. CS-01: no second post of what exists."""
    ref, begun, enough, never = await stage.book(), [], asyncio.Event(), asyncio.Event()

    async def when_delivered(body: dict[str, Any]) -> None:
        begun.append(body)
        if len(begun) == cut_after:
            enough.set()
        await never.wait()

    await stage.cal.subscribe("BOOKING_CREATED")
    stage.cal.receiver.on_delivery = when_delivered
    work = asyncio.create_task(stage.worker.work_once())
    await asyncio.wait_for(enough.wait(), 5)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    never.set()
    assert {intent.state for intent in (await stage.found(ref)).intents} == {State.IN_FLIGHT}

    await stage.worker.work_once()
    assert {intent.state for intent in (await stage.found(ref)).intents} == {State.IN_FLIGHT}
    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert len(await stage.bookings()) == 4
    assert await stage.posts() == 4


async def test_an_answer_that_comes_after_the_lease_is_not_stored(stage: "Stage") -> None:
    ref = await stage.book()
    begun, release = await stage.hanging()
    slow = asyncio.create_task(stage.worker.work_once())
    await asyncio.wait_for(begun.wait(), 5)
    stage.cal.clock.advance(stage.worker.synchroniser.lease)
    await stage.worker.work_once()
    release.set()
    await slow

    found = await stage.settled(ref)
    assert found.state is SyncState.SYNCED
    assert [intent.attempts for intent in found.intents] == [1, 1, 1, 1]
