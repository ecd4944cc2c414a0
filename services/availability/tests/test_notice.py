"""How far ahead a start must lie: ruled for the business, a branch, a service, a person; the nearest rule wins."""

from datetime import timedelta
from typing import Any

import pytest

from availability.testing.answers import changed, fault, hour_of, reason
from availability.testing.peers import RegistryPeer
from availability.testing.replicas import Running
from availability.testing.salon import at, explain, known, salon, search, stamp
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
FIVE_MINUTES = timedelta(minutes=5)
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


@pytest.mark.parametrize(
    ("policy", "services"), [(PERSON, ("cut",)), (SERVICE, ("cut", "colour")), (SERVICE, ("colour", "cut"))]
)
async def test_a_hold_that_is_over_is_not_taken_again_inside_the_notice(
    service: Running, registry: RegistryPeer, clock: SettableClock, policy: business_pb2.Policy,
    services: tuple[str, ...],
) -> None:  # fmt: skip
    """AV-07: of a visit, by the notice of each of its services."""
    business = salon()
    business.policies.append(policy)
    await changed(service, registry, business)
    start = at(8.25 + policy.min_notice_minutes / 60)
    clock.set(at(8))
    first, *more = map(known, services)
    asked = {"service_id": first, "more_service_ids": more, "person_id": known("anna")}
    offered = await service.stub.SearchSlots(search(start, call_id="a", **asked))
    clock.set(at(8.5))
    again = await service.stub.SearchSlots(search(start, **asked))
    assert again.outcome == pb.SEARCH_OUTCOME_TOO_SOON
    claim = pb.ClaimOptionRequest(
        tenant_id=known("salon"),
        branch_id=known("branch"),
        option_id=offered.options[0].option_id,
        call_id="a",
    )

    assert await reason(service.stub.ClaimOption(claim)) == "SLOT_NOT_BOOKABLE"


def hold_again(person: str = "anna") -> pb.HoldOptionsRequest:
    slot = pb.WantedSlot(service_id=known("cut"), person_id=known(person), start_time=stamp(at(13)))
    return pb.HoldOptionsRequest(
        tenant_id=known("salon"), branch_id=known("branch"), call_id="wait", slots=[slot], promised=True
    )


@pytest.fixture
async def offered_from_the_list(service: Running, registry: RegistryPeer, clock: SettableClock) -> pb.Option:
    """With Anna at 13, who wants to know five hours ahead, and five minutes before that."""
    business = salon()
    business.policies.append(PERSON)
    await changed(service, registry, business)
    clock.set(at(8) - FIVE_MINUTES)
    asked = search(person_id=known("anna"), call_id="wait", promised=True, max_options=1)
    asked.windows.add(start_time=stamp(at(13)), end_time=stamp(at(13.25)))
    found = await service.stub.SearchSlots(asked)
    assert found.outcome == pb.SEARCH_OUTCOME_AVAILABLE
    return found.options[0]


@pytest.mark.usefixtures("offered_from_the_list")
async def test_what_the_list_has_offered_is_kept_while_it_slips_into_the_notice(
    service: Running, clock: SettableClock
) -> None:
    """AV-07: somebody was told that it is free."""
    for minute in range(0, 300, 4):
        clock.set(at(8 + minute / 60))
        assert [option.start_time for option in (await service.stub.HoldOptions(hold_again())).options] == [
            stamp(at(13))
        ]
    clock.set(at(13) + FIVE_MINUTES)
    assert await reason(service.stub.HoldOptions(hold_again())) == "SLOT_TAKEN"


@pytest.mark.usefixtures("offered_from_the_list")
async def test_nobody_else_is_offered_what_has_slipped_into_the_notice(
    service: Running, clock: SettableClock
) -> None:
    clock.set(at(9))
    too_soon = await service.stub.SearchSlots(search(at(13), person_id=known("anna"), call_id="b"))
    again = hold_again()
    again.promised = False
    assert too_soon.outcome == pb.SEARCH_OUTCOME_TOO_SOON
    assert await reason(service.stub.HoldOptions(again)) == "SLOT_TAKEN"


@pytest.mark.parametrize(
    ("renewed", "hour", "expected"), [(False, 8.25, ""), (True, 8.25, ""), (True, 13.25, "PAST")]
)
async def test_a_lapsed_offer_of_the_list_is_taken_again_until_it_is_over(
    service: Running, clock: SettableClock, offered_from_the_list: pb.Option, renewed: bool, hour: float,
    expected: str,
) -> None:  # fmt: skip
    option = offered_from_the_list
    if renewed:
        clock.set(at(min(hour, 12)))
        option = (await service.stub.HoldOptions(hold_again())).options[0]
    clock.set(at(hour) + FIVE_MINUTES)
    claim = pb.ClaimOptionRequest(
        tenant_id=known("salon"), branch_id=known("branch"), option_id=option.option_id, call_id="wait"
    )
    if not expected:
        assert (await service.stub.ClaimOption(claim)).option.start_time == stamp(at(13))
    else:
        refused = await fault(service.stub.ClaimOption(claim))
        assert (refused.reason, refused.metadata) == ("SLOT_NOT_BOOKABLE", {"outcome": expected})


@pytest.mark.parametrize("needs_a_room", [True, False])
@pytest.mark.parametrize(
    ("person", "expected", "who"),
    [
        ("", pb.SEARCH_OUTCOME_AVAILABLE, "ben"),
        ("ben", pb.SEARCH_OUTCOME_AVAILABLE, "ben"),
        ("anna", pb.SEARCH_OUTCOME_TOO_SOON, "anna"),
    ],
)
async def test_one_persons_notice_hides_nobody_elses_times_also_where_a_room_is_needed(
    service: Running, registry: RegistryPeer, needs_a_room: bool, person: str,
    expected: pb.SearchOutcome.ValueType, who: str,
) -> None:  # fmt: skip
    business = salon()
    business.policies.append(business_pb2.Policy(person_id=known("anna"), min_notice_minutes=24 * 60))
    if needs_a_room:
        business.branches[0].resources.add(resource_id=known("basin"), key="basin", group="basins")
        business.services[0].phases[0].resource_groups.append("basins")
    await changed(service, registry, business)

    explained = await service.stub.ExplainSlot(explain(13, person_id=person and known(person)))
    found = await service.stub.SearchSlots(search(at(13), person_id=person and known(person), call_id="a"))

    assert found.outcome == expected
    assert {option.person_id for option in found.options} == {known(who)}
    assert {hour_of(option.start_time) >= 24 + 7 for option in found.options} == {who == "anna"}
    assert explained.free == (expected == pb.SEARCH_OUTCOME_AVAILABLE)


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


async def test_the_parts_of_a_visit_go_to_those_whose_notice_allows_it(
    service: Running, registry: RegistryPeer
) -> None:
    """Anna takes colours a day ahead alone: she cuts, and Ben, who does not cut, colours."""
    business = salon()
    business.people[1].bookable_service_ids[:] = [known("colour")]
    late = business_pb2.Policy(
        service_id=known("colour"), person_id=known("anna"), min_notice_minutes=24 * 60
    )
    business.policies.append(late)
    await changed(service, registry, business)

    found = await service.stub.SearchSlots(search(at(13), more_service_ids=[known("colour")], call_id="a"))

    (option,) = found.options
    assert [phase.person_id for phase in option.phases] == [known("anna"), *[known("ben")] * 3]
