"""What is not as it should be can be alarmed about: how many, and for how long."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from calcom_sync.storage.troubles import SqlTroubles
from rufbuch.staff.v1 import business_pb2

if TYPE_CHECKING:
    from conftest import Stage

HOUR = timedelta(hours=1)


def _metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"rufbuch_calcom_sync_{name}", labels) or 0


async def _told(stage: "Stage") -> dict[str, tuple[int, int]]:
    """By state: how many, and for how many seconds the oldest."""
    now = stage.cal.clock.now()
    await stage.worker.troubles.tell(now)
    found = await SqlTroubles(stage.pool).found(now)
    for state, trouble in found.items():
        assert _metric("unsettled", state=state) == trouble.count
        assert _metric("oldest_seconds", state=state) == (now - trouble.since).total_seconds()
    return {state: (one.count, int((now - one.since).total_seconds())) for state, one in found.items()}


async def test_what_is_synced_is_no_trouble(stage: "Stage") -> None:
    await stage.settled(await stage.book())
    assert await _told(stage) == {}
    assert _metric("oldest_seconds", state="unknown") == 0


async def test_what_nobody_works_at_is_noticed(stage: "Stage") -> None:
    """CS-09: 25 appointments were pending for five days, and nobody noticed."""
    await stage.book()
    stage.cal.clock.advance(timedelta(minutes=4))
    assert await _told(stage) == {"pending": (4, 240)}
    stage.cal.clock.advance(timedelta(minutes=56))
    assert await _told(stage) == {"pending": (4, 3600), "stuck": (4, 3600)}


async def test_what_is_made_anew_after_long_is_not_stuck_since_it_was_booked(stage: "Stage") -> None:
    ref = await stage.book(stage.perm(stage.start + timedelta(days=7)))
    found = await stage.settled(ref)
    stage.cal.world.store.bookings.remove(found.intents[0].booking_uid)
    stage.cal.clock.advance(timedelta(days=2))
    await stage.parts.backing.surveyor.round()
    assert (await _told(stage)).keys() == {"pending"}


async def test_an_outcome_that_stays_unknown_is_noticed(stage: "Stage") -> None:
    await stage.cal.fault("server_error", count=4)
    await stage.book()
    await stage.worker.work_once()
    stage.cal.clock.advance(HOUR)
    assert await _told(stage) == {"unknown": (4, 3600), "stuck": (4, 3600)}


async def test_a_failure_and_a_part_that_is_left_are_noticed(stage: "Stage") -> None:
    """CS-04: partial is a state of its own, and alarms."""
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T09:30:00Z")
    await stage.cal.fault("server_error", "/cancel$", count=1000)
    ref = await stage.book()
    for _ in range(12):
        await stage.worker.work_once()
        due = (await stage.found(ref)).next_due
        stage.cal.clock.set(max(due or stage.cal.clock.now(), stage.cal.clock.now()))
    told = await _told(stage)
    assert told["failed"][0] == 1
    assert told["partial"][0] == 1
    assert _metric("open_cases", kind="taken") == 1


async def test_what_was_cancelled_there_in_part_is_partial(stage: "Stage") -> None:
    stage.registry.calendar_terms.cancelled_there = business_pb2.CANCELLED_THERE_CASE
    ref = await stage.book()
    await stage.cal.cancel((await stage.settled(ref)).intents[1].booking_uid)
    stage.cal.clock.advance(timedelta(minutes=20))
    await stage.parts.backing.surveyor.round()
    stage.cal.clock.advance(HOUR)
    assert await _told(stage) == {"partial": (1, 3600)}


@pytest.mark.parametrize("how", ["called off", "past"])
async def test_what_is_over_is_no_trouble(stage: "Stage", how: str) -> None:
    stage.registry.mappings.clear()
    made = stage.perm()
    ref = await stage.book(made)
    await stage.settled(ref)
    assert await _told(stage) == {"failed": (4, 0), "stuck": (4, 0)}
    if how == "past":
        stage.cal.clock.advance(timedelta(days=3))
    else:
        await stage.call_off(made)
    assert await _told(stage) == {}


async def test_what_is_tried_again_and_again_in_vain_is_stuck_since_the_beginning(stage: "Stage") -> None:
    """Unknown, sent again, unknown once more: each turn is young, and nobody would ever hear of it (CS-09)."""
    await stage.cal.fault("server_error", count=100_000)
    await stage.book()
    for _ in range(20):
        await stage.worker.work_once()
        stage.cal.clock.advance(timedelta(minutes=1))
        many, seconds = (await _told(stage))["stuck"]
    assert (many, seconds) == (4, 20 * 60)
