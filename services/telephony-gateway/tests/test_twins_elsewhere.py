"""One execution across replicas: its answer is left for those who wait for it, and nobody waits for one that cannot come."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from redis_line import OneConnection
from telephony_gateway.clients.elsewhere import Replicas
from telephony_gateway.clients.shared import SharedMemory, connect
from telephony_gateway.domain.answers import Answer, Status

MARK = "gateway:twin:key"
GOOD = Answer(Status.OK, "Gut.", details={"options": [{"option_id": "o-1"}]})


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[OneConnection]:
    async with connect(redis_url) as opened:
        yield opened


@dataclass
class Question:
    """The same at two replicas; the first is under way, the second waits for it."""

    client: OneConnection
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    runs: list[str] = field(default_factory=list)
    failure: Exception | None = None

    async def first(self) -> Answer:
        self.runs.append("first")
        await self.gate.wait()
        if self.failure:
            raise self.failure
        return GOOD

    async def second(self) -> Answer:
        self.runs.append("second")
        return GOOD

    def asked(self, run: Callable[[], Awaitable[Answer]]) -> asyncio.Task[Answer]:
        return asyncio.create_task(Replicas(SharedMemory(self.client)).once("key", run, call="t:c"))

    async def under_way(self) -> tuple[asyncio.Task[Answer], asyncio.Task[Answer]]:
        one = self.asked(self.first)
        await until(self.client, bool)
        other = self.asked(self.second)
        await until(self.client, lambda mark: mark.endswith(b"?"))
        return one, other


async def until(client: OneConnection, condition: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition(await client.get(MARK) or b""):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)


async def test_whoever_waits_hears_the_answer(client: OneConnection) -> None:
    question = Question(client)
    one, other = await question.under_way()
    question.gate.set()
    assert (await other).as_json() == (await one).as_json()
    assert question.runs == ["first"]


async def test_two_who_wait_hear_it_both(client: OneConnection) -> None:
    question = Question(client)
    one, other = await question.under_way()
    third = question.asked(question.second)
    await client.ping()
    question.gate.set()
    assert [(await each).message for each in (one, other, third)] == ["Gut."] * 3
    assert question.runs == ["first"]


async def test_what_was_left_answers_the_same_question_once_and_no_other(client: OneConnection) -> None:
    """TG-31: an answer that comes late is the answer to what was asked, not to what is asked next."""
    left = Answer(Status.OK, "Spät.")
    one, other = Replicas(SharedMemory(client)), Replicas(SharedMemory(client))
    question = Question(client)

    await one.leave("key", left, call="t:c")
    assert (await other.once("key", question.second, call="t:c")).message == "Spät."
    assert (await one.once("key", question.second, call="t:c")).message == "Gut."

    await one.leave("key", left, call="t:c")
    assert (await other.once("another key", question.second, call="t:c")).message == "Gut."
    # The call has gone on: what was late is not true any more.
    assert (await other.once("key", question.second, call="t:c")).message == "Gut."

    await one.leave("key", left, call="t:c")
    assert (await other.once("key", question.second, call="t:another")).message == "Gut."


async def test_where_nobody_waits_nothing_is_left(client: OneConnection) -> None:
    question = Question(client)
    question.gate.set()
    await question.asked(question.first)
    assert await client.keys("gateway:*") == []


async def test_the_mark_of_one_who_waits_ends_with_its_time(client: OneConnection) -> None:
    """Whoever is killed in the middle holds nobody up for longer than that."""
    question = Question(client)
    one, other = await question.under_way()
    assert 0 < await client.pttl(MARK) <= 30_000
    for task in (one, other):
        task.cancel()


async def test_an_execution_that_fails_is_not_waited_for(client: OneConnection) -> None:
    question = Question(client, failure=ValueError("told to"))
    one, other = await question.under_way()
    question.gate.set()
    assert (await other, question.runs) == (GOOD, ["first", "second"])
    with pytest.raises(ValueError, match="told to"):
        await one


async def test_a_replica_that_is_killed_before_it_leaves_its_answer_is_not_waited_for(
    client: OneConnection,
) -> None:
    question = Question(client)
    one, other = await question.under_way()
    await client.getdel(MARK)
    async with asyncio.timeout(2):
        assert (await other, question.runs) == (GOOD, ["first", "second"])
    one.cancel()


async def test_a_mark_that_was_taken_over_is_the_end_of_the_one_before(client: OneConnection) -> None:
    question = Question(client)
    one, other = await question.under_way()
    await client.set(MARK, "another.7?")
    async with asyncio.timeout(2):
        assert (await other, question.runs) == (GOOD, ["first", "second"])
    one.cancel()


async def test_a_replica_of_the_version_before_is_heard(client: OneConnection) -> None:
    """In the middle of an update: it leaves its answer whether anybody waits or not."""
    await client.set(MARK, "before")
    question = Question(client)
    waiting = question.asked(question.second)
    await until(client, lambda mark: mark == b"before?")
    await client.set(f"{MARK}:before", '{"status": "ok", "message": "Gut."}')
    await client.delete(MARK)
    assert ((await waiting).message, question.runs) == ("Gut.", [])


async def test_while_redis_is_away_nobody_waits(client: OneConnection) -> None:
    await client.set(MARK, "before")
    memory, question = SharedMemory(client), Question(client)
    waiting = asyncio.create_task(Replicas(memory).once("key", question.second, call="t:c"))
    await until(client, lambda mark: mark == b"before?")
    memory.leave_alone()
    async with asyncio.timeout(0.5):
        assert (await waiting, question.runs) == (GOOD, ["second"])
