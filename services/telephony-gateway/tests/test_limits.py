"""Who asks too often hears so, and takes nothing from others."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from gateway_world import World
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.domain.limits import Limits
from telephony_gateway.settings import Settings

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
NUMBER = "+493023125042"


@pytest.fixture
async def world(
    settings: Settings, world_with: Callable[[Settings], AbstractAsyncContextManager[World]]
) -> AsyncIterator[World]:
    """A gateway that answers ten functions a minute and number."""
    async with world_with(settings.model_copy(update={"functions_per_caller": 10})) as made:
        yield made


async def test_whoever_guesses_names_is_told_to_wait_and_nothing_else(world: World) -> None:
    """SE-13: a name alone opens nothing, and nobody can try them all."""
    answers = [
        await world.phone.function("get_appointments", {"name": f"Kim Beispiel {n}"}) for n in range(12)
    ]
    assert {answer["status"] for answer in answers[:10]} == {"not_found"}
    assert [(answer["status"], answer["error"]) for answer in answers[10:]] == [("error", "too_often")] * 2
    assert "in einer Minute noch einmal" in answers[11]["message"]


async def test_after_a_minute_the_same_number_is_answered_again(world: World) -> None:
    for _ in range(11):
        answer = await world.phone.function("get_context")
    assert answer["error"] == "too_often"
    world.phone.clock.advance(timedelta(minutes=1))
    assert (await world.phone.function("get_context"))["status"] == "ok"


async def test_withheld_numbers_are_not_one_caller(world: World) -> None:
    """TG-16: somebody who withholds her number must not silence all who do."""
    world.phone.call["from_number"] = "anonymous"
    for _ in range(11):
        answer = await world.phone.function("get_context")
    assert answer["error"] == "too_often"
    world.phone.call["call_id"] = "call_of_somebody_else"
    assert (await world.phone.function("get_context"))["status"] == "ok"


def asked(limits: Limits, count: int, *, number: str = NUMBER, tenant: str = "a", now: datetime = NOW) -> int:
    return sum(limits.admits(tenant, number=number, call_id="c", now=now) for _ in range(count))


def test_what_is_refused_to_one_takes_nothing_from_the_business() -> None:
    limits = Limits(per_caller=5, per_business=10)
    assert asked(limits, 1000) == 5
    assert asked(limits, 1000, number="+493023125043") == 5
    assert asked(limits, 1, number="+493023125044") == 0
    assert asked(limits, 1, tenant="b") == 1


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.integers(0, 200)), max_size=200))
def test_no_minute_lets_through_more_than_its_bounds(steps: list[tuple[str, int, int]]) -> None:
    """Whoever asks, in whatever order, also with a clock that goes back."""
    limits = Limits(per_caller=3, per_business=7)
    admitted: dict[tuple[str, int], int] = {}
    before = None
    for tenant, caller, second in steps:
        minute = second // 60
        if minute != before:
            admitted.clear()
            before = minute
        now = NOW + timedelta(seconds=second)
        if limits.admits(tenant, number=f"+4930{caller}", call_id="c", now=now):
            admitted[tenant, minute] = admitted.get((tenant, minute), 0) + 1
    assert max(admitted.values(), default=0) <= 7
