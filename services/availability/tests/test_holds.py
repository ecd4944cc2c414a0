"""What holds promise, over the real Redis."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from availability.clients.redis_holds import RedisHolds
from availability.domain.holds import Caller, Held, Offer, Scope
from availability.domain.instants import Interval
from availability.testing.salon import at, offer
from availability.usecases.ports import Claiming, Placement, Placing, Terms
from chassis.testing import SettableClock

FIVE_MINUTES = timedelta(minutes=5)
NUMBER = "+493023125001"


class Desk:
    """The holds of one branch, with a clock."""

    def __init__(self, holds: RedisHolds, scope: Scope, clock: SettableClock) -> None:
        self.holds, self.scope, self.clock = holds, scope, clock

    async def place(
        self, call: str, *offers: Offer, wanted: int = 3, at_least: int = 1, number: str = ""
    ) -> Placement:
        terms = Terms(wanted, at_least, FIVE_MINUTES, ["anna"])
        return await self.holds.place(self.scope, Caller(call, number), offers, terms, now=self.clock.now())

    async def claim(self, call: str, option: str, *, again: bool = False) -> Claiming:
        claim = await self.holds.claim(self.scope, option, call, again=again, now=self.clock.now())
        return claim.claiming

    async def taken(self, *, ignoring: str = "") -> list[Interval]:
        found = await self.holds.taken(self.scope, ["anna"], ignoring_call=ignoring, now=self.clock.now())
        return sorted(taking.interval for taking in found)

    async def extend(self, call: str) -> int:
        return (await self.holds.extend(self.scope, call, lasting=FIVE_MINUTES, now=self.clock.now())).count

    async def release(self, call: str) -> int:
        return await self.holds.release(self.scope, call, now=self.clock.now())


@pytest.fixture
def desk(holds: RedisHolds, scope: Scope, clock: SettableClock) -> Desk:
    return Desk(holds, scope, clock)


def hours(*spans: tuple[float, float]) -> list[Interval]:
    return [Interval.of(at(begin), at(end)) for begin, end in spans]


async def test_what_one_call_holds_is_refused_to_another(desk: Desk) -> None:
    """BK-01, AV-28: between "it is free" and the booking nobody else gets it."""
    await desk.place("a", offer("o-1", (10, 11)))
    refused = await desk.place("b", offer("o-2", (10.5, 11.5)))
    assert refused == Placement(
        Placing.SHORT,
        taken=tuple(Held("anna", each, desk.clock.now() + FIVE_MINUTES) for each in hours((10, 11))),
    )


async def test_an_option_is_held_in_all_its_intervals_or_in_none(desk: Desk) -> None:
    """BK-02: what is held are intervals of people, not starts."""
    await desk.place("a", offer("o-1", (12, 13)))
    refused = await desk.place("b", offer("o-2", (10, 11), (12.5, 13)))
    assert refused.placing is Placing.SHORT
    assert await desk.taken() == hours((12, 13))


async def test_a_free_gap_can_be_held_by_another(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 10.5), (11, 11.5)))
    assert (await desk.place("b", offer("o-2", (10.5, 11)))).options == ("o-2",)


async def test_people_do_not_block_each_other(desk: Desk) -> None:
    """AV-18"""
    await desk.place("a", offer("o-1", (10, 11)))
    assert (await desk.place("b", offer("o-2", (10, 11), person="ben"))).options == ("o-2",)


async def test_the_first_that_fit_are_held_in_the_order_of_preference(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    placed = await desk.place(
        "b",
        offer("o-2", (10, 11)),
        offer("o-3", (12, 13)),
        offer("o-4", (11, 12)),
        offer("o-5", (14, 15)),
        wanted=2,
    )
    assert placed == Placement(Placing.HELD, ("o-3", "o-4"), desk.clock.now() + FIVE_MINUTES)


async def test_too_few_change_nothing(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    await desk.place("b", offer("o-2", (14, 15)))
    short = await desk.place("b", offer("o-3", (10, 11)), offer("o-4", (11, 12)), at_least=2)
    assert short.placing is Placing.SHORT
    assert await desk.taken() == hours((10, 11), (14, 15))


async def test_a_new_search_ignores_and_replaces_the_calls_own_holds(desk: Desk) -> None:
    """AV-20: the call's own hold does not make its slot taken."""
    await desk.place("a", offer("o-1", (10, 11)), offer("o-2", (11, 12)))
    assert await desk.taken(ignoring="a") == []
    assert (await desk.place("a", offer("o-3", (10.5, 11.5)))).options == ("o-3",)
    assert await desk.taken() == hours((10.5, 11.5))


async def test_an_expired_hold_frees_the_slot(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    desk.clock.advance(FIVE_MINUTES)
    assert (await desk.place("b", offer("o-2", (10, 11)))).options == ("o-2",)


async def test_a_hold_stands_to_its_last_millisecond(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    desk.clock.advance(FIVE_MINUTES - timedelta(milliseconds=1))
    assert (await desk.place("b", offer("o-2", (10, 11)))).placing is Placing.SHORT


async def test_a_hold_can_lie_in_another_day_and_cross_midnight(desk: Desk) -> None:
    desk.clock.set(at(23.98))
    await desk.place("a", offer("o-1", (47, 49)))
    desk.clock.advance(timedelta(minutes=4))
    assert await desk.taken() == hours((47, 49))


async def test_holds_live_on_while_the_call_does_up_to_a_cap(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    began = desk.clock.now()
    ends = []
    while await desk.taken():
        await desk.extend("a")
        desk.clock.advance(timedelta(minutes=1))
        ends.append(desk.clock.now() - began)
    assert ends[-1] == timedelta(seconds=900)


async def test_an_extension_says_until_when_all_options_are_held(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)), offer("o-2", (11, 12)))
    desk.clock.advance(timedelta(minutes=2))
    extension = await desk.holds.extend(desk.scope, "a", lasting=FIVE_MINUTES, now=desk.clock.now())
    assert (extension.count, extension.expires) == (2, desk.clock.now() + FIVE_MINUTES)


async def test_an_unknown_call_has_nothing_to_extend_or_to_release(desk: Desk) -> None:
    assert (await desk.extend("nobody"), await desk.release("nobody")) == (0, 0)


async def test_hanging_up_frees_what_nobody_claimed(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)), offer("o-2", (12, 13)))
    await desk.claim("a", "o-1")
    assert await desk.release("a") == 1
    assert await desk.taken() == hours((10, 11))


async def test_a_claimed_hold_stands_until_the_appointment_is_seen(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    desk.clock.advance(timedelta(seconds=299))
    assert await desk.claim("a", "o-1") is Claiming.CLAIMED
    desk.clock.advance(timedelta(seconds=119))
    assert await desk.taken() == hours((10, 11))
    desk.clock.advance(timedelta(seconds=1))
    assert await desk.taken() == []


async def test_even_the_same_call_cannot_search_over_its_claimed_hold(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    await desk.claim("a", "o-1")
    assert (await desk.place("a", offer("o-2", (10, 11)))).placing is Placing.SHORT


async def test_a_claim_ends_the_calls_offers_that_overlap_it(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)), offer("o-2", (10.5, 11.5)), offer("o-3", (11, 12)))
    await desk.claim("a", "o-1")
    assert await desk.taken() == hours((10, 11), (11, 12))


async def test_claiming_twice_is_one_claim(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    assert [await desk.claim("a", "o-1") for _ in range(2)] == [Claiming.CLAIMED] * 2


async def test_only_the_call_it_was_offered_to_can_claim_an_option(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    assert await desk.claim("b", "o-1") is Claiming.UNKNOWN
    assert await desk.claim("a", "o-9") is Claiming.UNKNOWN


async def test_a_lapsed_option_is_taken_again_only_when_asked(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    desk.clock.advance(FIVE_MINUTES)
    assert await desk.claim("a", "o-1") is Claiming.LAPSED
    assert await desk.claim("a", "o-1", again=True) is Claiming.CLAIMED
    assert await desk.taken() == hours((10, 11))


async def test_a_lapsed_option_that_somebody_else_holds_is_taken(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    desk.clock.advance(FIVE_MINUTES)
    await desk.place("b", offer("o-2", (10, 11)))
    assert await desk.claim("a", "o-1", again=True) is Claiming.TAKEN


async def test_an_option_of_an_earlier_search_of_the_call_can_still_be_taken(desk: Desk) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    await desk.place("a", offer("o-2", (10.5, 11.5)))
    assert await desk.claim("a", "o-1", again=True) is Claiming.CLAIMED
    assert await desk.taken() == hours((10, 11))


async def test_the_offer_comes_back_as_it_was_made(desk: Desk) -> None:
    made = offer("o-1", (10, 10.5), (11, 11.5))
    await desk.place("a", made)
    claim = await desk.holds.claim(desk.scope, "o-1", "a", again=False, now=desk.clock.now())
    assert claim.offer == made


async def test_a_call_holds_no_more_than_its_limit(desk: Desk) -> None:
    offers = [offer(f"o-{hour}", (hour, hour + 1)) for hour in range(9, 17)]
    assert len((await desk.place("a", *offers, wanted=8, at_least=8)).options) == 5


async def test_a_number_holds_no_more_than_its_limit_over_all_its_calls(desk: Desk) -> None:
    for call in range(4):
        wishes = [offer(f"o-{call}{n}", (call * 3 + n, call * 3 + n + 1)) for n in range(3)]
        placed = await desk.place(f"call-{call}", *wishes, number=NUMBER)
        assert len(placed.options) == (3 if call < 3 else 1)
    more = offer("o-x", (20, 21))
    assert (await desk.place("call-5", more, number=NUMBER)).placing is Placing.LIMIT
    assert (await desk.place("call-3", more, number=NUMBER)).options == ("o-x",)
    assert (await desk.place("call-5", offer("o-y", (21, 22)), number="")).options == ("o-y",)


async def test_what_is_claimed_or_over_does_not_count_against_the_number(desk: Desk) -> None:
    for call in range(2):
        wishes = [offer(f"o-{call}{n}", (call * 5 + n, call * 5 + n + 1)) for n in range(5)]
        await desk.place(f"call-{call}", *wishes, wanted=5, number=NUMBER)
    await desk.claim("call-0", "o-00")
    assert (await desk.place("call-2", offer("o-x", (20, 21)), number=NUMBER)).placing is Placing.HELD
    desk.clock.advance(FIVE_MINUTES)
    assert (await desk.place("call-3", offer("o-y", (21, 22)), number=NUMBER)).placing is Placing.HELD


async def test_branches_do_not_see_each_others_holds(
    desk: Desk, holds: RedisHolds, clock: SettableClock
) -> None:
    """AV-06: tenant and branch are in every key."""
    await desk.place("a", offer("o-1", (10, 11)))
    for scope in (Scope(desk.scope.tenant_id, "other"), Scope("other", desk.scope.group_id)):
        assert (await Desk(holds, scope, clock).place("b", offer("o-2", (10, 11)))).options == ("o-2",)


async def test_of_many_callers_at_once_exactly_one_gets_the_slot(desk: Desk) -> None:
    """BK-01"""
    placed = await asyncio.gather(*(desk.place(f"c-{n}", offer(f"o-{n}", (10, 11))) for n in range(50)))
    assert sum(placement.placing is Placing.HELD for placement in placed) == 1


async def test_nothing_is_left_behind_for_ever(desk: Desk, redis_url: str) -> None:
    await desk.place("a", offer("o-1", (10, 11)), number=NUMBER)
    await desk.claim("a", "o-1")
    await desk.place("b", offer("o-2", (12, 13)), number=NUMBER)
    async with Redis.from_url(redis_url) as redis:
        keys = [key async for key in redis.scan_iter()]
        assert keys
        assert all([0 < await redis.pttl(key) <= 7_200_000 for key in keys])


async def test_every_key_lies_on_the_branchs_node_and_none_names_a_number(desk: Desk, redis_url: str) -> None:
    await desk.place("a", offer("o-1", (10, 11)), number=NUMBER)
    async with Redis.from_url(redis_url) as redis:
        keys = [key.decode() async for key in redis.scan_iter()]
    tag = f"holds:{{{desk.scope.tenant_id}:{desk.scope.group_id}}}:"
    assert all(key.startswith(tag) and NUMBER not in key for key in keys)


async def test_a_server_that_forgot_the_scripts_gets_them_again(desk: Desk, redis_url: str) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    async with Redis.from_url(redis_url) as redis:
        await redis.script_flush()
    assert await desk.release("a") == 1


async def test_a_flushed_server_has_lost_the_holds_and_goes_on(desk: Desk, redis_url: str) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    assert await desk.claim("a", "o-1", again=True) is Claiming.UNKNOWN
    assert (await desk.place("b", offer("o-2", (10, 11)))).options == ("o-2",)


async def test_a_record_that_was_evicted_blocks_nobody(desk: Desk, redis_url: str) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    root = f"holds:{{{desk.scope.tenant_id}:{desk.scope.group_id}}}"
    async with Redis.from_url(redis_url) as redis:
        await redis.delete(f"{root}:option:o-1", f"{root}:expiring")
    assert await desk.extend("a") == 0
    assert (await desk.place("b", offer("o-2", (10, 11)))).options == ("o-2",)


async def test_a_record_that_was_evicted_is_told_as_held_to_nobody(desk: Desk, redis_url: str) -> None:
    await desk.place("a", offer("o-1", (10, 11)))
    root = f"holds:{{{desk.scope.tenant_id}:{desk.scope.group_id}}}"
    async with Redis.from_url(redis_url) as redis:
        await redis.zrem(f"{root}:expiring", "o-1")
        assert await desk.taken() == []
        assert not [key async for key in redis.scan_iter(f"{root}:person:*")]
