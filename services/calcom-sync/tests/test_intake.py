"""Events that come together are taken in together: each once, in order, whatever ends the process or comes again."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from killing import killed_at
from peers import BRANCH, PERSON, TENANT, booked_event, named
from prometheus_client import REGISTRY

from calcom_sync.consumer import event_of
from calcom_sync.domain.appointment import Plan, SyncState
from calcom_sync.domain.setup import Setup
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.usecases import plan_ahead
from calcom_sync.usecases.plan_ahead import planned_ahead
from calcom_sync.usecases.ports import Directory
from calcom_sync.usecases.take_in import Event, NoConcern, NotUnderstood, in_turns
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from conftest import Stage

MANY = 6


def _made(stage: "Stage", many: int = MANY) -> list[appointment_pb2.Appointment]:
    """One after the other."""
    return [stage.short(stage.start + timedelta(minutes=10 * number)) for number in range(many)]


async def _events(
    stage: "Stage", made: Sequence[appointment_pb2.Appointment], *, planned: bool, first: int = 1
) -> list[Event]:
    told = [event_of(booked_event(one, str(number))) for number, one in enumerate(made, first)]
    return await planned_ahead(told, stage.directory, stage.cal.clock.now()) if planned else told


async def _count(stage: "Stage") -> tuple[int, int, int]:
    row = await stage.pool.fetchrow(
        "SELECT (SELECT count(*) FROM appointment), (SELECT count(*) FROM intent), (SELECT count(*) FROM job)"
    )
    assert row
    appointments, intents, jobs = row
    return appointments, intents, jobs


def _counted(state: str) -> float:
    return REGISTRY.get_sample_value("rufbuch_calcom_sync_settled_total", {"state": state}) or 0


@pytest.mark.parametrize("planned", [True, False])
async def test_wherever_the_process_is_killed_all_of_them_are_taken_in_once(
    stage: "Stage", *, planned: bool
) -> None:
    """The reader goes on from the stored position: either all of it was stored, or nothing was."""
    point, was_killed, there = 0, True, 0
    while was_killed:
        point += 1
        events = await _events(stage, _made(stage), planned=planned, first=there + 1)
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
    events = await _events(stage, _made(stage), planned=planned)
    await stage.intake.record_all(events, stage.cal.clock.now())
    await stage.drained()
    standing = await stage.standing()

    late = [await stage.intake.record_all(events[at : at + 4], stage.cal.clock.now()) for at in (0, 2)]

    assert late == [[False] * 4] * 2
    await stage.drained()
    assert await stage.standing() == standing
    assert await stage.posts() == MANY


@pytest.mark.parametrize("planned", [True, False])
async def test_two_replicas_at_the_same_log_take_each_event_in_once(stage: "Stage", *, planned: bool) -> None:
    """They cut it into other pieces, and wait for each other at most."""
    events = await _events(stage, _made(stage, 24), planned=planned)

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


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes longer to ask the registry than an event waits for that."""
    monkeypatch.setattr(plan_ahead, "WITHIN_S", 10.0)


@pytest.mark.usefixtures("patient")
async def test_an_appointment_is_planned_as_it_is_taken_in(stage: "Stage") -> None:
    """Its job has only to ask Cal.com."""
    counted = _counted("pending")

    ref = await stage.book()
    found = await stage.found(ref)

    assert _counted("pending") == counted + len(found.intents)
    assert (found.plan, found.time_zone, found.language) == (Plan.MADE, "Europe/Berlin", "de")
    assert all(one.account_id and one.event_type_id and one.due_at for one in found.intents)
    assert (await stage.settled(ref)).state is SyncState.SYNCED


@pytest.mark.usefixtures("patient")
async def test_of_a_business_that_copies_nothing_no_job_is_left(stage: "Stage") -> None:
    stage.registry.calendar_sync = False

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
    made = stage.perm()
    made.branch_id = branch

    ref = await stage.book(made)
    assert (await stage.found(ref)).plan is Plan.OPEN
    await stage.drained()

    assert set(await stage.cases()) == {case}
    assert await stage.standing() == {}


async def test_an_event_is_taken_in_though_nobody_says_anything_about_the_business(stage: "Stage") -> None:
    stage.registry.away = True

    ref = await stage.book()
    assert (await stage.found(ref)).plan is Plan.OPEN
    stage.registry.away = False

    assert (await stage.settled(ref)).state is SyncState.SYNCED


@dataclass
class Hanging:
    """A registry that is there and says nothing."""

    directory: Directory
    asked: int = 0

    async def setup(self, tenant_id: UUID) -> Setup | None:
        self.asked += 1
        await asyncio.Event().wait()
        return await self.directory.setup(tenant_id)

    async def tenants(self) -> list[UUID]:
        return await self.directory.tenants()

    def forget(self, tenant_id: UUID) -> None:
        self.directory.forget(tenant_id)


async def test_a_registry_that_hangs_holds_up_what_came_together_once_and_briefly(stage: "Stage") -> None:
    stage.consumer._directory = hanging = Hanging(stage.directory)
    told = [booked_event(one, str(number)) for number, one in enumerate(_made(stage), 1)]
    began = time.monotonic()

    await stage.consumer._take_in(told)

    assert hanging.asked == 1
    assert time.monotonic() - began < 4
    assert await stage.pool.fetchval("SELECT count(*) FROM appointment WHERE plan = 'open'") == MANY
    await stage.drained()
    assert len(await stage.standing()) == MANY


@pytest.mark.parametrize("point", range(1, 40, 4))
@pytest.mark.parametrize("planned", [True, False])
async def test_a_worker_that_is_killed_leaves_nothing_lying_however_it_was_planned(
    stage: "Stage", point: int, *, planned: bool
) -> None:
    made = stage.perm()
    await stage.intake.record_all(await _events(stage, [made], planned=planned), stage.cal.clock.now())

    await killed_at(point, stage.worker.work_once())
    await stage.drained()

    assert await stage.is_right(stage.ref(made))
    assert await stage.cases() == []


async def test_a_registry_that_hangs_does_not_hold_up_each_of_what_is_stored_for_itself(
    stage: "Stage",
) -> None:
    """Ten calls a second that were called off again would have fallen behind for as long as it hung."""
    stage.consumer._directory = hanging = Hanging(stage.directory)
    told: list[service_pb2.WatchEventsResponse] = []
    for one in _made(stage, 20):
        told.append(booked_event(one, str(len(told) + 1)))
        called_off = service_pb2.AppointmentCancelled(appointment=one)
        told.append(
            service_pb2.WatchEventsResponse(position=str(len(told) + 1), appointment_cancelled=called_off)
        )

    await stage.consumer._take_in(told)

    assert hanging.asked == 1
    assert await stage.intake.position() == "40"


async def test_a_business_that_is_told_as_none_can_be_holds_up_no_other(stage: "Stage") -> None:
    """Its jobs fail; where its events did, nothing of any business reached Cal.com any more."""
    stage.registry.others.append(other := named("another business"))
    stage.registry.unreadable.append(other)
    theirs, ours = _made(stage, 2)
    theirs.tenant_id = str(other)

    await stage.consumer._take_in([booked_event(theirs, "1"), booked_event(ours, "2")])

    plans = {ref: (await stage.found(ref)).plan for ref in map(stage.ref, (theirs, ours))}
    assert list(plans.values()) == [Plan.OPEN, Plan.MADE]
    assert await stage.intake.position() == "2"
