"""A worker may be killed wherever it waits: nothing is lost, and nothing is posted twice. Every point is tried."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from killing import killed_at

from calcom_sync.domain.appointment import AppointmentRef, SyncState
from rufbuch.booking.v1 import appointment_pb2

if TYPE_CHECKING:
    from conftest import Stage

MONDAY = datetime(2027, 3, 8, 8, 0, tzinfo=UTC)
PER_DAY = 40
Scene = Callable[["Stage", appointment_pb2.Appointment], Awaitable[tuple[AppointmentRef, SyncState]]]


def _start(number: int) -> datetime:
    """A time of its own for each, on weekdays."""
    day, slot = divmod(number, PER_DAY)
    week, weekday = divmod(day, 5)
    return MONDAY + timedelta(weeks=week, days=weekday, minutes=10 * slot)


async def _made(stage: "Stage", made: appointment_pb2.Appointment) -> tuple[AppointmentRef, SyncState]:
    return await stage.book(made), SyncState.SYNCED


async def _looked_up(stage: "Stage", made: appointment_pb2.Appointment) -> tuple[AppointmentRef, SyncState]:
    """Made, though Cal.com said otherwise; what is killed is the look at it."""
    ref = await stage.book(made)
    await stage.cal.fault("fail_after_create")
    await stage.worker.work_once()
    stage.cal.clock.advance(timedelta(seconds=30))
    return ref, SyncState.SYNCED


async def _called_off(stage: "Stage", made: appointment_pb2.Appointment) -> tuple[AppointmentRef, SyncState]:
    ref = await stage.book(made)
    await stage.drained()
    await stage.call_off(made)
    return ref, SyncState.CANCELLED


async def _moved(stage: "Stage", made: appointment_pb2.Appointment) -> tuple[AppointmentRef, SyncState]:
    await stage.book(made)
    await stage.drained()
    start = made.phases[0].start_time.ToDatetime(UTC) + timedelta(weeks=8)
    return stage.ref(await stage.moved(made, start, again=stage.short(start))), SyncState.SYNCED


@pytest.mark.parametrize("scene", [_made, _looked_up, _called_off, _moved])
async def test_wherever_a_worker_is_killed_everything_ends_right_and_nothing_twice(
    stage: "Stage", scene: Scene
) -> None:
    """CS-27: killed between request and answer. CS-01: no second post of what exists. CS-29: nothing is left lying."""
    point, was_killed = 0, True
    while was_killed:
        point += 1
        ref, expected = await scene(stage, stage.short(_start(point)))
        was_killed = await killed_at(point, stage.worker.work_once())
        await stage.drained()
        found = await stage.found(ref)
        assert found.state is expected, (
            f"killed at point {point}: {[(i.state, i.last_error) for i in found.intents]}"
        )
        standing = {one.booking_uid for one in found.intents} if expected is SyncState.SYNCED else set()
        ours = [
            one
            for one in await stage.bookings()
            if one["start"] == f"{found.intents[0].start:%Y-%m-%dT%H:%M:%S.000Z}"
        ]
        assert {one["uid"] for one in ours} == standing, f"killed at point {point}"
    assert point > 10
    assert await _posted_twice(stage) == []
    assert await stage.cases() == []


@pytest.mark.parametrize("moves", [False, True])
async def test_all_phases_at_once_survive_it_as_well(stage: "Stage", *, moves: bool) -> None:
    """CS-04: no part of an appointment is forgotten; not every point, since there are many."""
    point, was_killed, start = 1, True, stage.start
    while was_killed:
        start += timedelta(days=1 if start.weekday() < 4 else 3)
        made = stage.perm(start)
        ref = await stage.book(made)
        if moves:
            await stage.drained()
            ref = await stage.move(made, start + timedelta(minutes=30))
        was_killed = await killed_at(point, stage.worker.work_once())
        await stage.drained()
        assert (await stage.found(ref)).state is SyncState.SYNCED, f"killed at point {point}"
        point += 5
    assert point > 30
    assert await _posted_twice(stage) == []


async def _posted_twice(stage: "Stage") -> list[str]:
    """Phases that have more than one booking, cancelled ones included."""
    there = stage.cal.world.store.bookings.all()
    phases = Counter(one.metadata["rufbuch_phase"] for one in there if one.rescheduled_from is None)
    return [phase for phase, count in phases.items() if count > 1]
