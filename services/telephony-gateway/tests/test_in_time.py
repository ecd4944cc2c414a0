"""Every answer in time and in the right language; twins share one."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from gateway_world import World, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.clients.elsewhere import Replicas
from telephony_gateway.clients.shared import SharedMemory, connect
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.contract import CONTRACTS
from telephony_gateway.http_api.dispatch import Peers, functions
from telephony_gateway.http_api.twins import Twins

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
AVAILABLE = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))


def test_the_server_serves_what_the_agents_are_told_of(world: World) -> None:
    """TG-22, TG-35: one table; neither has a function that the other has not."""
    served = functions(Peers(None, None, None, None, None))  # type: ignore[arg-type] # nothing is called
    assert set(served) == {contract.name for contract in CONTRACTS}


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
        assert answer["message"].startswith(("The calendar is slow", "This is taking a little longer"))

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

        impatient = asyncio.create_task(twins.once("key", run))
        patient = asyncio.create_task(twins.once("key", run))
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
            asked = [asyncio.create_task(replica.once("key", run)) for replica in replicas]
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
                await Replicas(SharedMemory(client)).once("key", fail)
            assert await Replicas(SharedMemory(client)).once("key", answer) == Answer(Status.OK, "Gut.")


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
    async def once(self, key: str, run: Callable[[], Awaitable[Answer]]) -> Answer:
        return await run()


async def _until(condition: Callable[[], bool]) -> None:
    """Bounded; lets everything else run meanwhile."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what it waits for is state, not an event
            await asyncio.sleep(0)
