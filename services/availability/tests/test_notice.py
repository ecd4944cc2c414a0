"""How far ahead a start must lie: ruled for the business, a branch, a service, a person; the nearest rule wins."""

from typing import Any

import pytest

from availability.testing.answers import changed, reason
from availability.testing.peers import RegistryPeer
from availability.testing.replicas import Running
from availability.testing.salon import at, explain, known, salon, search
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.staff.v1 import business_pb2

WIDE = business_pb2.Policy(min_notice_minutes=120)
BRANCH = business_pb2.Policy(branch_id=known("branch"), min_notice_minutes=180)
SERVICE = business_pb2.Policy(service_id=known("cut"), min_notice_minutes=240)
PERSON = business_pb2.Policy(person_id=known("anna"), min_notice_minutes=300)
BOTH = business_pb2.Policy(service_id=known("cut"), person_id=known("anna"), min_notice_minutes=0)
ELSEWHERE = business_pb2.Policy(service_id=known("colour"), min_notice_minutes=600)
OF_ANOTHER = business_pb2.Policy(person_id=known("ben"), min_notice_minutes=600)
SILENT = business_pb2.Policy(person_id=known("anna"), moves_max=1)


@pytest.mark.parametrize(
    ("policies", "of_the_service", "notice"),
    [
        ([], None, 60),
        ([WIDE], None, 120),
        ([WIDE, BRANCH], None, 180),
        ([SERVICE, BRANCH, WIDE], None, 240),
        ([WIDE, PERSON, SERVICE], None, 300),
        ([PERSON, BOTH], None, 0),
        ([ELSEWHERE, OF_ANOTHER, SILENT], None, 60),
        ([WIDE, BRANCH], 30, 30),
        ([SERVICE], 30, 240),
        ([PERSON], 30, 300),
    ],
)
async def test_the_nearest_rule_binds_search_explanation_and_claim_alike(
    service: Running, registry: RegistryPeer, clock: SettableClock, policies: list[business_pb2.Policy],
    of_the_service: int | None, notice: int,
) -> None:  # fmt: skip
    """AV-07: the same rule before anybody says yes."""
    business = salon()
    business.policies.extend(policies)
    if of_the_service is not None:
        business.services[0].min_notice_minutes = of_the_service
    await changed(service, registry, business)
    clock.set(at(9))
    first, before = at(9 + notice / 60), at(9 + notice / 60 - 0.25)
    of_anna: dict[str, Any] = {"person_id": known("anna")}

    free = await service.stub.SearchSlots(search(first, **of_anna))
    too_soon = await service.stub.SearchSlots(search(before, **of_anna))
    explained = await service.stub.ExplainSlot(
        explain(9 + notice / 60 - 0.25, person_id=known("anna"), language="en")
    )

    assert free.outcome == pb.SEARCH_OUTCOME_AVAILABLE
    assert too_soon.outcome == (pb.SEARCH_OUTCOME_TOO_SOON if notice else pb.SEARCH_OUTCOME_PAST)
    assert too_soon.min_notice_minutes == notice
    kinds = [blocker.kind for blocker in explained.blockers]
    assert kinds == [pb.BLOCKER_KIND_NOTICE if notice else pb.BLOCKER_KIND_PAST]


async def test_a_hold_that_is_over_is_not_taken_again_inside_the_notice(
    service: Running, registry: RegistryPeer, clock: SettableClock
) -> None:
    business = salon()
    business.policies.append(PERSON)
    await changed(service, registry, business)
    clock.set(at(8))
    offered = await service.stub.SearchSlots(search(at(13.25), person_id=known("anna"), call_id="a"))
    clock.set(at(8.5))
    claim = pb.ClaimOptionRequest(
        tenant_id=known("salon"),
        branch_id=known("branch"),
        option_id=offered.options[0].option_id,
        call_id="a",
    )

    assert await reason(service.stub.ClaimOption(claim)) == "SLOT_NOT_BOOKABLE"


async def test_of_two_who_could_the_one_who_takes_it_sooner_is_offered_and_named(
    service: Running, registry: RegistryPeer, clock: SettableClock
) -> None:
    business = salon()
    business.policies.append(PERSON)
    await changed(service, registry, business)
    clock.set(at(9))

    free = await service.stub.SearchSlots(search(at(10.5), call_id="a"))
    too_soon = await service.stub.SearchSlots(search(at(9.5)))

    assert [option.person_id for option in free.options] == [known("ben")]
    assert (too_soon.outcome, too_soon.min_notice_minutes) == (pb.SEARCH_OUTCOME_TOO_SOON, 60)


async def test_a_visit_passes_over_nobodys_notice(
    service: Running, registry: RegistryPeer, clock: SettableClock
) -> None:
    business = salon()
    business.policies.append(business_pb2.Policy(service_id=known("colour"), min_notice_minutes=180))
    await changed(service, registry, business)
    clock.set(at(9))
    visit: dict[str, Any] = {"more_service_ids": [known("colour")]}

    too_soon = await service.stub.SearchSlots(search(at(11), **visit))
    free = await service.stub.SearchSlots(search(at(12), **visit))

    assert (too_soon.outcome, too_soon.min_notice_minutes) == (pb.SEARCH_OUTCOME_TOO_SOON, 180)
    assert free.outcome == pb.SEARCH_OUTCOME_AVAILABLE
