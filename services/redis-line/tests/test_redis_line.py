"""One connection for all commands: in order, cut, late, refused."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import BusyLoadingError, NoScriptError, ReadOnlyError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from local_stack.embedded import EmbeddedRedis
from redis_line import OneConnection, connect


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[OneConnection]:
    opened = connect(redis_url, timeout_s=5)
    yield opened
    await opened.aclose()


async def test_many_at_once_get_each_its_own_answer(client: OneConnection) -> None:
    assert await asyncio.gather(*(client.echo(str(number)) for number in range(500))) == [
        str(number).encode() for number in range(500)
    ]


async def test_answers_read_as_with_the_librarys_own_client(client: OneConnection) -> None:
    assert await client.set("key", "value", nx=True, px=60_000) is True
    assert await client.set("key", "other", nx=True) is None
    await client.hset("hash", mapping={"a": "1", "b": "2"})
    assert await client.hgetall("hash") == {b"a": b"1", b"b": b"2"}


async def test_commands_of_two_words_travel_as_two(client: OneConnection) -> None:
    sha = await client.script_load("return ARGV[1]")
    assert await client.evalsha(sha, 0, "said") == b"said"


async def test_what_is_sent_happens_before_what_is_asked_next(client: OneConnection) -> None:
    await client.ping()
    client.send("SET", "sent", "first")
    assert await client.get("sent") == b"first"


async def test_whoever_is_told_hears_answers_and_refusals_in_order(client: OneConnection) -> None:
    heard: list[object] = []
    for _ in range(2):  # before the connection stands, and on it
        client.tell(heard.append, "ECHO", "well")
        client.tell(heard.append, "HSET", "odd")
        await client.ping()
    assert [type(one) for one in heard] == [bytes, ResponseError] * 2


async def test_nobody_there_is_told_as_well() -> None:
    # Nothing listens on port 1.
    nobody, heard = connect("redis://127.0.0.1:1/0", timeout_s=5), list[object]()
    nobody.tell(heard.append, "PING")
    with pytest.raises(RedisConnectionError):
        await nobody.ping()
    assert [type(one) for one in heard] == [RedisConnectionError]
    await nobody.aclose()


async def test_what_goes_along_is_one_write_with_what_a_task_begun_then_asks(client: OneConnection) -> None:
    async def reads() -> int:
        return int((await client.info("stats"))["total_reads_processed"])

    await client.ping()
    heard, before = list[object](), await reads()
    client.tell(heard.append, "ECHO", "first", along=True)
    assert await asyncio.create_task(client.execute_command("ECHO", "second")) == b"second"
    assert heard == [b"first"]
    assert await reads() - before == 2  # the other one asks for the count


async def test_what_goes_along_with_nothing_goes_alone(client: OneConnection) -> None:
    await client.ping()
    heard = asyncio.get_running_loop().create_future()
    client.tell(heard.set_result, "ECHO", "alone", along=True)
    assert await heard == b"alone"


async def test_a_refusal_is_its_own_askers_alone(client: OneConnection) -> None:
    await client.ping()
    refused, answered = client.send("HSET", "odd"), client.send("ECHO", "well")
    with pytest.raises(ResponseError):
        await refused
    assert await answered == b"well"


async def test_an_unknown_script_says_so(client: OneConnection) -> None:
    with pytest.raises(NoScriptError):
        await client.evalsha("0" * 40, 0)


async def test_whoever_gives_up_does_not_shift_the_answers_of_others(client: OneConnection) -> None:
    await client.ping()
    given_up = client.send("ECHO", "given up")
    given_up.cancel()
    assert await client.echo("heard") == b"heard"


async def test_a_cut_connection_is_opened_again() -> None:
    with EmbeddedRedis() as server:
        client = connect(server.url, timeout_s=5)
        assert await client.ping()
        await asyncio.to_thread(server.stop)
        with pytest.raises(RedisConnectionError):
            await client.ping()
        await asyncio.to_thread(server.start)
        assert await client.ping()
        await client.aclose()


async def test_a_server_that_hangs_keeps_nobody(redis_url: str) -> None:
    client, other = connect(redis_url, timeout_s=1.5), connect(redis_url, timeout_s=15)
    assert await client.ping()
    await other.execute_command("CLIENT", "PAUSE", 4000, "ALL")
    waiting = [asyncio.ensure_future(client.ping()) for _ in range(3)]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, RedisTimeoutError | RedisConnectionError) for outcome in outcomes)
    await client.aclose()
    await other.execute_command("CLIENT", "UNPAUSE")
    await other.aclose()


@pytest.mark.parametrize(
    ("word", "error"), [("LOADING", BusyLoadingError), ("READONLY", ReadOnlyError), ("ERR", ResponseError)]
)
async def test_what_redis_refuses_is_told_as_the_library_tells_it(
    client: OneConnection, word: str, error: type[Exception]
) -> None:
    """A server that has just been started again is away for a moment: that is no fault of whoever asks."""
    with pytest.raises(error) as refused:
        await client.execute_command("EVAL", f"return redis.error_reply('{word} says no')", 0)
    assert type(refused.value) is error
