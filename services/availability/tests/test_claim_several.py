"""Claims that come together: each is made as if it came alone, and none of them suffers for another one."""

import asyncio
from datetime import timedelta

import pytest

from availability.requests import CLAIMS_MAX
from availability.testing.answers import reason
from availability.testing.peers import RegistryPeer
from availability.testing.replicas import Running
from availability.testing.salon import at, known, salon, search
from availability.usecases.claim_option import OfferedTo
from availability.usecases.claim_several import ClaimSeveral
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb

CLAIMED, UNKNOWN, TAKEN = (
    pb.ERROR_REASON_UNSPECIFIED,
    pb.ERROR_REASON_OPTION_UNKNOWN,
    pb.ERROR_REASON_SLOT_TAKEN,
)
TENANT, BRANCH = known("salon"), known("branch")


async def offered(service: Running, call: str, hour: float, person: str) -> pb.ClaimOptionRequest:
    """The claim of what a call was offered."""
    found = await service.stub.SearchSlots(search(at(hour), person_id=known(person), call_id=call))
    assert found.outcome == pb.SEARCH_OUTCOME_AVAILABLE
    return claim_of(found.options[0].option_id, call)


def claim_of(
    option_id: str, call: str, *, tenant_id: str = TENANT, branch_id: str = BRANCH
) -> pb.ClaimOptionRequest:
    return pb.ClaimOptionRequest(tenant_id=tenant_id, branch_id=branch_id, option_id=option_id, call_id=call)


async def claimed(
    service: Running, *claims: pb.ClaimOptionRequest, within_s: float = 20
) -> list[pb.ErrorReason.ValueType]:
    request = pb.BatchClaimOptionsRequest(claims=claims)
    return list((await service.stub.BatchClaimOptions(request, timeout=within_s)).refusals)


async def is_held(service: Running, hour: float, person: str) -> bool:
    """Whether somebody else cannot have it."""
    found = await service.stub.SearchSlots(search(at(hour), person_id=known(person), call_id="else"))
    await service.stub.ReleaseHolds(
        pb.ReleaseHoldsRequest(tenant_id=TENANT, branch_id=BRANCH, call_id="else")
    )
    return found.outcome != pb.SEARCH_OUTCOME_AVAILABLE


async def test_what_several_calls_have_booked_stands_when_they_end(service: Running) -> None:
    claims = [await offered(service, "a", 13, "anna"), await offered(service, "b", 13, "ben")]

    assert await claimed(service, *claims) == [CLAIMED, CLAIMED]

    for call in ("a", "b"):
        ended = pb.ReleaseHoldsRequest(tenant_id=TENANT, branch_id=BRANCH, call_id=call)
        assert (await service.stub.ReleaseHolds(ended)).released == 0
    assert await is_held(service, 13, "anna")
    assert await is_held(service, 13, "ben")


async def test_claiming_them_again_changes_nothing(service: Running) -> None:
    claims = [await offered(service, "a", 13, "anna"), await offered(service, "b", 13, "ben")]
    assert await claimed(service, *claims, claims[0]) == [CLAIMED] * 3
    assert await claimed(service, *claims) == [CLAIMED] * 2


async def test_one_that_is_refused_is_nothing_to_the_others(service: Running, clock: SettableClock) -> None:
    lapsed = await offered(service, "a", 13, "anna")
    clock.advance(timedelta(minutes=6))
    await offered(service, "b", 13, "anna")
    mine = await offered(service, "c", 13, "ben")

    assert await claimed(
        service,
        lapsed,
        claim_of("o-99999999", "c"),
        claim_of("o|1\n", "c"),
        claim_of(mine.option_id, "d"),
        claim_of(mine.option_id, "c", branch_id="other"),
        claim_of(mine.option_id, "c", tenant_id=known("nobody")),
        mine,
    ) == [
        TAKEN, UNKNOWN, UNKNOWN, UNKNOWN, pb.ERROR_REASON_BRANCH_UNKNOWN, pb.ERROR_REASON_BRANCH_UNKNOWN, CLAIMED,
    ]  # fmt: skip
    assert await is_held(service, 13, "ben")


async def test_a_business_of_which_nothing_is_heard_does_not_keep_the_others(
    service: Running, registry: RegistryPeer
) -> None:
    mine = await offered(service, "a", 13, "anna")
    registry.businesses[known("other")] = salon()
    registry.silent = True

    answer = await claimed(service, claim_of("o-1", "b", tenant_id=known("other")), mine, within_s=5)

    assert answer == [pb.ERROR_REASON_HOLDS_UNAVAILABLE, CLAIMED]


@pytest.mark.parametrize(("count", "told"), [(0, "OK"), (CLAIMS_MAX, "OK"), (CLAIMS_MAX + 1, "WISH_INVALID")])
async def test_so_many_may_come_together(service: Running, count: int, told: str) -> None:
    request = pb.BatchClaimOptionsRequest(claims=[claim_of("o-1", "a")] * count)
    if told == "OK":
        assert list((await service.stub.BatchClaimOptions(request)).refusals) == [UNKNOWN] * count
    else:
        assert await reason(service.stub.BatchClaimOptions(request)) == told


async def test_a_bug_in_one_is_told_when_the_others_are_claimed() -> None:
    done: list[str] = []

    async def claim(offered: OfferedTo) -> None:
        if offered.option_id == "bug":
            raise ZeroDivisionError
        await asyncio.sleep(0.05)
        done.append(offered.option_id)

    with pytest.raises(ZeroDivisionError):
        await ClaimSeveral(claim)([OfferedTo(TENANT, BRANCH, each, "a") for each in ("1", "bug", "2")])
    assert done == ["1", "2"]
