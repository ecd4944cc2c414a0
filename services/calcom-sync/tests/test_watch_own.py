"""What holds up the service itself: a key that pauses, a Redis that is silent, copies that nobody tries, passes that never end."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from own_watch import round_of, told_of, watch_on
from receivers import Hook
from redis.asyncio import Redis

from calcom_sync.clients.alarm_webhook import AlarmWebhook
from calcom_sync.clients.budget import RedisBudget
from calcom_sync.domain.answers import Answer
from calcom_sync.domain.budget import BudgetState
from calcom_sync.domain.notices import Channel
from calcom_sync.usecases.watch import Watch
from local_stack.embedded import free_port

if TYPE_CHECKING:
    from conftest import Stage

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def hook() -> Hook:
    return Hook()


@pytest.fixture
async def watch(stage: "Stage", hook: Hook) -> AsyncIterator[Watch]:
    async with hook.serving() as url, httpx.AsyncClient() as http:
        webhook = AlarmWebhook(http, url=f"{url}/alarm", secret="of-the-alarms", clock=stage.cal.clock)
        yield watch_on(stage, {Channel.WEBHOOK: webhook})


async def _rounds(stage: "Stage", watch: Watch, minutes: int) -> None:
    for _ in range(2 * minutes):
        stage.cal.clock.advance(MINUTE / 2)
        await round_of(watch)


async def test_what_nobody_has_tried_for_ten_minutes_is_an_alarm(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    """No setback was ever noted of it: its key pauses, or Redis is away, or no worker runs."""
    await stage.book()
    await _rounds(stage, watch, 9)
    assert told_of(hook) == []
    await _rounds(stage, watch, 2)
    assert ("raised", "SyncStuck") in told_of(hook)


async def test_a_key_that_is_throttled_again_and_again_is_an_alarm(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    """Its tokens are not used, so that the budget looks full."""
    setup = await stage.directory.setup((await stage.book()).tenant_id)
    assert setup
    account = next(iter(setup.accounts.values()))
    budget = stage.parts.backing.budget
    watching = replace(watch, budgets=budget.states)
    await stage.pool.execute("DELETE FROM intent")
    for _ in range(6):
        now = stage.cal.clock.now()
        await budget.take(account, 1, now)
        await budget.heed(account, Answer(429, reset=MINUTE), now)
        await _rounds(stage, watching, 1)
    assert told_of(hook) == [("raised", "BudgetNearEnd")]


async def test_one_pause_is_no_alarm(stage: "Stage", watch: Watch, hook: Hook) -> None:
    paused = stage.cal.clock.now() + 2 * MINUTE

    async def budgets(now: datetime) -> list[BudgetState]:
        until = paused if now < paused else None
        return [BudgetState(tokens=10, waiting=0, paused_until=until, rests_until=None)]

    await _rounds(stage, replace(watch, budgets=budgets), 10)
    assert told_of(hook) == []


async def test_a_redis_that_does_not_answer_is_an_alarm(stage: "Stage", watch: Watch, hook: Hook) -> None:
    """Nobody can say how much was asked already, so that nothing is sent."""
    async with Redis.from_url(f"redis://127.0.0.1:{free_port()}", retry=None) as silent:
        watching = replace(watch, budgets=RedisBudget(silent, per_minute=100, burst=10).states)
        await round_of(watching)
        assert told_of(hook) == []
        await _rounds(stage, watching, 2)
    assert told_of(hook) == [("raised", "RedisAway")]
    await _rounds(stage, watch, 4)
    assert told_of(hook)[-1] == ("over", "RedisAway")


async def test_a_calendar_that_is_not_compared_any_more_is_an_alarm(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    stage.registry.api_key = "cal_test_revoked"
    for _ in range(4):
        await stage.parts.backing.surveyor.round()
        await round_of(watch)
        assert told_of(hook) == []
        stage.cal.clock.advance(31 * MINUTE)
    await round_of(watch)
    assert told_of(hook) == [("raised", "CalendarsStale")]


async def test_an_event_that_is_stepped_over_is_an_alarm_for_a_while(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    """It may be a cancellation that a caller was told of."""
    await stage.pool.execute("INSERT INTO skipped_event VALUES ('7', '', $1)", stage.cal.clock.now())
    await _rounds(stage, watch, 1)
    assert told_of(hook) == [("raised", "EventsNotUnderstood")]
    stage.cal.clock.advance(60 * MINUTE)
    await _rounds(stage, watch, 3)
    assert told_of(hook)[-1] == ("over", "EventsNotUnderstood")
