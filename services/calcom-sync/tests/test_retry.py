"""A person does not want to wait: one click is enough, whenever it comes."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from colleague import OTTOS_ACCOUNT
from google.protobuf.timestamp_pb2 import Timestamp
from peers import ACCOUNT, MINUTES

from calcom_sync.domain.appointment import AppointmentRef, SyncState
from calcom_sync.domain.intent import State
from rufbuch.calendarsync.v1 import operations_pb2, service_pb2
from sandbox.calcom.embedded import OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage

TENANT = "9e8e4e5b-1dc2-5f56-8e55-4847ce9ef1b4"


async def _retry(stub: Any, ref: AppointmentRef) -> None:
    await stub.RetrySync(
        service_pb2.RetrySyncRequest(tenant_id=TENANT, appointment_id=str(ref.appointment_id), operator="Ada")
    )


async def _unsettled(stub: Any) -> Any:
    return await stub.ListUnsettled(operations_pb2.ListUnsettledRequest(tenant_id=TENANT))


async def test_what_is_in_doubt_is_seen_at_once_and_long_before_there_is_a_case(
    stage: "Stage", stub: Any
) -> None:
    """OB-01: an operator sees it while it fails."""
    await stage.cal.fault("server_error", count=4)
    ref = await stage.book()
    await stage.worker.work_once()

    (seen,) = (await _unsettled(stub)).appointments
    assert (seen.appointment_id, seen.unknown, seen.copies) == (str(ref.appointment_id), 4, 4)
    assert seen.wanted
    assert "500" in seen.last_error
    assert seen.next_try_time.seconds > seen.since_time.seconds

    await stage.settled(ref)
    assert not (await _unsettled(stub)).appointments


async def _waits_longer_than(pause: timedelta, stage: "Stage", ref: AppointmentRef) -> None:
    for _ in range(100):
        await stage.worker.work_once()
        due = (await stage.found(ref)).next_due
        assert due
        if due - stage.cal.clock.now() > pause:
            return
        stage.cal.clock.set(max(due, stage.cal.clock.now()))
    raise AssertionError("it never waits")


async def test_what_waits_for_its_next_try_is_tried_now(stage: "Stage", stub: Any) -> None:
    await stage.cal.fault("server_error", probability=1.0)
    await stage.cal.fault("server_error", method="GET", probability=1.0)
    ref = await stage.book()
    await _waits_longer_than(timedelta(seconds=15), stage, ref)
    await stage.cal.client.delete("/admin/faults")
    now = stage.cal.clock.now()

    await _retry(stub, ref)

    assert (await stage.settled(ref)).state is SyncState.SYNCED
    assert stage.cal.clock.now() - now < timedelta(seconds=15)
    assert len(await stage.bookings()) == 4


async def test_its_reminder_is_brought_forward_as_well(stage: "Stage", stub: Any) -> None:
    """The queue holds one reminder for an appointment; the one that waits for the next try must not keep the click waiting."""
    await stage.cal.fault("server_error", probability=1.0)
    ref = await stage.book()
    await stage.pool.execute("UPDATE job SET execute_after = now() + interval '5 minutes'")
    await _retry(stub, ref)
    assert await stage.pool.fetchval("SELECT count(*) FROM job WHERE execute_after <= now()") == 1


async def test_a_time_that_was_taken_is_asked_for_again_once_it_is_free(stage: "Stage", stub: Any) -> None:
    """Also where the click comes while it is still being looked up."""
    uid = (await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T08:00:00Z"))["uid"]
    ref = await stage.book()
    await stage.worker.work_once()
    assert State.UNKNOWN in {intent.state for intent in (await stage.found(ref)).intents}
    await stage.cal.cancel(uid)

    await _retry(stub, ref)

    assert (await stage.settled(ref)).state is SyncState.SYNCED
    assert len(await stage.bookings()) == 4


async def test_a_click_while_copies_are_taken_back_is_remembered(stage: "Stage", stub: Any) -> None:
    number = stage.registry.mappings[2].event_type_id
    stage.registry.mappings[2].event_type_id = 999_999
    await stage.cal.fault("server_error", path="/cancel$", count=3)
    ref = await stage.book()
    await stage.worker.work_once()
    assert (await stage.found(ref)).state is SyncState.PARTIAL
    stage.registry.mappings[2].event_type_id = number

    await _retry(stub, ref)
    await _retry(stub, ref)

    assert (await stage.settled(ref)).state is SyncState.SYNCED
    assert len(await stage.bookings()) == 4
    assert await stage.pool.fetchval("SELECT count(*) FROM sync_case WHERE closed_at IS NULL") == 0


async def test_what_has_another_account_by_now_is_made_there(stage: "Stage", stub: Any) -> None:
    """What stands already stays where it is; what was sent is looked for where it was sent."""
    number = stage.registry.mappings[2].event_type_id
    stage.registry.mappings[2].event_type_id = 999_999
    ref = await stage.book()
    assert (await stage.settled(ref)).state is SyncState.FAILED
    stage.registry.link_account(OTTOS_ACCOUNT, "otto", OTHER_KEY)
    for mapping in stage.registry.mappings:
        mapping.account_id = str(OTTOS_ACCOUNT)
        mapping.event_type_id = await stage.event_type_of_another(MINUTES[mapping.phase_position][0])
    stage.directory.forget(ref.tenant_id)

    await _retry(stub, ref)
    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert {one.account_id for one in found.intents} == {OTTOS_ACCOUNT}
    assert number not in {one["eventTypeId"] for one in await stage.bookings()}


async def test_a_copy_keeps_its_host_where_its_event_type_still_stands_for_it(
    stage: "Stage", stub: Any
) -> None:
    """The person has a second account by now, and new copies go there (DECISIONS 46)."""
    ref = await stage.book()
    await stage.cal.cancel((await stage.settled(ref)).intents[0].booking_uid)
    stage.cal.clock.advance(timedelta(minutes=20))
    await stage.parts.backing.surveyor.round()
    stage.registry.link_account(OTTOS_ACCOUNT, "otto", OTHER_KEY)
    for old in list(stage.registry.mappings):
        stage.registry.map(
            old.phase_position,
            await stage.event_type_of_another(MINUTES[old.phase_position][0]),
            account_id=OTTOS_ACCOUNT,
        )
    stage.registry.mappings.reverse()

    await _retry(stub, ref)
    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert {one.account_id for one in found.intents} == {ACCOUNT}


async def test_where_nothing_stands_for_it_any_more_it_is_tried_as_before(stage: "Stage", stub: Any) -> None:
    stage.registry.mappings[2].event_type_id = 999_999
    ref = await stage.book()
    assert (await stage.settled(ref)).state is SyncState.FAILED
    del stage.registry.mappings[2]
    await _retry(stub, ref)
    assert (await stage.settled(ref)).state is SyncState.FAILED


async def test_what_is_called_off_meanwhile_is_not_tried_again(stage: "Stage", stub: Any) -> None:
    stage.registry.mappings[2].event_type_id = 999_999
    await stage.cal.fault("server_error", path="/cancel$", count=3)
    made = stage.perm()
    ref = await stage.book(made)
    await stage.worker.work_once()
    await _retry(stub, ref)
    await stage.call_off(made)
    await stage.settled(ref)
    assert await stage.bookings() == []


def _stamp(instant: Any) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(instant)
    return made


async def _figures(stage: "Stage", stub: Any) -> dict[str, int]:
    now = stage.cal.clock.now()
    days = {"start_time": _stamp(now - timedelta(days=30)), "end_time": _stamp(now + timedelta(days=1))}
    told = await stub.GetSyncFigures(
        operations_pb2.GetSyncFiguresRequest(tenant_id=TENANT, time_zone="Europe/Berlin", **days)
    )
    names = ("synced", "failed", "error_was_none", "was_absent", "was_taken", "was_unwanted")
    return {name: sum(getattr(day, name) for day in told.days) for name in names}


async def test_how_often_an_error_was_none_is_counted(stage: "Stage", stub: Any) -> None:
    """An answer that got lost is no failure: the booking was there (CS-01)."""
    await stage.cal.fault("fail_after_create", count=1)
    await stage.settled(await stage.book())
    assert await _figures(stage, stub) == {
        "synced": 4, "failed": 0, "error_was_none": 1, "was_absent": 0, "was_taken": 0, "was_unwanted": 0,
    }  # fmt: skip


async def test_what_was_really_absent_or_somebody_elses_is_told_apart(stage: "Stage", stub: Any) -> None:
    await stage.cal.fault("server_error", count=1)
    await stage.settled(await stage.book())
    assert (await _figures(stage, stub))["was_absent"] == 1
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-04T08:00:00Z")
    await stage.settled(await stage.book(stage.perm(stage.start + timedelta(days=2))))
    told = await _figures(stage, stub)
    assert (told["was_taken"], told["error_was_none"]) == (1, 0)


async def test_whether_everything_arrives_is_told(stage: "Stage", stub: Any) -> None:
    request = operations_pb2.GetSyncStatusRequest(tenant_id=TENANT)
    assert not (await stub.GetSyncStatus(request)).HasField("webhook_time")
    await stage.pool.execute(
        "INSERT INTO webhook (tenant_id, body, body_sha256, received_at, state) VALUES ($1, '', 'a', $2, 'own')"
        ", ($1, '', 'b', $2, 'refused')",
        TENANT, stage.cal.clock.now(),
    )  # fmt: skip
    told = await stub.GetSyncStatus(request)
    assert told.webhook_time == told.refused_webhook_time == _stamp(stage.cal.clock.now())
