"""What operators and other services ask for, over the real gRPC server."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.intent import State
from chassis.grpc_client import fault_of
from rufbuch.calendarsync.v1 import operations_pb2, service_pb2
from sandbox.calcom.embedded import HOST_KEY, OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage

TENANT = "9e8e4e5b-1dc2-5f56-8e55-4847ce9ef1b4"


async def _refused(call: Any) -> tuple[str, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    fault = fault_of(refused.value)
    return fault.code.name, fault.reason


def _stamp(instant: datetime) -> Timestamp:
    told = Timestamp()
    told.FromDatetime(instant)
    return told


async def test_cases_are_told_page_by_page_and_closed_once(stage: "Stage", stub: Any) -> None:
    stage.registry.mappings.clear()
    ref = await stage.book()
    await stage.settled(ref)
    first = await stub.ListSyncCases(service_pb2.ListSyncCasesRequest(tenant_id=TENANT, page_size=3))
    second = await stub.ListSyncCases(
        service_pb2.ListSyncCasesRequest(tenant_id=TENANT, page_size=3, page_token=first.next_page_token)
    )
    assert (len(first.cases), len(second.cases), second.next_page_token) == (3, 1, "")
    assert {one.kind for one in first.cases} == {"no_mapping"}
    assert len({one.case_id for one in [*first.cases, *second.cases]}) == 4
    assert {one.appointment_start_time.ToDatetime(UTC) for one in first.cases} == {stage.start}

    case_id = first.cases[0].case_id
    for operator in ("Ada", "Bea"):
        request = service_pb2.ResolveCaseRequest(
            tenant_id=TENANT, case_id=case_id, operator=operator, resolution="entered by hand"
        )
        closed = await stub.ResolveCase(request)
        assert closed.case.resolved_by == "Ada"
    left = await stub.ListSyncCases(
        service_pb2.ListSyncCasesRequest(tenant_id=TENANT, appointment_id=str(ref.appointment_id))
    )
    everything = await stub.ListSyncCases(
        service_pb2.ListSyncCasesRequest(tenant_id=TENANT, with_closed=True)
    )
    assert (len(left.cases), len(everything.cases)) == (3, 4)


async def test_what_cannot_be_understood_is_refused_by_name(stage: "Stage", stub: Any) -> None:
    some = str(uuid4())
    words = {"operator": "Ada", "resolution": "done"}
    span: dict[str, Any] = {"start_time": _stamp(stage.start), "end_time": _stamp(stage.start)}
    invalid = ("INVALID_ARGUMENT", "REQUEST_INVALID")
    days: dict[str, Any] = {
        "start_time": _stamp(stage.start),
        "end_time": _stamp(stage.start + timedelta(days=93)),
    }
    p, o = service_pb2, operations_pb2
    for call, expected in [
        (stub.ListSyncCases(p.ListSyncCasesRequest(tenant_id="x")), invalid),
        (stub.ListSyncCases(p.ListSyncCasesRequest(tenant_id=TENANT, page_size=-1)), invalid),
        (stub.ListSyncCases(p.ListSyncCasesRequest(tenant_id=TENANT, page_token="x")), ("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")),
        (stub.ResolveCase(p.ResolveCaseRequest(tenant_id=TENANT, case_id=some, **words)), ("NOT_FOUND", "CASE_UNKNOWN")),
        (stub.ResolveCase(p.ResolveCaseRequest(tenant_id=TENANT, case_id=some, operator="Ada")), invalid),
        (stub.RetrySync(p.RetrySyncRequest(tenant_id=TENANT, appointment_id=some, operator="Ada")), ("NOT_FOUND", "APPOINTMENT_UNKNOWN")),
        (stub.ListUnsettled(o.ListUnsettledRequest(tenant_id=TENANT, page_size=-1)), invalid),
        (stub.GetSyncFigures(o.GetSyncFiguresRequest(tenant_id=TENANT, **days)), invalid),
        (stub.GetSyncFigures(o.GetSyncFiguresRequest(tenant_id=TENANT, **days, time_zone="Mars/Base")), invalid),
        (stub.GetSyncStatus(o.GetSyncStatusRequest(tenant_id="x")), invalid),
        (stub.VerifySync(p.VerifySyncRequest(tenant_id=TENANT, appointment_id="x")), ("NOT_FOUND", "APPOINTMENT_UNKNOWN")),
        (stub.Reconcile(p.ReconcileRequest(tenant_id="")), invalid),
        (stub.CheckMappings(p.CheckMappingsRequest(tenant_id=some)), ("NOT_FOUND", "BUSINESS_UNKNOWN")),
        (stub.GetBudget(p.GetBudgetRequest(tenant_id=some)), ("NOT_FOUND", "BUSINESS_UNKNOWN")),
        (stub.ListBusyTimes(p.ListBusyTimesRequest(tenant_id=TENANT, **span)), invalid),
        (stub.ListBusyTimes(p.ListBusyTimesRequest(tenant_id=TENANT, start_time=_stamp(stage.start), end_time=Timestamp(seconds=2**60))), invalid),
        (stub.MirrorHolds(p.MirrorHoldsRequest(tenant_id=TENANT, call_id="call_1", as_of_time=Timestamp(seconds=2**60))), invalid),
        (stub.MirrorHolds(p.MirrorHoldsRequest(tenant_id=TENANT, call_id="call_1", as_of_time=span["start_time"], expire_time=Timestamp(nanos=-1))), invalid),
        (stub.MirrorHolds(p.MirrorHoldsRequest(tenant_id=TENANT, call_id="c" * 10_000, as_of_time=span["start_time"])), invalid),
        (stub.CheckAccounts(p.CheckAccountsRequest(tenant_id=TENANT, webhook_base_url="https://" + "x" * 10_000)), invalid),
    ]:  # fmt: skip
        assert await _refused(call) == expected


async def test_while_the_registry_is_away_that_is_said(stage: "Stage", stub: Any) -> None:
    stage.registry.away = True
    away = ("UNAVAILABLE", "BUSINESS_UNAVAILABLE")
    assert await _refused(stub.GetBudget(service_pb2.GetBudgetRequest(tenant_id=TENANT))) == away
    assert await _refused(stub.Reconcile(service_pb2.ReconcileRequest(tenant_id=TENANT))) == away


async def test_what_failed_is_tried_again_when_a_person_wants_it(stage: "Stage", stub: Any) -> None:
    """With what stands for its phases at the registry by then: its event type had been deleted, and was made anew."""
    number = stage.registry.mappings[2].event_type_id
    stage.registry.mappings[2].event_type_id = 999_999
    ref = await stage.book()
    assert (await stage.settled(ref)).state is SyncState.FAILED
    stage.registry.mappings[2].event_type_id = number

    retry = service_pb2.RetrySyncRequest(
        tenant_id=TENANT, appointment_id=str(ref.appointment_id), operator="Ada"
    )
    told = await stub.RetrySync(retry)
    assert told.state == service_pb2.APPOINTMENT_SYNC_STATE_PENDING
    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert len(await stage.bookings()) == 4
    assert await stage.pool.fetchval("SELECT count(*) FROM sync_case WHERE closed_at IS NULL") == 0


async def test_a_mapping_that_was_missing_is_found_by_trying_again(stage: "Stage", stub: Any) -> None:
    """CS-29: what had failed was never driven again."""
    mappings = list(stage.registry.mappings)
    stage.registry.mappings.clear()
    ref = await stage.book()
    await stage.settled(ref)
    stage.registry.mappings.extend(mappings)
    stage.directory.forget(ref.tenant_id)

    await stub.RetrySync(
        service_pb2.RetrySyncRequest(tenant_id=TENANT, appointment_id=str(ref.appointment_id), operator="Ada")
    )

    assert (await stage.settled(ref)).state is SyncState.SYNCED


async def test_what_was_cancelled_there_is_made_again_when_a_person_wants_it(
    stage: "Stage", stub: Any
) -> None:
    ref = await stage.book()
    await stage.cal.cancel((await stage.settled(ref)).intents[1].booking_uid)
    stage.cal.clock.advance(timedelta(minutes=20))
    await stage.parts.backing.surveyor.round()
    assert (await stage.found(ref)).state is SyncState.PARTIAL

    await stub.RetrySync(
        service_pb2.RetrySyncRequest(tenant_id=TENANT, appointment_id=str(ref.appointment_id), operator="Ada")
    )

    found = await stage.settled(ref)
    assert found.state is SyncState.SYNCED
    assert await stage.posts() == 5


async def test_what_was_called_off_is_not_tried_again(stage: "Stage", stub: Any) -> None:
    made = stage.perm()
    await stage.book(made)
    await stage.call_off(made)
    await stage.settled(stage.ref(made))
    retry = service_pb2.RetrySyncRequest(tenant_id=TENANT, appointment_id=made.appointment_id, operator="Ada")
    assert await _refused(stub.RetrySync(retry)) == ("FAILED_PRECONDITION", "NOT_WANTED")


async def test_the_truth_at_cal_com_is_shown_before_anybody_deletes_anything(
    stage: "Stage", stub: Any
) -> None:
    """CS-01, CS-02: asked by uid and by our id, never by number; "failed" here did not mean "absent" there."""
    await stage.cal.fault("fail_after_create", count=4)
    ref = await stage.book()
    await stage.worker.work_once()
    before = len(await stage.requests("POST", ""))

    told = await stub.VerifySync(
        service_pb2.VerifySyncRequest(tenant_id=TENANT, appointment_id=str(ref.appointment_id))
    )

    assert [phase.phase.state for phase in told.phases] == [service_pb2.PHASE_SYNC_STATE_UNKNOWN] * 4
    assert [[one.status for one in phase.bookings] for phase in told.phases] == [["accepted"]] * 4
    assert all(not phase.error and not phase.differences for phase in told.phases)
    assert len(await stage.requests("POST", "")) == before
    assert {one.state for one in (await stage.found(ref)).intents} == {State.UNKNOWN}


async def test_a_phase_that_goes_nowhere_says_so(stage: "Stage", stub: Any) -> None:
    stage.registry.mappings.clear()
    ref = await stage.book()
    await stage.settled(ref)
    told = await stub.VerifySync(
        service_pb2.VerifySyncRequest(tenant_id=TENANT, appointment_id=str(ref.appointment_id))
    )
    assert all("no account" in phase.error for phase in told.phases)


async def test_a_reconciliation_on_demand_tells_what_it_found(stage: "Stage", stub: Any) -> None:
    await stage.settled(await stage.book())

    told = await stub.Reconcile(service_pb2.ReconcileRequest(tenant_id=TENANT))

    assert told.complete
    assert [dict(one.found) for one in told.accounts] == [{"right": 4}]
    assert told.accounts[0].finish_time.ToDatetime(tzinfo=UTC) == stage.cal.clock.now()


async def test_a_reconciliation_on_demand_is_about_one_business_alone(stage: "Stage", stub: Any) -> None:
    """SE-09: whoever asks for one business may neither see nor write what is another's."""
    other = uuid4()
    stage.registry.others = [other]
    await stub.Reconcile(service_pb2.ReconcileRequest(tenant_id=TENANT))
    assert await stage.pool.fetch("SELECT 1 FROM survey WHERE tenant_id = $1", other) == []

    await stage.parts.backing.surveyor.round()
    await stub.Reconcile(service_pb2.ReconcileRequest(tenant_id=TENANT))
    assert len(await stage.pool.fetch("SELECT 1 FROM survey WHERE tenant_id = $1", other)) == 1


async def test_busy_times_are_listed_and_followed(stage: "Stage", stub: Any) -> None:
    foreign = await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    window: dict[str, Any] = {
        "start_time": _stamp(stage.start),
        "end_time": _stamp(stage.start + timedelta(days=7)),
    }
    none = await stub.ListBusyTimes(service_pb2.ListBusyTimesRequest(tenant_id=TENANT, **window))
    assert (len(none.busy_times), none.HasField("as_of_time")) == (0, False)
    await stage.parts.backing.surveyor.round()

    told = await stub.ListBusyTimes(service_pb2.ListBusyTimesRequest(tenant_id=TENANT, **window))
    assert told.as_of_time.ToDatetime(tzinfo=UTC) == stage.cal.clock.now()
    (busy,) = told.busy_times
    assert busy.source == service_pb2.BUSY_SOURCE_BOOKING
    other = service_pb2.ListBusyTimesRequest(tenant_id=TENANT, person_ids=[str(uuid4())], **window)
    assert len((await stub.ListBusyTimes(other)).busy_times) == 0

    stream = stub.WatchBusyTimes(service_pb2.WatchBusyTimesRequest())
    first = await asyncio.wait_for(stream.read(), 10)
    assert (first.busy_time, first.gone) == (busy, False)
    await stage.cal.cancel(foreign["uid"])
    stage.cal.clock.advance(timedelta(minutes=20))
    await stage.parts.backing.surveyor.round()
    second = await asyncio.wait_for(stream.read(), 10)
    assert (second.busy_time.busy_id, second.gone) == (busy.busy_id, True)
    stream.cancel()

    again = stub.WatchBusyTimes(service_pb2.WatchBusyTimesRequest(after=first.position))
    assert (await asyncio.wait_for(again.read(), 10)).position == second.position
    again.cancel()


async def test_what_is_left_of_the_budget_is_told(stage: "Stage", stub: Any) -> None:
    await stage.worker.work_once()
    told = await stub.GetBudget(service_pb2.GetBudgetRequest(tenant_id=TENANT))
    (account,) = told.accounts
    assert (account.tokens, account.waiting, account.HasField("pause_end_time")) == (1000, 0, False)


async def _faults(stub: Any, *, fix: bool = False) -> dict[int, Any]:
    told = await stub.CheckMappings(service_pb2.CheckMappingsRequest(tenant_id=TENANT, fix=fix))
    return {one.phase_position: one for one in told.mappings}


async def test_mappings_that_can_be_booked_have_no_faults(stage: "Stage", stub: Any) -> None:
    told = await _faults(stub)
    assert sorted(told) == [0, 2, 3, 5]
    assert all(not one.faults for one in told.values())


async def test_each_fault_of_a_mapping_is_named(stage: "Stage", stub: Any) -> None:
    """CS-07, CS-08, CS-13, CS-14: found before a caller is."""
    del stage.registry.mappings[3]
    first, second, third = (one.event_type_id for one in stage.registry.mappings)
    field = {"type": "text", "slug": "allergies", "label": "Allergies", "required": True}
    await stage.cal.call("PATCH", f"/v2/event-types/{first}", {"bookingFields": [field]})
    await stage.cal.call(
        "PATCH", f"/v2/event-types/{second}", {"lengthInMinutes": 10, "minimumBookingNotice": 120}
    )
    await stage.cal.call("DELETE", f"/v2/event-types/{third}")

    told = await _faults(stub)

    assert "allergies" in told[0].faults[0]
    assert [fault.split()[1] for fault in told[2].faults] == ["takes", "refuses"]
    assert "404" in told[3].faults[0]
    assert list(told[5].faults) == ["no event type is mapped"]
    assert all(one.created_event_type_id == 0 for one in told.values())


async def test_an_event_type_of_a_team_is_no_mapping(stage: "Stage", stub: Any) -> None:
    """CS-07: managed ones are templates; and of a team's bookings the account's webhook says nothing."""
    for mapping, scheduling in zip(stage.registry.mappings, ("managed", "roundRobin"), strict=False):
        order = {"schedulingType": scheduling, "hosts": ["vera", "otto"]}
        await stage.cal.client.put(f"/admin/event-types/{mapping.event_type_id}/team", json=order)
    answer = await stub.CheckMappings(service_pb2.CheckMappingsRequest(tenant_id=TENANT))
    faults = ["; ".join(one.faults) for one in answer.mappings]
    assert "managed event type, not a personal one" in faults[0]
    assert "roundRobin event type, not a personal one" in faults[1]
    assert faults[2:] == ["", ""]


async def test_a_booking_that_a_round_robin_gives_to_somebody_else_is_taken_back(stage: "Stage") -> None:
    """CS-26: the host is compared; CS-03: and a repetition that brings a booking of others is not adopted."""
    await stage.cal.user("otto", OTHER_KEY)
    order = {"schedulingType": "roundRobin", "hosts": ["otto"]}
    number = stage.registry.mappings[0].event_type_id
    await stage.cal.client.put(f"/admin/event-types/{number}/team", json=order)
    found = await stage.settled(await stage.book())
    assert found.state is SyncState.FAILED
    assert "mismatch" in await stage.cases()
    assert await stage.bookings() == []


async def test_missing_event_types_are_made_on_request(stage: "Stage", stub: Any) -> None:
    del stage.registry.mappings[3]
    made = (await _faults(stub, fix=True))[5].created_event_type_id
    answer = await stage.cal.call("GET", f"/v2/event-types/{made}", key=HOST_KEY)
    assert answer.json()["data"]["lengthInMinutes"] == 40
    assert answer.json()["data"]["hidden"] is True

    stage.registry.map(5, made)
    assert all(not one.faults for one in (await _faults(stub)).values())


async def test_an_event_type_whose_number_was_lost_on_the_way_is_found_again(
    stage: "Stage", stub: Any
) -> None:
    """CS-13: a second one under the same slug is refused, and the first would never be mapped."""
    stage.registry.mappings.clear()
    request = service_pb2.CheckMappingsRequest(tenant_id=TENANT, fix=True)
    first = await stub.CheckMappings(request)
    again = await stub.CheckMappings(request)
    numbers = [one.created_event_type_id for one in first.mappings]
    assert all(numbers)
    assert [one.created_event_type_id for one in again.mappings] == numbers


async def test_a_person_without_a_key_is_a_fault(stage: "Stage", stub: Any) -> None:
    stage.registry.api_key = ""
    assert {fault for one in (await _faults(stub)).values() for fault in one.faults} == {
        "the person has no account with a key"
    }


async def test_what_the_budget_does_not_allow_now_is_said(stage: "Stage", stub: Any) -> None:
    setup = await stage.directory.setup((await stage.book()).tenant_id)
    assert setup
    await stage.parts.backing.budget.take(next(iter(setup.accounts.values())), 1000, stage.cal.clock.now())
    told = await _faults(stub)
    assert all("budget" in one.faults[0] for one in told.values())
