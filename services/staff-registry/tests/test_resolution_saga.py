"""Whoever makes two rows one human is killed at every step, and another one goes on (SR-01)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from rufbuch.staff.v1 import resolution_pb2
from staff_registry.domain.resolution import STEPS, State, StepName
from staff_registry.testing.killing import Death, Killed, Mortal, deaths
from staff_registry.usecases.saga import LEASE, Saga

if TYPE_CHECKING:
    from desk import Desk


@pytest.mark.parametrize(
    ("state", "death"), [(state, death) for state in STEPS for death in deaths(state)], ids=str
)
async def test_killed_anywhere_and_started_again_nothing_is_lost_or_doubled(
    desk: "Desk", state: State, death: Death
) -> None:
    """Every step there is, also one that comes later; the lease of the dead has to run out first."""
    untouched = await desk.now()
    made = await desk.apply()
    if state is State.UNDOING:
        await desk.work()
        await desk.undo(made)
    desk.registry.peers.heard[UUID(desk.person("anna-2"))] = desk.person("anna")
    mortal = Mortal(desk.registry.parts.resolutions, [death], lease_max=LEASE)
    saga = desk.registry.parts.saga
    with pytest.raises(Killed):
        await replace(saga, progress=mortal).work_once()
    assert not await saga.work_once()
    desk.registry.clock.advance(LEASE)
    await desk.work()
    now = await desk.now()
    assert len(now.mappings) == len(untouched.mappings)
    if state is State.APPLYING:
        assert (await desk.get(made)).state == resolution_pb2.RESOLUTION_STATE_APPLIED
        assert {account.key for account in (await desk.anna()).accounts} == {"anna", "anna-2"}
        assert len(desk.registry.peers.united) == len(desk.registry.peers.reassigned) == 1
    else:
        untouched.etag = now.etag
        assert now == untouched
    assert all(step.done for step in (await desk.get(made)).steps)


async def test_several_workers_do_each_step_once(desk: "Desk") -> None:
    made = await desk.apply()
    desk.registry.peers.heard[UUID(desk.person("anna-2"))] = desk.person("anna")
    # The lease is over at once, so that all of them take it.
    saga = replace(
        desk.registry.parts.saga, progress=Mortal(desk.registry.parts.resolutions, [], lease_max=timedelta())
    )
    await asyncio.gather(*(saga.work_once() for _ in range(4)))
    await desk.work()
    done = await desk.get(made)
    assert done.state == resolution_pb2.RESOLUTION_STATE_APPLIED
    assert [step.attempts for step in done.steps] == [1] * len(STEPS[State.APPLYING])
    assert len((await desk.anna()).accounts) == 2


def test_every_step_that_there_is_is_carried_out() -> None:
    assert set(Saga._does) == {step for steps in STEPS.values() for step in steps} == set(StepName)
