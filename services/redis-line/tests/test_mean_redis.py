"""Whatever a Redis does that answers late, refuses, cuts or says nothing: nobody hears what was said to another."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import hiredis
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from redis_line import OneConnection, connect

TIMEOUT_S = 0.05
STEPS = st.one_of(
    st.just(("ask", 1)),
    st.tuples(st.just("ask"), st.integers(1, 5)),
    st.tuples(st.just("answer"), st.integers(1, 4)),
    st.just(("refuse", 1)),
    st.just(("cut", 1)),
    st.tuples(st.just("give up"), st.integers(0, 5)),
    st.just(("wait", 1)),
    st.just(("silence", 1)),
)


@dataclass
class Mean:
    """A server that answers when it is told to."""

    heard: list[list[bytes]] = field(default_factory=list)
    """By connection."""
    owed: list[tuple[asyncio.StreamWriter, bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked, heard = hiredis.Reader(), list[bytes]()
        self.heard.append(heard)
        while data := await reader.read(65536):
            asked.feed(data)
            while (command := asked.gets()) is not False:
                heard.append(command[1])
                self.owed.append((writer, command[1]))
        writer.close()

    def answer(self, count: int) -> None:
        for _ in range(min(count, len(self.owed))):
            writer, word = self.owed.pop(0)
            writer.write(b"$%d\r\n%s\r\n" % (len(word), word))

    def refuse(self, _: int) -> None:
        if self.owed:
            writer, word = self.owed.pop(0)
            writer.write(b"-ERR %s\r\n" % word)

    def cut(self, _: int) -> None:
        if self.owed:
            writer = self.owed[0][0]
            self.owed = [each for each in self.owed if each[0] is not writer]
            writer.transport.abort()


@asynccontextmanager
async def mean() -> AsyncIterator[tuple[Mean, OneConnection]]:
    server = Mean()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        client = connect(f"redis://127.0.0.1:{port}/0", timeout_s=TIMEOUT_S)
        yield server, client
        await client.aclose()


async def play(steps: Sequence[tuple[str, int]]) -> None:
    async with mean() as (server, client):
        asked: list[asyncio.Future[object]] = []
        for kind, number in steps:
            if kind == "ask":
                asked += [client.send("ECHO", str(len(asked) + each)) for each in range(number)]
            elif kind == "give up":
                for given_up in asked[-1 - number :][:1]:
                    given_up.cancel()
            elif kind in {"wait", "silence"}:
                await asyncio.sleep(0.001 if kind == "wait" else 1.5 * TIMEOUT_S)
            else:
                {"answer": server.answer, "refuse": server.refuse, "cut": server.cut}[kind](number)
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            outcomes = await asyncio.gather(*asked, return_exceptions=True)
        for number, outcome in enumerate(outcomes):
            assert_own(str(number), outcome)
        everything = [int(word) for heard in server.heard for word in heard]
        assert sorted(set(everything)) == everything


def assert_own(word: str, outcome: object) -> None:
    match outcome:
        case ResponseError():
            assert str(outcome) == f"ERR {word}"
        case RedisConnectionError() | RedisTimeoutError() | asyncio.CancelledError():
            pass
        case _:
            assert outcome == word.encode()


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=40, deadline=None)
def test_each_hears_what_is_his_or_nothing_and_nothing_is_asked_twice(steps: list[tuple[str, int]]) -> None:
    asyncio.run(play(steps))
