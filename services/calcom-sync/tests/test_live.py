"""Before a time is called free, Cal.com is asked where what is known of it is too old; and what is said is true."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from peers import PERSON, TENANT, named, stamp

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.busy import Span
from calcom_sync.domain.slots import TimeState, judge
from chassis.grpc_client import fault_of
from rufbuch.calendarsync.v1 import service_pb2
from sandbox.calcom.admin import BusyOrder, BusySpan
from sandbox.calcom.embedded import OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage

FREE, TAKEN, UNKNOWN = (
    service_pb2.TIME_STATE_FREE,
    service_pb2.TIME_STATE_TAKEN,
    service_pb2.TIME_STATE_UNKNOWN,
)


@pytest.fixture(autouse=True)
def wanted(stage: "Stage") -> None:
    stage.registry.calendar_terms.live_check_after_minutes = 30


async def _seen(stub: Any, start: datetime, minutes: int = 60, *, person: str = str(PERSON)) -> int:
    time = service_pb2.PersonTime(
        person_id=person, start_time=stamp(start), end_time=stamp(start + timedelta(minutes=minutes))
    )
    request = service_pb2.CheckTimesRequest(tenant_id=str(TENANT), times=[time])
    answer: service_pb2.CheckTimesResponse = await stub.CheckTimes(request)
    return answer.states[0]


async def _pulled(stage: "Stage") -> None:
    assert await stage.parts.backing.surveyor.round() == 1


async def _looks(stage: "Stage") -> int:
    return len(await stage.requests("GET", "/v2/slots"))


async def test_a_booking_that_nobody_told_us_of_is_seen(stage: "Stage", stub: Any) -> None:
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T09:00:00Z")
    assert await _seen(stub, stage.start) == FREE
    assert await _seen(stub, stage.start + timedelta(minutes=45)) == TAKEN


async def test_what_was_pulled_lately_is_not_asked_for_again(stage: "Stage", stub: Any) -> None:
    await _pulled(stage)
    assert await _seen(stub, stage.start) == FREE
    assert await _looks(stage) == 0
    stage.cal.clock.advance(timedelta(minutes=31))
    assert await _seen(stub, stage.start) == FREE
    assert await _looks(stage) == 1


async def test_what_is_seen_is_pulled_soon(stage: "Stage", stub: Any) -> None:
    await _pulled(stage)
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T08:00:00Z")
    object.__setattr__(stage.parts.backing.surveyor, "every", timedelta(hours=2))
    stage.cal.clock.advance(timedelta(minutes=31))
    await _pulled(stage)
    stage.cal.clock.advance(timedelta(minutes=31))
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T09:00:00Z")
    assert await _seen(stub, stage.start + timedelta(hours=1)) == TAKEN
    await _pulled(stage)
    assert await stage.pool.fetchval("SELECT count(*) FROM busy WHERE NOT gone") == 2


async def test_a_business_that_does_not_want_it_is_not_looked_at(stage: "Stage", stub: Any) -> None:
    stage.registry.calendar_terms.live_check_after_minutes = 0
    assert await _seen(stub, stage.start) == FREE
    assert await _looks(stage) == 0


async def test_a_connected_calendar_counts(stage: "Stage", stub: Any) -> None:
    span = BusySpan(start=stage.start, end=stage.start + timedelta(minutes=20))
    order = BusyOrder(busyTimes=[span]).model_dump(mode="json", by_alias=True)
    await stage.cal.client.put("/admin/users/vera/busy-times", json=order)
    assert await _seen(stub, stage.start + timedelta(minutes=15)) == TAKEN
    assert await _seen(stub, stage.start + timedelta(minutes=20)) == FREE


async def test_cal_coms_memory_of_two_seconds_is_not_believed(stage: "Stage", stub: Any) -> None:
    """The same question is answered from a cache for two seconds, whatever was booked meanwhile."""
    event_type = await stage.cal.event_type()
    assert await _seen(stub, stage.start) == FREE
    await stage.cal.booked(event_type, "2027-03-02T08:00:00Z")
    stage.cal.clock.advance(timedelta(seconds=1))
    assert await _seen(stub, stage.start) == TAKEN


async def test_our_own_copies_are_nobodys_busy_time(stage: "Stage", stub: Any) -> None:
    """An appointment that is being moved, or whose cancellation is on its way, is no conflict with itself."""
    assert (await stage.settled(await stage.book())).state is SyncState.SYNCED
    assert await _seen(stub, stage.start, 50) == FREE
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T11:00:00Z")
    assert await _seen(stub, stage.start + timedelta(hours=3)) == TAKEN


@pytest.mark.parametrize("kind", ["server_error", "rate_limit"])
async def test_what_cannot_be_asked_is_not_known(stage: "Stage", stub: Any, kind: str) -> None:
    await stage.cal.fault(kind, "^/v2/slots$", "GET")
    assert await _seen(stub, stage.start) == UNKNOWN


async def test_a_slow_cal_com_keeps_no_caller_waiting(stage: "Stage", stub: Any) -> None:
    await stage.cal.fault("delay", "^/v2/slots$", "GET", delay_ms=60_000)
    begun = asyncio.get_running_loop().time()
    assert await _seen(stub, stage.start) == UNKNOWN
    assert asyncio.get_running_loop().time() - begun < 2


async def test_a_caller_is_asked_for_past_the_line_but_not_beyond_the_budget(
    stage: "Stage", stub: Any
) -> None:
    await _pulled(stage)
    stage.cal.clock.advance(timedelta(minutes=31))
    setup = await stage.directory.setup(TENANT)
    assert setup
    (account,) = setup.accounts.values()
    while not await stage.parts.backing.budget.take(account, 100, stage.cal.clock.now()):
        pass
    assert await _seen(stub, stage.start) == UNKNOWN
    assert await _looks(stage) == 0


async def test_several_times_are_one_request(stage: "Stage", stub: Any) -> None:
    times = [
        service_pb2.PersonTime(
            person_id=str(PERSON),
            start_time=stamp(stage.start + timedelta(hours=hour)),
            end_time=stamp(stage.start + timedelta(hours=hour, minutes=50)),
        )
        for hour in (0, 3, 24, 27)
    ]
    request = service_pb2.CheckTimesRequest(tenant_id=str(TENANT), times=times)
    assert list((await stub.CheckTimes(request)).states) == [FREE] * 4
    assert await _looks(stage) == 1


async def test_both_accounts_of_one_human_are_looked_at(stage: "Stage", stub: Any) -> None:
    """Linked, the second one stood for no phase any more, and whatever was asked of it stayed unknown."""
    otto = named("otto's account")
    stage.registry.link_account(otto, "otto", OTHER_KEY)
    five = await stage.event_type_of_another(minutes=5)
    stage.registry.map(2, five, account_id=otto)

    assert await _seen(stub, stage.start) == FREE
    assert (await stage.cal.book(five, "2027-03-02T08:05:00Z", key=OTHER_KEY)).is_success
    stage.cal.clock.advance(timedelta(seconds=1))
    assert await _seen(stub, stage.start) == TAKEN


async def test_somebody_without_an_account_has_nothing_outside(stage: "Stage", stub: Any) -> None:
    assert await _seen(stub, stage.start, person=str(named("somebody else"))) == FREE


async def test_a_business_that_is_none_and_times_that_are_none_are_refused(stub: Any) -> None:
    unknown = service_pb2.CheckTimesRequest(tenant_id=str(named("nobody")))
    backwards = service_pb2.CheckTimesRequest(
        tenant_id=str(TENANT), times=[service_pb2.PersonTime(person_id=str(PERSON))]
    )
    for request, reason in ((unknown, "BUSINESS_UNKNOWN"), (backwards, "REQUEST_INVALID")):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.CheckTimes(request)
        assert fault_of(caught.value).reason == reason


DAY = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)


def minutes(first: int, last: int) -> Span:
    return Span(DAY + timedelta(minutes=first), DAY + timedelta(minutes=last))


@pytest.mark.parametrize(
    ("shown", "own", "state"),
    [
        ([(0, 30), (30, 60)], [], TimeState.FREE),
        ([(0, 30)], [(30, 60)], TimeState.FREE),
        ([(-30, 0), (60, 90)], [], TimeState.TAKEN),
        ([], [], TimeState.TAKEN),
        # The grid of a coarse event type leaves rests, which say nothing.
        ([(-15, 15), (15, 45), (50, 80)], [], TimeState.UNKNOWN),
    ],
)
def test_everything_that_a_slot_covers_is_free(
    shown: list[tuple[int, int]], own: list[tuple[int, int]], state: TimeState
) -> None:
    told = [minutes(*one) for one in shown]
    assert judge(minutes(0, 60), told, [minutes(*one) for one in own], ["Europe/Berlin"]) is state


def test_in_the_night_of_a_clock_change_what_is_not_shown_is_not_known() -> None:
    """Slots of a day that begins before the change are an hour off: two of an autumn night are missing."""
    night = Span(datetime(2027, 10, 30, 22, 0, tzinfo=UTC), datetime(2027, 10, 30, 22, 30, tzinfo=UTC))
    others = [Span(night.end + timedelta(hours=1), night.end + timedelta(hours=2))]
    assert judge(night, others, [], ["Europe/Berlin"]) is TimeState.UNKNOWN
    assert judge(night, others, [], ["UTC"]) is TimeState.TAKEN


@given(st.sets(st.integers(-24, 35)), st.integers(0, 10), st.integers(1, 12))
def test_on_a_fine_grid_the_answer_is_exact(taken: set[int], first: int, length: int) -> None:
    """Cells of five minutes, each shown where it is free: then nothing is unknown, and nothing is wrong."""
    shown = [minutes(5 * cell, 5 * cell + 5) for cell in range(-24, 36) if cell not in taken]
    span = minutes(5 * first, 5 * (first + length))
    expected = TimeState.TAKEN if taken & set(range(first, first + length)) else TimeState.FREE
    assert judge(span, shown, [], ["Europe/Berlin"]) is expected
