"""What a search vouches for is what a claim would answer, for as long as nothing else could come of it."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from availability.domain.holds import HoldRules
from availability.testing.answers import changed
from availability.testing.peers import RegistryPeer
from availability.testing.replicas import Running
from availability.testing.salon import at, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb

TODAY = pb.TimeWindow(start_time=stamp(at(0)), end_time=stamp(at(24)))


def vouched(option: pb.Option) -> pb.Voucher:
    return pb.Voucher.FromString(option.voucher)


@pytest.mark.parametrize("more", [(), ("colour",)], ids=["one service", "a visit"])
async def test_a_voucher_says_what_a_claim_would_answer(
    service: Running, clock: SettableClock, more: tuple[str, ...]
) -> None:
    asked = search(at(13), call_id="a", more_service_ids=map(known, more))
    (option,) = (await service.stub.SearchSlots(asked)).options
    voucher = vouched(option)

    claimed = await service.stub.ClaimOption(
        pb.ClaimOptionRequest(
            tenant_id=known("salon"), branch_id=known("branch"), option_id=option.option_id, call_id="a"
        )
    )

    voucher.option.ClearField("hold_expire_time")
    assert (voucher.option, voucher.service_name) == (claimed.option, claimed.service_name)
    assert (voucher.tenant_id, voucher.call_id) == (known("salon"), "a")
    assert voucher.valid_until_time.ToDatetime(UTC) == clock.now() + HoldRules().vouched


async def test_a_voucher_is_over_before_the_hold(registry: RegistryPeer, service: Running) -> None:
    short = salon()
    for branch in short.branches:
        branch.hold_seconds = 30
    await changed(service, registry, short)

    found = await service.stub.SearchSlots(search(at(13), call_id="a"))

    until = vouched(found.options[0]).valid_until_time.ToDatetime(UTC)
    assert until == found.options[0].hold_expire_time.ToDatetime(UTC) - HoldRules().outlasting


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"call_id": "a", "moved_appointment_id": known("an appointment")},
        {"call_id": "a", "promised": True},
    ],
    ids=["held for nobody", "for a move", "promised"],
)
async def test_what_has_to_be_claimed_comes_without(service: Running, asked: dict[str, Any]) -> None:
    found = await service.stub.SearchSlots(search(at(13), **asked))
    assert [option.voucher for option in found.options] == [b""]


async def test_the_places_of_a_day_are_claimed_before_they_are_booked(
    service: Running, registry: RegistryPeer
) -> None:
    """A place would count twice where its appointment was seen before its claim: the day would be said to be full."""
    business = salon()
    for each in business.services:
        each.daily_cap = 2
    await changed(service, registry, business)

    found = await service.stub.SearchSlots(search(at(13), call_id="a"))

    assert [option.voucher for option in found.options] == [b""]


async def test_what_is_offered_without_being_held_is_claimed_first(
    service: Running, clock: SettableClock
) -> None:
    asked = search(at(13), person_id=known("anna"))
    for call in range(6):
        asked.call_id = f"c-{call}"
        await service.stub.SearchSlots(asked)
        clock.advance(timedelta(minutes=5))
    asked.call_id = "erika"

    found = await service.stub.SearchSlots(asked)

    assert found.hold_state == pb.HOLD_STATE_NOT_KEPT
    assert [option.voucher for option in found.options] == [b""]


@pytest.mark.parametrize("seconds", [1, 15])
async def test_a_hold_that_is_over_so_soon_vouches_for_nothing(
    registry: RegistryPeer, service: Running, seconds: int
) -> None:
    short = salon()
    for branch in short.branches:
        branch.hold_seconds = seconds
    await changed(service, registry, short)

    found = await service.stub.SearchSlots(search(at(13), call_id="a"))

    assert [option.voucher for option in found.options] == [b""]


CALL = {"tenant_id": known("salon"), "branch_id": known("branch"), "call_id": "a"}


async def is_free(service: Running, hour: float, **asked: Any) -> bool:
    found = await service.stub.SearchSlots(search(at(hour), person_id=known("anna"), **asked))
    return found.outcome == pb.SEARCH_OUTCOME_AVAILABLE


async def test_what_is_being_booked_stays_held_when_its_call_ends(
    service: Running, clock: SettableClock
) -> None:
    """The booking may be late, or its claim lost; nobody is offered its time meanwhile."""
    asked = search(at(13), person_id=known("anna"), call_id="a")
    (option,) = (await service.stub.SearchSlots(asked)).options
    release = pb.ReleaseHoldsRequest(kept_option_ids=[option.option_id], **CALL)

    for _ in range(2):
        assert (await service.stub.ReleaseHolds(release)).released == 0
        assert not await is_free(service, 13, call_id="b")
    clock.advance(HoldRules().vouched + HoldRules().outlasting)
    assert not await is_free(service, 13, call_id="b")
    clock.set(option.hold_expire_time.ToDatetime(UTC))
    assert await is_free(service, 13, call_id="b")


async def test_what_is_being_booked_is_taken_to_its_own_call_and_stays_held_beside_its_next_search(
    service: Running,
) -> None:
    asked = search(at(13), person_id=known("anna"), call_id="a")
    (option,) = (await service.stub.SearchSlots(asked)).options
    kept = {"kept_option_ids": [option.option_id]}

    assert not await is_free(service, 13.5, call_id="a", **kept)
    assert await is_free(service, 16, call_id="a", **kept)
    assert not await is_free(service, 13, call_id="b")
    claim = pb.ClaimOptionRequest(option_id=option.option_id, **CALL)
    assert (await service.stub.ClaimOption(claim)).option.start_time == stamp(at(13))


async def test_what_is_kept_by_a_name_that_is_none_is_nothing(service: Running) -> None:
    await service.stub.SearchSlots(search(at(13), person_id=known("anna"), call_id="a"))
    release = pb.ReleaseHoldsRequest(kept_option_ids=["", "o-zzzzzzzz", "\n", "x" * 500] * 5, **CALL)

    assert (await service.stub.ReleaseHolds(release)).released == 1
    assert await is_free(service, 13, call_id="b")
