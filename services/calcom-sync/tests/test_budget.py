"""The bucket of requests per key, in a real Redis."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from redis.asyncio import Redis

from calcom_sync.clients.budget import WITHOUT_REDIS, RedisBudget
from calcom_sync.domain.answers import Answer
from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.setup import Account
from local_stack.embedded import EmbeddedRedis

if TYPE_CHECKING:
    from conftest import Stage

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
VERA = Account(UUID(int=1), "vera", "cal_test_vera")
OTTO = Account(UUID(int=2), "otto", "cal_test_otto")


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
