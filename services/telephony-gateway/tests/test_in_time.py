"""Every answer in time and in the right language; twins share one."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import grpc
import pytest
from gateway_world import ANNA, NOW, PERM, TENANT, RefusalError, World, found, option
from hasty import HASTY_S, hasty

from chassis.errors import Kind
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.clients.elsewhere import Replicas
from telephony_gateway.clients.sessions import RedisSessions
from telephony_gateway.clients.shared import SharedMemory, connect
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.contract import CONTRACTS
from telephony_gateway.domain.session import Offer
from telephony_gateway.http_api.dispatch import Peers, functions
from telephony_gateway.http_api.patience import WAITS_MAX
from telephony_gateway.http_api.twins import Twins
from telephony_gateway.settings import Settings

BUDGET_S = 1.0
"""What each function has in these tests."""
WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
AVAILABLE = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))


def test_the_server_serves_what_the_agents_are_told_of(world: World) -> None:
    """TG-22, TG-35: one table; neither has a function that the other has not."""
    served = functions(Peers(None, None, None, None, None))  # type: ignore[arg-type] # nothing is called
    assert set(served) == {contract.name for contract in CONTRACTS}


@hasty
class TestBudgets:
    async def test_a_hanging_booking_is_pending_inside_the_budget(self, world: World) -> None:
        """TG-31"""
        world.booking.is_hanging = True
        answer = await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
        assert (answer["status"], "gebucht" in answer["message"]) == ("pending", False)

    @pytest.mark.parametrize("function", ["check_availability", "start_booking", "request_callback"])
    async def test_an_english_business_hears_english_when_the_time_is_up(
        self, world: World, function: str
    ) -> None:
        world.registry.business.language = "en-GB"
        world.booking.is_hanging = world.availability.is_hanging = True
        arguments = {"option_id": "o-abcd2345", "name": "Kim", **WISH, "date": "Wednesday", "time": "3 pm"}
        answer = await world.phone.function(function, arguments)
        assert answer["status"] == "pending"
        assert answer["message"].startswith("This is taking a little longer")

    @pytest.mark.parametrize("budget_s", [0.5, 1.0])
    async def test_each_function_can_have_a_budget_of_its_own(
        self,
        settings: Settings,
        world_with: Callable[[Settings], AbstractAsyncContextManager[World]],
        budget_s: float,
    ) -> None:
        """And its peers are told of it as their deadline."""
        budgets = {"check_availability": budget_s}
        others = {"function_budget_s": 20.0, "function_budgets": budgets}
        async with world_with(settings.model_copy(update=others)) as world:
            world.availability.is_hanging = True
            loop = asyncio.get_running_loop()
            began = loop.time()
            answer = await world.phone.function("check_availability", WISH)
            taken = loop.time() - began
        assert (answer["status"], budget_s - 0.2 < taken < budget_s + 3) == ("pending", True)
        assert world.availability.time_left[0] < budget_s

    async def test_a_greeting_does_not_wait_for_the_customers(self, world: World) -> None:
        world.booking.is_hanging = True
        answer = await world.phone.function("get_context")
        assert (answer["status"], "customer_name" in answer) == ("ok", False)


class TestTwins:
    async def test_parallel_twins_share_one_execution_and_its_answer(self, world: World) -> None:
        world.availability.answer, world.availability.gate = AVAILABLE, asyncio.Event()
        calls = [
            asyncio.create_task(
                world.phone.function("check_availability", {**WISH, "execution_message": said})
            )
            for said in ("Einen Moment.", "Ich schaue.")
        ]
        await _until(lambda: bool(world.availability.searches))
        world.availability.gate.set()
        one, other = await asyncio.gather(*calls)
        assert (len(world.availability.searches), one["options"]) == (1, other["options"])
        assert one["request_id"] != other["request_id"]

    async def test_the_same_question_a_moment_later_is_a_new_one(self, world: World) -> None:
        world.availability.answer = AVAILABLE
        for _ in range(2):
            await world.phone.function("check_availability", WISH)
        assert len(world.availability.searches) == 2

    async def test_other_arguments_are_another_question(self, world: World) -> None:
        world.availability.answer = AVAILABLE
        await asyncio.gather(
            world.phone.function("check_availability", WISH),
            world.phone.function("check_availability", {**WISH, "time": "16 Uhr"}),
        )
        assert len(world.availability.searches) == 2

    async def test_whoever_gives_up_does_not_take_the_answer_from_the_others(self) -> None:
        twins, gate, runs = Twins(_Alone()), asyncio.Event(), []

        async def run() -> Answer:
            runs.append(1)
            await gate.wait()
            return Answer(Status.OK, "Gut.")

        impatient = asyncio.create_task(twins.once("key", run, call="t:call_1", changes=False))
        patient = asyncio.create_task(twins.once("key", run, call="t:call_1", changes=False))
        await _until(lambda: bool(runs))
        impatient.cancel()
        gate.set()
        assert (await patient, len(runs)) == (Answer(Status.OK, "Gut."), 1)

    async def test_twins_in_two_replicas_share_one_execution(self, redis_url: str) -> None:
        gate, runs = asyncio.Event(), []

        async def run() -> Answer:
            runs.append(1)
            await gate.wait()
            return Answer(Status.OK, "Gut.", details={"options": [{"option_id": "o-1"}]})

        async with connect(redis_url) as client:
            replicas = [Replicas(SharedMemory(client)) for _ in range(2)]
            asked = [asyncio.create_task(replica.once("key", run, call="t:c")) for replica in replicas]
            await _until(lambda: bool(runs))
            gate.set()
            one, other = await asyncio.gather(*asked)
        assert (one.as_json(), len(runs)) == (other.as_json(), 1)

    async def test_a_replica_that_fails_leaves_the_question_to_the_other(self, redis_url: str) -> None:
        async def fail() -> Answer:
            raise ValueError("told to")

        async def answer() -> Answer:
            return Answer(Status.OK, "Gut.")

        async with connect(redis_url) as client:
            with pytest.raises(ValueError, match="told to"):
                await Replicas(SharedMemory(client)).once("key", fail, call="t:c")
            assert await Replicas(SharedMemory(client)).once("key", answer, call="t:c") == Answer(
                Status.OK, "Gut."
            )


class TestPickingUp:
    """What was not finished in time is heard by a following call of the function."""

    @pytest.fixture
    def function_budget_s(self) -> float:
        return HASTY_S

    async def test_a_search_that_was_late_is_heard_by_the_next_question(self, world: World) -> None:
        world.availability.answer, world.availability.gate = AVAILABLE, asyncio.Event()
        first = await _asked_in_vain(world)
        searches = len(world.availability.searches)
        world.availability.gate.set()
        second = await world.phone.function("check_availability", WISH)
        assert (first["status"], second["status"]) == ("pending", "available")
        assert len(world.availability.searches) == searches

    async def test_it_is_heard_also_when_it_came_while_nobody_asked(self, world: World) -> None:
        world.availability.answer, world.availability.gate = AVAILABLE, asyncio.Event()
        await _asked_in_vain(world)
        searches = len(world.availability.searches)
        world.availability.gate.set()
        await _until(lambda: not world.phone.gateway.twins.running)
        second = await world.phone.function("check_availability", WISH)
        third = await world.phone.function("check_availability", WISH)
        assert (second["status"], third["status"]) == ("available", "available")
        assert len(world.availability.searches) == searches + 1

    async def test_it_is_not_true_any_more_once_the_call_has_gone_on(self, world: World) -> None:
        """What it offers is not held any longer, and "the first" would be one of the newer times."""
        world.availability.answer, world.availability.gate = AVAILABLE, asyncio.Event()
        await _asked_in_vain(world)
        world.availability.gate.set()
        await _until(lambda: not world.phone.gateway.twins.running)
        await world.phone.function("check_availability", {**WISH, "time": "16 Uhr"})
        searches = len(world.availability.searches)
        await world.phone.function("check_availability", WISH)
        assert len(world.availability.searches) == searches + 1

    async def test_its_options_can_be_chosen(self, world: World) -> None:
        world.availability.answer, world.availability.gate = AVAILABLE, asyncio.Event()
        await _asked_in_vain(world)
        world.availability.gate.set()
        await world.phone.function("check_availability", WISH)
        booked = await world.phone.function("start_booking", {"option_id": "den ersten", "name": "Kim"})
        assert (booked["status"], world.booking.requests[0].option_id) == ("booked", "o-abcd2345")

    async def test_a_wish_that_was_overtaken_changes_nothing_any_more(self, world: World) -> None:
        """It would put its times in the place of those that the caller has just heard."""
        world.availability.answer, gate = AVAILABLE, asyncio.Event()
        world.availability.gate = gate
        await _asked_in_vain(world)
        world.availability.gate = None
        world.availability.answer = found(
            availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(16, option_id="o-zzzz2345")
        )
        await world.phone.function("check_availability", {**WISH, "time": "16 Uhr"})
        gate.set()
        await _until(lambda: not world.phone.gateway.twins.running)
        await world.phone.function("start_booking", {"option_id": "den ersten", "name": "Kim"})
        assert world.booking.requests[0].option_id == "o-zzzz2345"

    async def test_nor_does_one_that_another_replica_has_overtaken(
        self, world: World, redis_url: str
    ) -> None:
        """What its call has heard there is not known here, and nobody ends the search."""
        world.availability.answer, world.availability.gate = AVAILABLE, asyncio.Event()
        await _asked_in_vain(world)
        async with connect(redis_url) as client:
            tenant_id, call_id = TENANT, world.phone.call["call_id"]
            there = RedisSessions(SharedMemory(client))
            session = await there.of(tenant_id, call_id)
            session.offers = (Offer("o-zzzz2345", NOW + timedelta(days=2), PERM, ANNA),)
            await there.keep(tenant_id, call_id, session)
            await client.ping()
        world.availability.gate.set()
        await _until(lambda: not world.phone.gateway.twins.running)
        await world.phone.function("start_booking", {"option_id": "den ersten", "name": "Kim"})
        assert [one.option_id for one in world.booking.requests] == ["o-zzzz2345"]

    @pytest.mark.parametrize(
        ("function", "arguments"),
        [("start_booking", {"option_id": "o-abcd2345", "name": "Kim"}), ("request_callback", {"topic": "x"})],
    )
    async def test_a_change_is_asked_for_again_and_is_the_same_wish(
        self, world: World, function: str, arguments: dict[str, str]
    ) -> None:
        """TG-31, BK-22"""
        world.booking.is_hanging = True
        first = await world.phone.function(function, arguments)
        world.booking.is_hanging = False
        second = await world.phone.function(function, arguments)
        assert (first["status"], second["status"] in {"booked", "callback_noted"}) == ("pending", True)
        assert len({one.request_id for one in world.booking.requests}) <= 1
        assert len(world.booking.callbacks) <= 1

    async def test_nobody_is_asked_to_wait_for_ever(self, world: World) -> None:
        """TG-09: an agent that asks again at once would never come out of it."""
        world.booking.failure = grpc.StatusCode.UNKNOWN
        heard = [
            await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
            for _ in range(WAITS_MAX + 1)
        ]
        assert [one["status"] for one in heard] == ["pending"] * WAITS_MAX + ["error"]
        assert "gebucht" not in heard[-1]["message"]

    async def test_a_peer_that_fails_at_once_is_not_asked_a_second_time(self, world: World) -> None:
        """One layer repeats: the channel."""
        world.availability.answer = RefusalError(Kind.ABORTED, "BROKEN")
        answer = await world.phone.function("check_availability", WISH)
        assert (answer["status"], len(world.availability.searches)) == ("error", 1)

    async def test_another_replica_hears_what_was_left(self, redis_url: str) -> None:
        async def never() -> Answer:
            raise AssertionError("the answer was there")

        async with connect(redis_url) as client:
            await Replicas(SharedMemory(client)).leave("key", Answer(Status.OK, "Gut."), call="t:c")
            heard = await Replicas(SharedMemory(client)).once("key", never, call="t:c")
        assert heard.message == "Gut."

    async def test_without_redis_a_process_hears_its_own(self) -> None:
        async def never() -> Answer:
            raise AssertionError("the answer was there")

        replicas = Replicas(SharedMemory(connect("redis://127.0.0.1:1")))
        await replicas.leave("key", Answer(Status.OK, "Gut."), call="t:c")
        assert (await replicas.once("key", never, call="t:c")).message == "Gut."


class TestRedisAway:
    async def test_it_is_asked_once_a_while_and_nobody_waits_for_it(self) -> None:
        asked, seconds = [], [0.0]

        async def question(_: object) -> bool:
            asked.append(1)
            raise TimeoutError

        memory = SharedMemory(connect("redis://127.0.0.1:1"), seconds=lambda: seconds[0])
        assert [await memory.ask(question) for _ in range(3)] == [None, None, None]
        seconds[0] = 2.0
        await memory.ask(question)
        assert len(asked) == 2


class _Alone:
    def __init__(self) -> None:
        self.left: dict[str, Answer] = {}

    async def once(
        self, key: str, run: Callable[[], Awaitable[Answer]], *, call: str, beside: object = None
    ) -> Answer:
        return self.left.pop(key, None) or await run()

    async def leave(self, key: str, answer: Answer, *, call: str) -> None:
        self.left[key] = answer


async def _asked_in_vain(world: World) -> dict[str, Any]:
    """The answer to a wish whose search goes on with nobody waiting. Where the machine stands still for a second, the time
    is up before anything has begun, and the wish is asked again."""
    for _ in range(WAITS_MAX):
        answer = await world.phone.function("check_availability", WISH)
        await _until(lambda: _goes_on(world) or not world.phone.gateway.twins.running)
        if _goes_on(world):
            break
    return answer


def _goes_on(world: World) -> bool:
    """Whether a search has more time than a caller waits for it."""
    return any(left_s > 2 * BUDGET_S for left_s in world.availability.time_left)


async def _until(condition: Callable[[], bool]) -> None:
    """Bounded; lets everything else run meanwhile."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what it waits for is state, not an event
            await asyncio.sleep(0)
