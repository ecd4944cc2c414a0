"""Two rows are two again only where both as they were are sound beside what has come since."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from desk import Desk, seated, twice

from chassis.grpc_client import Fault, fault_of
from rufbuch.staff.v1 import resolution_pb2
from staff_registry.domain.business import Account, Business, PhaseMinutes
from staff_registry.usecases.saga import LONGEST_PAUSE, Saga
from staff_registry.wire.describing import request_for

if TYPE_CHECKING:
    from conftest import Running


async def merged(desk: Desk) -> resolution_pb2.Resolution:
    plan = await desk.plan("Merge")
    staying = resolution_pb2.CHOICE_KEEP_STAYING
    decisions = [resolution_pb2.Decision(subject=each.subject, choice=staying) for each in plan.conflicts]
    made = await desk.apply("Merge", etag=plan.etag, decisions=decisions)
    await desk.work()
    return made


async def refused(desk: Desk, made: resolution_pb2.Resolution) -> Fault:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await desk.undo(made)
    return fault_of(error.value)


async def test_not_where_the_key_of_an_account_is_a_colleagues_by_now(
    registry: "Running", salon: Business
) -> None:
    desk = await seated(registry, twice(salon, accounts=("anna", "anna")))
    made = await merged(desk)
    colleague = replace(
        salon.people[1],
        key="nora",
        name="Nora",
        accounts=(Account("anna-2", "nora", "nora@example.org", "cal_n"),),
    )
    later = replace(salon, people=(colleague,), mappings=(), policies=())
    await registry.stub.ImportBusiness(request_for(later))
    fault = await refused(desk, made)
    assert fault.reason == "NOT_UNDOABLE"
    assert any("people[nora].accounts[0].key" in reason for reason in fault.metadata.values())
    assert registry.peers.separated == set()
    # Nothing has begun, so nothing is locked.
    later = replace(salon, name="Salon Ulme", people=(), services=(), mappings=(), policies=())
    assert (await registry.stub.ImportBusiness(request_for(later))).changed
    assert (await desk.get(made)).state == resolution_pb2.RESOLUTION_STATE_APPLIED


async def test_not_where_a_service_has_lost_what_one_of_them_takes_longer_for(
    registry: "Running", salon: Business
) -> None:
    perm = salon.services[0]
    mappings = tuple(each for each in salon.mappings if each.service_key != perm.key)
    business = twice(replace(salon, mappings=mappings), accounts=("anna", "anna"))
    perm = next(each for each in business.services if each.key == perm.key)
    people = tuple(
        replace(each, phase_minutes=(PhaseMinutes(perm.key, 2, 45),)) if each.key == "anna-2" else each
        for each in business.people
    )
    desk = await seated(registry, replace(business, people=people))
    made = await merged(desk)
    shorter = replace(perm, phases=perm.phases[:1])
    later = replace(salon, services=(shorter,), people=(), mappings=(), policies=())
    await registry.stub.ImportBusiness(request_for(later))
    fault = await refused(desk, made)
    assert fault.reason == "NOT_UNDOABLE"
    assert any("people[anna-2].phase_minutes[0]" in reason for reason in fault.metadata.values())


@dataclass
class _Broken:
    """Progress whose database refuses, for as long as it is broken."""

    real: Any
    broken: bool = True

    def resolving(self) -> Any:
        if self.broken:
            raise LookupError("a row that nobody expected\nDETAIL: Anna Beispiel")
        return self.real.resolving()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


async def test_what_nobody_foresaw_stands_at_its_step_and_is_tried_again(desk: Desk) -> None:
    made = await desk.apply()
    saga = desk.registry.parts.saga
    progress = _Broken(saga.progress)
    broken: Saga = replace(saga, progress=progress)
    assert await broken.work_once()
    (step,) = [each for each in (await desk.get(made)).steps if each.last_error]
    assert (step.last_error, step.attempts, step.done) == (
        "LookupError: a row that nobody expected",
        1,
        False,
    )
    assert not await broken.work_once()  # not at once
    progress.broken = False
    desk.registry.clock.advance(LONGEST_PAUSE)
    await desk.work(broken)
    assert (await desk.get(made)).state == resolution_pb2.RESOLUTION_STATE_APPLIED
