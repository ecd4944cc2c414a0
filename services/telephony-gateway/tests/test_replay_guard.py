"""A signature is remembered for as long as it is fresh, by each process also without Redis, and not much longer."""

from datetime import UTC, datetime, timedelta

import pytest

from telephony_gateway.clients import replay_guard
from telephony_gateway.clients.replay_guard import REMEMBERED, ReplayGuard
from telephony_gateway.clients.shared import SharedMemory, connect

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def guard() -> ReplayGuard:
    memory = SharedMemory(connect("redis://127.0.0.1:1"))
    memory.leave_alone(for_s=60)
    return ReplayGuard(memory)


async def test_what_was_seen_is_no_first_sight_while_it_is_fresh(guard: ReplayGuard) -> None:
    ages = (timedelta(0), SECOND, REMEMBERED)
    assert [await guard.is_first("a", now=NOW + age) for age in ages] == [True, False, False]


async def test_what_is_no_longer_fresh_is_forgotten_with_the_next_requests(guard: ReplayGuard) -> None:
    for number in range(3):
        await guard.is_first(f"{number}", now=NOW + number * SECOND)
    await guard.is_first("last", now=NOW + REMEMBERED + 1.5 * SECOND)
    assert list(guard._own) == ["2", "last"]


async def test_a_clock_that_is_set_back_lets_nothing_be_sent_again(guard: ReplayGuard) -> None:
    clock = [NOW, NOW - timedelta(hours=1), NOW - timedelta(minutes=59), NOW]
    assert [await guard.is_first("a", now=now) for now in clock] == [True, False, False, False]


async def test_a_clock_that_jumps_ahead_holds_up_no_request(
    guard: ReplayGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_guard, "DROPPED_MAX", 2)
    for number in range(5):
        await guard.is_first(f"{number}", now=NOW)
    left = []
    for seconds in range(3):
        await guard.is_first("again", now=NOW + timedelta(hours=1) + seconds * SECOND)
        left.append(len(guard._own))
    assert left == [4, 2, 1]
