"""What booking calls off, or forgets, is called off and forgotten at Cal.com, whatever is under way."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.cases import CaseKind
from calcom_sync.domain.intent import State
from calcom_sync.domain.settling import failure

if TYPE_CHECKING:
    from conftest import Stage

DAY = timedelta(days=1)


async def test_a_cancelled_appointment_is_cancelled_phase_by_phase(stage: "Stage") -> None:
    """CS-05: only the first of four was cancelled, by a number that finds nothing."""
    made, ref = await stage.booked()
    await stage.settled(ref)

    await stage.call_off(made)
    found = await stage.settled(ref)

    assert found.state is SyncState.CANCELLED
    assert await stage.bookings() == []
    cancelled = await stage.bookings("cancelled")
    assert {one["uid"] for one in cancelled} == {one.booking_uid for one in found.intents}
    assert {one["cancellationReason"] for one in cancelled} == {"Der Termin wurde abgesagt."}


async def test_a_phase_that_is_cancelled_there_already_is_gone(stage: "Stage") -> None:
    made, ref = await stage.booked()
    found = await stage.settled(ref)
    await stage.cal.cancel(found.intents[1].booking_uid)

    await stage.call_off(made)

    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert await stage.cases() == []


async def test_what_was_never_sent_is_dropped(stage: "Stage") -> None:
    made, ref = await stage.booked()
    await stage.call_off(made)

    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert await stage.posts() == 0


async def test_what_is_called_off_while_nobody_knows_the_business_needs_no_answer(stage: "Stage") -> None:
    stage.registry.away = True
    made, ref = await stage.booked()
    await stage.worker.work_once()
    await stage.call_off(made)

    assert (await stage.settled(ref)).state is SyncState.CANCELLED


async def test_what_is_unknown_is_looked_up_before_it_is_cancelled(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    made, ref = await stage.booked()
    await stage.worker.work_once()
    await stage.call_off(made)

    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert await stage.bookings() == []
    assert len(await stage.bookings("cancelled")) == 4


async def test_a_cancellation_during_the_creation_is_carried_out_after_it(stage: "Stage") -> None:
    made, ref = await stage.booked()
    work, release = await stage.in_flight()
    await stage.call_off(made)
    release.set()
    await work

    assert (await stage.settled(ref)).state is SyncState.CANCELLED
    assert await stage.bookings() == []
    assert await stage.posts() == 4


async def test_a_phase_that_fails_after_the_cancellation_spoils_nothing(stage: "Stage") -> None:
    made, ref = await stage.booked()
    planned = await stage.worker.synchroniser._planned(ref)
    assert planned
    until = stage.cal.clock.now() + timedelta(seconds=45)
    leased = await stage.worker.appointments.save([one.leased(until) for one in planned.intents])
    await stage.call_off(made)
    await stage.worker.appointments.settle(failure(leased[0], CaseKind.INVALID, ""), stage.cal.clock.now())

    found = await stage.settled(ref)

    assert found.state is SyncState.CANCELLED
    assert not found.spoiled
    assert await stage.cases() == [], "nobody has to look at what is not there, and not wanted there"


async def test_the_cases_of_what_is_called_off_are_closed(stage: "Stage") -> None:
    del stage.registry.mappings[1]
    made, ref = await stage.booked()
    await stage.settled(ref)
    assert await stage.cases() == ["no_mapping"]

    await stage.call_off(made)

    assert await stage.pool.fetch("SELECT FROM sync_case WHERE closed_at IS NULL") == []


async def test_an_appointment_of_other_phases_replaces_the_bookings(stage: "Stage") -> None:
    """A move to something else is a cancellation and a creation, in this order: the times may overlap."""
    made, ref = await stage.booked()
    await stage.settled(ref)
    number = await stage.cal.event_type(lengthInMinutes=50)
    stage.registry.mappings[0].event_type_id = number
    stage.directory.forget(ref.tenant_id)

    later = await stage.move(made, stage.start + timedelta(minutes=15))
    await stage.settled(later)

    assert await stage.is_right(later)
    assert await stage.requests("POST", "/reschedule") == []
    assert {one["cancellationReason"] for one in await stage.bookings("cancelled")} == {
        "Der Termin wurde verlegt."
    }


async def test_a_forgotten_customer_leaves_no_name_behind(stage: "Stage") -> None:
    made, ref = await stage.booked()
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
    made, ref = await stage.booked()
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
