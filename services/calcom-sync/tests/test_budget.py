"""The bucket of requests per key, in a real Redis."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from redis.asyncio import Redis

from calcom_sync.clients.budget import WITHOUT_REDIS, Breaker, RedisBudget
from calcom_sync.domain.answers import Answer, NoAnswer, Remaining
from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.budget import BudgetState, allowed_in
from calcom_sync.domain.setup import Account
from calcom_sync.usecases.ports import Place, Urgency
from local_stack.embedded import EmbeddedRedis
from sandbox.calcom.embedded import HOST_KEY

if TYPE_CHECKING:
    from conftest import Stage

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
VERA = Account(UUID(int=1), "vera", "cal_test_vera", UUID(int=3))
OTTO = Account(UUID(int=2), "otto", "cal_test_otto", UUID(int=4))


def _throttled(seconds: int) -> Answer:
    return Answer(429, reset=timedelta(seconds=seconds))


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as opened:
        yield opened


@pytest.fixture
def budget(redis: Redis) -> RedisBudget:
    return RedisBudget(redis, per_minute=60, burst=4)


async def test_a_small_burst_goes_at_once_and_the_rest_at_the_rate(budget: RedisBudget) -> None:
    assert await budget.take(VERA, 4, NOW) == timedelta()
    assert await budget.take(VERA, 1, NOW) == timedelta(seconds=1)
    assert await budget.take(VERA, 1, NOW + timedelta(seconds=1)) == timedelta()
    assert await budget.take(VERA, 1, NOW + timedelta(seconds=1)) == timedelta(seconds=1)


async def test_in_no_minute_more_than_rate_and_burst_get_through(budget: RedisBudget) -> None:
    """CS-20: the account was locked for exceeding the limit."""
    granted = []
    for tenth in range(3000):
        now = NOW + timedelta(seconds=tenth / 10)
        if not await budget.take(VERA, 1, now):
            granted.append(now)
    windows = [sum(first <= other < first + timedelta(seconds=60) for other in granted) for first in granted]
    assert max(windows) <= 60 + 4


async def test_workers_share_one_bucket_and_keys_do_not(redis: Redis) -> None:
    """CS-20: a limiter for all processes. CS-23: and none of it is another key's."""
    one, other = (RedisBudget(redis, per_minute=60, burst=4) for _ in range(2))
    assert await one.take(VERA, 4, NOW) == timedelta()
    assert await other.take(VERA, 1, NOW) > timedelta()
    assert await other.take(OTTO, 4, NOW) == timedelta()


async def test_all_or_nothing_is_taken(budget: RedisBudget) -> None:
    await budget.take(VERA, 2, NOW)
    assert await budget.take(VERA, 3, NOW) == timedelta(seconds=1)
    assert await budget.take(VERA, 2, NOW) == timedelta()


async def test_a_batch_beyond_the_burst_gets_through_and_is_paid_for_after(budget: RedisBudget) -> None:
    assert await budget.take(VERA, 10, NOW) == timedelta()
    assert await budget.take(VERA, 1, NOW) == timedelta(seconds=7)


async def test_a_paused_key_asks_nothing_until_the_pause_is_over(budget: RedisBudget) -> None:
    await budget.heed(VERA, _throttled(40), NOW)
    assert await budget.take(VERA, 1, NOW + timedelta(seconds=10)) == timedelta(seconds=30)
    assert await budget.take(VERA, 1, NOW + timedelta(seconds=40)) == timedelta()
    assert await budget.take(OTTO, 1, NOW) == timedelta()


async def test_a_shorter_pause_does_not_end_a_longer_one(budget: RedisBudget) -> None:
    await budget.heed(VERA, _throttled(40), NOW)
    await budget.heed(VERA, _throttled(5), NOW)
    assert await budget.take(VERA, 1, NOW) == timedelta(seconds=40)


async def test_the_key_itself_is_never_in_redis(budget: RedisBudget, redis: Redis) -> None:
    await budget.take(VERA, 1, NOW)
    assert VERA.api_key not in str(await redis.keys("*"))
    assert VERA.api_key not in repr(VERA)


async def test_without_redis_nothing_is_asked(private_redis: EmbeddedRedis) -> None:
    async with Redis.from_url(private_redis.url, socket_timeout=1, retry=None) as opened:
        private_redis.stop()
        assert await RedisBudget(opened, per_minute=60, burst=4).take(VERA, 1, NOW) == WITHOUT_REDIS


async def test_what_waits_for_budget_goes_out_later_and_the_limit_is_never_exceeded(stage: "Stage") -> None:
    """CS-20: eight appointments at once, 32 requests at 40 a minute, counted at the other end."""
    budget = RedisBudget(stage.redis, per_minute=40, burst=8)
    stage.worker = replace(stage.worker, synchroniser=replace(stage.worker.synchroniser, budget=budget))
    refs = [await stage.book_at(stage.start + timedelta(days=day)) for day in (0, 1, 2, 3, 6, 7, 8, 9)]

    states = [(await stage.settled(ref)).state for ref in refs]

    assert states == [SyncState.SYNCED] * 8
    posts = [datetime.fromisoformat(one["startedAt"]) for one in await stage.requests("POST", "/v2/bookings")]
    assert len(posts) == 32
    assert max(sum(a <= b < a + timedelta(seconds=60) for b in posts) for a in posts) <= 48
    assert max(posts) - min(posts) >= timedelta(seconds=30)


def _place(name: str, minute: int) -> Place:
    return Place(name, NOW - timedelta(minutes=60 - minute))


async def test_the_one_that_has_waited_longest_goes_first(budget: RedisBudget) -> None:
    await budget.take(VERA, 4, NOW)
    old = await budget.take(VERA, 1, NOW, place=_place("old", 1))
    young = await budget.take(VERA, 1, NOW, place=_place("young", 2))
    assert (old, young) == (timedelta(seconds=1), timedelta(seconds=2))

    then = NOW + timedelta(seconds=1)
    assert await budget.take(VERA, 1, then, place=_place("young", 2)) > timedelta()
    assert await budget.take(VERA, 1, then, place=_place("old", 1)) == timedelta()
    assert await budget.take(VERA, 1, then + timedelta(seconds=1), place=_place("young", 2)) == timedelta()


async def test_who_does_not_come_back_is_not_waited_for(budget: RedisBudget) -> None:
    await budget.take(VERA, 4, NOW)
    await budget.take(VERA, 1, NOW, place=_place("gone", 1))
    later = NOW + timedelta(seconds=12)
    assert await budget.take(VERA, 1, later - timedelta(seconds=3), place=_place("young", 2)) > timedelta()
    assert await budget.take(VERA, 1, later, place=_place("young", 2)) == timedelta()


async def test_looking_waits_while_a_change_stands_in_the_line(budget: RedisBudget) -> None:
    await budget.take(VERA, 4, NOW)
    await budget.take(VERA, 1, NOW, place=_place("old", 1))
    then = NOW + timedelta(seconds=2)
    assert await budget.take(VERA, 1, then, urgency=Urgency.LOOK) > timedelta()
    assert await budget.take(VERA, 1, then, place=_place("old", 1)) == timedelta()
    assert await budget.take(VERA, 1, then, urgency=Urgency.LOOK) == timedelta()


async def test_a_survey_leaves_half_of_the_burst_to_changes(budget: RedisBudget) -> None:
    assert await budget.take(VERA, 2, NOW, urgency=Urgency.SURVEY) == timedelta()
    assert await budget.take(VERA, 1, NOW, urgency=Urgency.SURVEY) == timedelta(seconds=1)
    assert await budget.take(VERA, 2, NOW) == timedelta()


async def test_what_cal_com_says_is_left_counts(budget: RedisBudget) -> None:
    """Somebody else asks with the same key."""
    await budget.heed(VERA, Answer(201, remaining=Remaining(1, timedelta(seconds=30))), NOW)
    assert await budget.take(VERA, 2, NOW) == timedelta(seconds=1)
    await budget.heed(VERA, Answer(201, remaining=Remaining(0, timedelta(seconds=30))), NOW)
    assert await budget.take(VERA, 1, NOW + timedelta(seconds=20)) == timedelta(seconds=10)
    assert await budget.take(OTTO, 1, NOW) == timedelta()


FAILURES: list[Answer | NoAnswer] = [
    NoAnswer(sent=True, detail="ReadTimeout"),
    NoAnswer(sent=False, detail="ConnectError"),
    Answer(503),
]


@pytest.fixture
def fragile(redis: Redis) -> RedisBudget:
    rests = Breaker(failures=3, first_rest=timedelta(seconds=5), longest_rest=timedelta(seconds=12))
    return RedisBudget(redis, per_minute=6000, burst=100, breaker=rests)


async def test_a_key_rests_when_nothing_is_answered_and_one_batch_tries_after(fragile: RedisBudget) -> None:
    for failure in FAILURES:
        assert await fragile.take(VERA, 1, NOW) == timedelta()
        await fragile.heed(VERA, failure, NOW)
    assert await fragile.take(VERA, 1, NOW) == timedelta(seconds=5)
    assert await fragile.take(OTTO, 1, NOW) == timedelta()

    later = NOW + timedelta(seconds=5)
    assert await fragile.take(VERA, 4, later) == timedelta()
    assert await fragile.take(VERA, 4, later) > timedelta()
    await fragile.heed(VERA, Answer(201), later)
    assert await fragile.take(VERA, 4, later) == timedelta()


async def test_each_rest_is_longer_than_the_one_before(fragile: RedisBudget) -> None:
    now, rests = NOW, []
    for _ in range(3):
        await fragile.heed(VERA, Answer(500), now)
    for _ in range(3):
        rests.append(await fragile.take(VERA, 1, now))
        now += rests[-1]
        assert await fragile.take(VERA, 1, now) == timedelta()
        for _ in range(4):
            await fragile.heed(VERA, Answer(500), now)
    assert rests == [timedelta(seconds=seconds) for seconds in (5, 10, 12)]


async def test_a_probe_that_is_never_answered_is_followed_by_another(fragile: RedisBudget) -> None:
    for failure in FAILURES:
        await fragile.heed(VERA, failure, NOW)
    probed = NOW + timedelta(seconds=5)
    assert await fragile.take(VERA, 1, probed) == timedelta()
    assert await fragile.take(VERA, 1, probed) == Breaker().probe
    assert await fragile.take(VERA, 1, probed + Breaker().probe) == timedelta()


async def test_a_refusal_is_an_answer(fragile: RedisBudget) -> None:
    for _ in range(10):
        await fragile.heed(VERA, Answer(400, "already has booking"), NOW)
    assert await fragile.take(VERA, 1, NOW) == timedelta()


async def test_the_state_of_a_key_can_be_read(fragile: RedisBudget) -> None:
    assert await fragile.state(VERA, NOW) == BudgetState(100, 0, None, None)
    await fragile.take(VERA, 100, NOW)
    await fragile.take(VERA, 1, NOW, place=_place("old", 1))
    for failure in [*FAILURES, _throttled(40)]:
        await fragile.heed(VERA, failure, NOW)

    state = await fragile.state(VERA, NOW)

    assert (state.tokens, state.waiting) == (0, 1)
    assert state.paused_until == NOW + timedelta(seconds=40)


async def test_pages_and_duplicates_are_paid_for(stage: "Stage") -> None:
    """CS-20: a request is a request, whatever it is for."""
    await stage.cal.fault("fail_after_create", count=4)
    ref = await stage.book()
    budget = RedisBudget(stage.redis, per_minute=60, burst=4)
    stage.worker = replace(stage.worker, synchroniser=replace(stage.worker.synchroniser, budget=budget))
    await stage.worker.work_once()
    stage.cal.clock.advance(timedelta(seconds=2))
    await stage.worker.work_once()
    assert len(await stage.requests("GET", "/v2/bookings")) == 0
    stage.cal.clock.advance(timedelta(seconds=2))

    await stage.settled(ref)

    asked = [datetime.fromisoformat(one["startedAt"]) for one in await stage.requests("GET", "/v2/bookings")]
    assert len(asked) == 4


async def test_the_appointments_of_an_outage_drain_within_the_limit_oldest_first(
    stage: "Stage",
) -> None:
    """At 100 a minute under a limit of 120 that the other end enforces."""
    await stage.cal.user("vera", HOST_KEY, rateLimit=120)
    budget = RedisBudget(stage.redis, per_minute=100, burst=10)
    stage.worker = replace(stage.worker, synchroniser=replace(stage.worker.synchroniser, budget=budget))
    refs = []
    for number in range(150):
        day, place = divmod(number, 90)
        start = stage.start + timedelta(days=(0, 1, 2, 3, 6, 7)[day], minutes=5 * place)
        refs.append(await stage.book(stage.short(start)))
        stage.cal.clock.advance(timedelta(seconds=24))
    begun = stage.cal.clock.now()

    await stage.drained()

    assert {(await stage.found(ref)).state for ref in refs} == {SyncState.SYNCED}
    posts = await stage.requests("POST", "/v2/bookings")
    assert {one["status"] for one in posts} == {201}
    assert len(posts) == 150
    assert timedelta(minutes=1.3) < stage.cal.clock.now() - begun < timedelta(minutes=2)
    sent = [one["metadata"]["rufbuch_appointment"] for one in await stage.bookings()]
    order = [str(ref.appointment_id) for ref in refs]
    assert max(abs(order.index(one) - place) for place, one in enumerate(sent)) <= 10


def test_nobody_is_told_to_wait_for_nothing() -> None:
    assert allowed_in(timedelta(milliseconds=300)).endswith("in 1 s")
    assert allowed_in(timedelta(seconds=12)).endswith("in 12 s")
