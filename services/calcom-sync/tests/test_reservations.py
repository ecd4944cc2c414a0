"""What is held for callers is reserved at Cal.com where a business wants it; none outlives its hold, and none is missed."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from peers import PERSON, SERVICE, TENANT, booked_event, named, stamp

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.reservation import Action, Reservation, minutes_until
from calcom_sync.usecases.ports import Urgency
from rufbuch.calendarsync.v1 import service_pb2
from sandbox.calcom.model import Reservation as Stored

if TYPE_CHECKING:
    from conftest import Stage

HOLD = timedelta(minutes=5)
MINUTES = {0: (0, 50), 2: (65, 70), 3: (70, 85), 5: (95, 135)}
CALL = "call_1"


@pytest.fixture(autouse=True)
def wanted(stage: "Stage") -> None:
    stage.registry.calendar_terms.mirror_holds = True


def _phases(start: datetime) -> list[service_pb2.HeldPhase]:
    phases = []
    for position, (first, last) in MINUTES.items():
        held = service_pb2.HeldPhase(
            service_id=str(SERVICE), phase_position=position, person_id=str(PERSON),
            start_time=stamp(start + timedelta(minutes=first)), end_time=stamp(start + timedelta(minutes=last)),
        )  # fmt: skip
        phases.append(held)
    return phases


async def _told(
    stage: "Stage",
    stub: Any,
    *starts: datetime,
    lasting: timedelta | None = HOLD,
    ago: timedelta = timedelta(),
) -> None:
    """The call holds options at these starts from now on; none, and it holds what it held."""
    now = stage.cal.clock.now()
    request = service_pb2.MirrorHoldsRequest(tenant_id=str(TENANT), call_id=CALL, as_of_time=stamp(now - ago))
    if lasting is not None:
        request.expire_time.CopyFrom(stamp(now + lasting))
    for start in starts:
        request.phases.extend(_phases(start))
    await stub.MirrorHolds(request)


async def _round(stage: "Stage") -> None:
    while await stage.parts.backing.mirror.round():
        pass


def _live(stage: "Stage") -> list[Stored]:
    now = stage.cal.clock.now()
    stored = stage.cal.world.store.reservations.all()
    return sorted((one for one in stored if one.until > now), key=lambda one: one.start)


async def _rows(stage: "Stage") -> int:
    count: int = await stage.pool.fetchval("SELECT count(*) FROM reservation")
    return count


async def test_each_phase_is_reserved_for_as_long_as_it_is_held(stage: "Stage", stub: Any) -> None:
    await _told(stage, stub, stage.start)
    await _round(stage)
    assert [(one.start - stage.start, one.duration_min) for one in _live(stage)] == [
        (timedelta(minutes=before), 5) for before in (0, 65, 70, 95)
    ]


async def test_a_business_that_does_not_want_it_reserves_nothing(stage: "Stage", stub: Any) -> None:
    stage.registry.calendar_terms.mirror_holds = False
    await _told(stage, stub, stage.start)
    assert await _rows(stage) == 0


async def test_what_is_offered_next_takes_the_place_of_what_was(stage: "Stage", stub: Any) -> None:
    later = stage.start + timedelta(hours=2)
    await _told(stage, stub, stage.start)
    await _round(stage)
    stage.cal.clock.advance(timedelta(seconds=10))
    await _told(stage, stub, later)
    await _round(stage)
    assert {one.start >= later for one in _live(stage)} == {True}
    assert len(_live(stage)) == 4


async def test_the_end_of_the_call_ends_it(stage: "Stage", stub: Any) -> None:
    await _told(stage, stub, stage.start)
    await _round(stage)
    stage.cal.clock.advance(timedelta(seconds=10))
    await _told(stage, stub, lasting=None)
    await _round(stage)
    assert _live(stage) == []
    assert await _rows(stage) == 0


async def test_what_is_booked_together_is_not_held_any_more(stage: "Stage", stub: Any) -> None:
    days = [stage.start + timedelta(days=number) for number in range(3)]
    await _told(stage, stub, *days)

    await stage.consumer._take_in(
        [booked_event(stage.perm(day), str(number)) for number, day in enumerate(days[:2])]
    )

    held = await stage.pool.fetch(
        "SELECT start_time FROM reservation WHERE wanted_until > $1", stage.cal.clock.now()
    )
    assert {row["start_time"].date() for row in held} == {days[2].date()}
    assert len(held) == len(MINUTES)


async def test_the_booking_ends_it_since_cal_com_does_not(stage: "Stage", stub: Any) -> None:
    await _told(stage, stub, stage.start, stage.start + timedelta(days=1))
    await _round(stage)
    ref = await stage.book()
    await _round(stage)
    assert {one.start.day for one in _live(stage)} == {3}
    assert (await stage.settled(ref)).state is SyncState.SYNCED


async def test_an_extension_is_made_anew_shortly_before_the_end(stage: "Stage", stub: Any) -> None:
    """Extending one in place is refused, since it collides with itself."""
    await _told(stage, stub, stage.start)
    await _round(stage)
    first = {one.uid for one in _live(stage)}
    stage.cal.clock.advance(timedelta(minutes=2))
    await _told(stage, stub, lasting=timedelta(minutes=10))
    await _round(stage)
    assert {one.uid for one in _live(stage)} == first
    stage.cal.clock.advance(timedelta(minutes=2, seconds=45))
    await _round(stage)
    after = _live(stage)
    assert first.isdisjoint(one.uid for one in after)
    ends = max(one.until for one in after)
    assert (
        timedelta()
        <= ends - (stage.cal.clock.now() + timedelta(minutes=7, seconds=15))
        < timedelta(minutes=1)
    )


async def test_what_comes_late_changes_nothing(stage: "Stage", stub: Any) -> None:
    await _told(stage, stub, lasting=None)
    await _told(stage, stub, stage.start, ago=timedelta(seconds=1))
    assert await _rows(stage) == 0


async def test_a_hold_that_runs_out_leaves_nothing(stage: "Stage", stub: Any) -> None:
    await _told(stage, stub, stage.start)
    await _round(stage)
    stage.cal.clock.advance(HOLD)
    await _round(stage)
    assert (_live(stage), await _rows(stage)) == ([], 0)


@pytest.mark.parametrize("kind", ["fail_after_create", "server_error"])
async def test_what_does_not_work_is_let_go_and_ends_by_itself(stage: "Stage", stub: Any, kind: str) -> None:
    await stage.cal.fault(kind, "/reservations$", "POST", count=4)
    await _told(stage, stub, stage.start)
    await _round(stage)
    assert await _rows(stage) == 0
    assert all(one.until <= stage.cal.clock.now() + HOLD for one in _live(stage))


async def test_a_worker_that_dies_after_reserving_leaves_nothing_beyond_the_hold(
    stage: "Stage", stub: Any
) -> None:
    await _told(stage, stub, stage.start)
    mirror = stage.parts.backing.mirror
    now = stage.cal.clock.now()
    due = await mirror.reservations.due(now, now + mirror.lease)
    setup = await stage.directory.setup(TENANT)
    assert setup
    for one in due:
        await mirror.slots.reserve(setup.accounts[one.account_id], one.event_type_id, one.start, 5)
    stage.cal.clock.advance(mirror.lease)
    await _round(stage)
    assert await _rows(stage) == 0
    stage.cal.clock.advance(HOLD)
    assert _live(stage) == []


async def test_the_call_ends_while_it_is_being_reserved(stage: "Stage", stub: Any) -> None:
    await _told(stage, stub, stage.start)
    mirror = stage.parts.backing.mirror
    now = stage.cal.clock.now()
    (first, *_) = await mirror.reservations.due(now, now + mirror.lease)
    stage.cal.clock.advance(timedelta(seconds=1))
    await _told(stage, stub, lasting=None)
    await mirror.reservations.save(first.made("uid-1", now + HOLD))
    assert (
        await stage.pool.fetchval(
            "SELECT count(*) FROM reservation WHERE uid = 'uid-1' AND due_at <= $1", stage.cal.clock.now()
        )
        == 1
    )


async def test_a_reservation_that_does_not_go_is_asked_to_until_it_has_ended(
    stage: "Stage", stub: Any
) -> None:
    await _told(stage, stub, stage.start)
    await _round(stage)
    await stage.cal.fault("server_error", "/reservations/", "DELETE", count=1000)
    stage.cal.clock.advance(timedelta(seconds=10))
    await _told(stage, stub, lasting=None)
    await stage.parts.backing.mirror.round()
    assert await _rows(stage) == 4
    stage.cal.clock.advance(HOLD)
    await _round(stage)
    assert await _rows(stage) == 0


async def test_holds_come_after_everything_else(stage: "Stage", stub: Any) -> None:
    """Lowest of all: with a budget that is low none is made, and after a while none is wanted."""
    setup = await stage.directory.setup(TENANT)
    assert setup
    (account,) = setup.accounts.values()
    budget = stage.parts.backing.budget
    assert not await budget.take(account, 600, stage.cal.clock.now(), urgency=Urgency.LIVE)
    await _told(stage, stub, stage.start)
    await stage.parts.backing.mirror.round()
    assert (_live(stage), await _rows(stage)) == ([], 4)
    budget._per_ms = 0
    stage.cal.clock.advance(timedelta(seconds=20))
    await _round(stage)
    assert (_live(stage), await _rows(stage)) == ([], 0)


async def test_a_phase_without_an_event_type_is_left_out(stage: "Stage", stub: Any) -> None:
    del stage.registry.mappings[1:]
    await _told(stage, stub, stage.start)
    assert await _rows(stage) == 1


NOW = datetime.fromisoformat("2027-03-01T08:00:00+00:00")


@pytest.mark.parametrize(
    ("wanted_s", "stands_s", "told_s", "action"),
    [
        (300, None, 0, Action.RESERVE),
        (300, None, -20, Action.DROP),
        (300, 300, 0, None),
        (0, 300, 0, Action.DELETE),
        (0, None, 0, Action.DROP),
        (0, 0, 0, Action.DROP),
        (300, 15, 0, Action.RENEW),
        (300, 100, 0, None),
        (15, 15, 0, None),
    ],
)
def test_each_state_has_its_action(
    wanted_s: int, stands_s: int | None, told_s: int, action: Action | None
) -> None:
    known = Reservation(
        named("reservation"), TENANT, named("account"), 1, NOW, NOW + timedelta(seconds=told_s),
        NOW + timedelta(seconds=wanted_s), NOW, "uid" if stands_s is not None else "",
        NOW + timedelta(seconds=stands_s) if stands_s is not None else None,
    )  # fmt: skip
    assert known.action(NOW) is action


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (299, 5), (-5, 1)])
def test_it_is_never_asked_for_a_minute_more_than_it_is_held(seconds: int, minutes: int) -> None:
    assert minutes_until(NOW + timedelta(seconds=seconds), NOW) == minutes
