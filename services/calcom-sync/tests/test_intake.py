"""Events that come together are taken in together: each once, in order, whatever ends the process or comes again."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from killing import killed_at
from peers import BRANCH, PERSON, TENANT, booked_event
from prometheus_client import REGISTRY

from calcom_sync.consumer import event_of
from calcom_sync.domain.appointment import Plan, SyncState
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.usecases.plan_ahead import planned_ahead
from calcom_sync.usecases.take_in import Event, NoConcern, NotUnderstood, in_turns
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from conftest import Stage

MANY = 6


def _made(stage: "Stage", many: int = MANY) -> list[appointment_pb2.Appointment]:
    """One a day."""
    return [stage.short(stage.start + timedelta(days=number)) for number in range(many)]


def _events(stage: "Stage", made: Sequence[appointment_pb2.Appointment], *, first: int = 1) -> list[Event]:
    told = [event_of(booked_event(one, str(number))) for number, one in enumerate(made, first)]
    return [planned_ahead(one, stage.directory, stage.cal.clock.now()) for one in told]


async def _count(stage: "Stage") -> tuple[int, int, int]:
    row = await stage.pool.fetchrow(
        "SELECT (SELECT count(*) FROM appointment), (SELECT count(*) FROM intent), (SELECT count(*) FROM job)"
    )
    assert row
    appointments, intents, jobs = row
    return appointments, intents, jobs


def _counted(state: str) -> float:
    return REGISTRY.get_sample_value("rufbuch_calcom_sync_settled_total", {"state": state}) or 0


async def _remembers(stage: "Stage") -> None:
    """The business was asked for a moment ago."""
    await stage.directory.setup(TENANT)


@pytest.mark.parametrize("planned", [True, False])
async def test_wherever_the_process_is_killed_all_of_them_are_taken_in_once(
    stage: "Stage", *, planned: bool
) -> None:
    """The reader goes on from the stored position: either all of it was stored, or nothing was."""
    if planned:
        await _remembers(stage)
    point, was_killed, there = 0, True, 0
    while was_killed:
        point += 1
        events = _events(stage, _made(stage), first=there + 1)
        was_killed = await killed_at(point, stage.intake.record_all(events, stage.cal.clock.now()))
        # What was asked for goes on at the server for a moment.
        await asyncio.sleep(0.05)
        stored = await stage.intake.position() == events[-1].position
        assert await _count(stage) == ((there + MANY * stored),) * 3
        again = await stage.intake.record_all(events, stage.cal.clock.now())
        assert again == [not stored] * MANY
        there += MANY
        assert await _count(stage) == (there,) * 3
    assert point > 3


@pytest.mark.parametrize("planned", [True, False])
async def test_a_process_with_an_old_position_changes_nothing(stage: "Stage", *, planned: bool) -> None:
    if planned:
        await _remembers(stage)
    made = _made(stage)
    await stage.intake.record_all(_events(stage, made), stage.cal.clock.now())
    await stage.drained()
    standing = await stage.standing()

    late = [
        await stage.intake.record_all(_events(stage, made)[at : at + 4], stage.cal.clock.now())
        for at in (0, 2)
    ]

    assert late == [[False] * 4] * 2
    await stage.drained()
    assert await stage.standing() == standing
    assert await stage.posts() == MANY


@pytest.mark.parametrize("planned", [True, False])
async def test_two_replicas_at_the_same_log_take_each_event_in_once(stage: "Stage", *, planned: bool) -> None:
    """They cut it into other pieces, and wait for each other at most."""
    if planned:
        await _remembers(stage)
    events = _events(stage, _made(stage, 24))

    async def follow(together: int) -> int:
        intake, new = SqlIntake(stage.pool), 0
        for at in range(0, len(events), together):
            new += sum(await intake.record_all(events[at : at + together], stage.cal.clock.now()))
        return new

    found = await asyncio.gather(follow(5), follow(7), follow(1))

    assert sum(found) == 24
    assert await _count(stage) == (24, 24, 24)
    assert await stage.intake.position() in {"20", "24"}


async def test_one_that_cannot_be_holds_up_none_of_the_others_and_is_kept_in_its_place(
    stage: "Stage",
) -> None:
    made = _made(stage)
    made[2].phases[0].end_time.CopyFrom(made[2].phases[0].start_time)
    made[4].branch_id = ""
    told = [booked_event(one, str(number)) for number, one in enumerate(made, 1)]

    await stage.consumer._take_in(told)

    assert (await _count(stage))[0] == MANY - 2
    kept = await stage.pool.fetch("SELECT position, body FROM skipped_event ORDER BY position")
    assert [row["position"] for row in kept] == ["3", "5"]
    assert service_pb2.WatchEventsResponse.FromString(kept[0]["body"]) == told[2]
    assert await stage.intake.position() == str(MANY)


async def test_what_happens_to_an_appointment_keeps_its_order_within_what_came_together(
    stage: "Stage",
) -> None:
    """A booking that is cancelled at once never gets to Cal.com; one that is moved at once gets there once."""
    await _remembers(stage)
    first, second, third = _made(stage, 3)
    later = stage.short(stage.start + timedelta(days=7))
    later.rescheduled_from_id = second.appointment_id
    told = [
        booked_event(first, "1"),
        booked_event(second, "2"),
        service_pb2.WatchEventsResponse(
            position="3", appointment_cancelled=service_pb2.AppointmentCancelled(appointment=first)
        ),
        service_pb2.WatchEventsResponse(
            position="4",
            appointment_rescheduled=service_pb2.AppointmentRescheduled(previous=second, appointment=later),
        ),
        booked_event(third, "5"),
    ]

    await stage.consumer._take_in(told)
    await stage.drained()

    states = [(await stage.found(stage.ref(one))).state for one in (first, second, later, third)]
    assert states == [SyncState.CANCELLED, SyncState.CANCELLED, SyncState.SYNCED, SyncState.SYNCED]
    assert len(await stage.standing()) == 2
    assert await stage.posts() == 2


def test_what_changes_an_appointment_that_is_there_is_stored_for_itself(stage: "Stage") -> None:
    made = _made(stage, 3)
    moved = service_pb2.AppointmentRescheduled(previous=made[0], appointment=made[2])
    events = [
        event_of(booked_event(made[0], "1")),
        Event("2", "", NoConcern()),
        event_of(booked_event(made[1], "3")),
        event_of(service_pb2.WatchEventsResponse(position="4", appointment_rescheduled=moved)),
        Event("5", "", NotUnderstood(b"")),
        Event("6", "", NoConcern()),
    ]

    turns = [[event.position for event in together] for together in in_turns(events)]

    assert turns == [["1", "2", "3"], ["4"], ["5"], ["6"]]


async def test_what_is_remembered_of_the_business_plans_the_appointment_at_once(stage: "Stage") -> None:
    """Its job has only to ask Cal.com: nobody else is asked, and nothing is looked up twice."""
    await _remembers(stage)
    asked, counted = stage.registry.asked, _counted("pending")

    ref = await stage.book()
    found = await stage.found(ref)

    assert _counted("pending") == counted + len(found.intents)
    assert (found.plan, found.time_zone, found.language) == (Plan.MADE, "Europe/Berlin", "de")
    assert all(one.account_id and one.event_type_id and one.due_at for one in found.intents)
    assert stage.registry.asked == asked
    assert (await stage.settled(ref)).state is SyncState.SYNCED


async def test_of_a_business_that_copies_nothing_no_job_is_left(stage: "Stage") -> None:
    stage.registry.calendar_sync = False
    await _remembers(stage)

    ref = await stage.book()
    found = await stage.found(ref)

    assert (found.plan, found.state, found.next_due) == (Plan.NOT_NEEDED, SyncState.NOT_NEEDED, None)
    assert await stage.pool.fetchval("SELECT count(*) FROM job") == 0


async def test_a_moved_appointment_of_a_business_that_copies_nothing_any_more_takes_its_copy_along(
    stage: "Stage",
) -> None:
    """Whoever switches the copies off still has those that were made before."""
    made, _ = await stage.booked()
    await stage.drained()
    stage.registry.calendar_sync = False
    stage.directory.forget(TENANT)
    await _remembers(stage)

    await stage.move(made, stage.start + timedelta(days=1))
    await stage.drained()

    assert await stage.standing() == {}


def _no_mapping(stage: "Stage") -> None:
    stage.registry.mappings.pop()


def _unknown_branch(stage: "Stage") -> None:
    pass


@pytest.mark.parametrize(
    ("spoil", "branch", "case"),
    [(_no_mapping, str(BRANCH), "no_mapping"), (_unknown_branch, str(PERSON), "business_unknown")],
)
async def test_what_goes_nowhere_is_planned_by_its_job_and_becomes_a_case(
    stage: "Stage", spoil: Any, branch: str, case: str
) -> None:
    spoil(stage)
    await _remembers(stage)
    made = stage.perm()
    made.branch_id = branch

    ref = await stage.book(made)
    assert (await stage.found(ref)).plan is Plan.OPEN
    await stage.drained()

    assert set(await stage.cases()) == {case}
    assert await stage.standing() == {}


@pytest.mark.parametrize("how", ["changed", "old", "away"])
async def test_what_may_be_wrong_by_now_plans_nothing_at_once(stage: "Stage", how: str) -> None:
    """And taking an event in waits for no other service."""
    await _remembers(stage)
    if how == "old":
        stage.cal.clock.advance(timedelta(seconds=60))
    else:
        stage.directory.forget(TENANT)
    stage.registry.away = how == "away"
    asked = stage.registry.asked

    ref = await stage.book()

    assert (await stage.found(ref)).plan is Plan.OPEN
    assert stage.registry.asked == asked


@pytest.mark.parametrize("point", range(1, 40, 4))
async def test_a_worker_that_is_killed_at_what_was_planned_at_once_leaves_nothing_lying(
    stage: "Stage", point: int
) -> None:
    await _remembers(stage)
    ref = await stage.book()

    await killed_at(point, stage.worker.work_once())
    await stage.drained()

    assert await stage.is_right(ref)
    assert await stage.cases() == []
