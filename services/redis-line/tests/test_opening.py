"""How a connection comes to be: nothing overtakes what was asked before it stood, and nobody's is left behind."""

import asyncio

import pytest
from redis.exceptions import RedisError

from local_stack.embedded import EmbeddedRedis
from redis_line import connect


async def test_nothing_overtakes_what_was_asked_before_the_connection_stood() -> None:
    """What was written of a call in the moment in which the connection stood was replaced by what had been written before."""
    with EmbeddedRedis() as server:
        client = connect(server.url, timeout_s=5)
        for number in range(300):
            client.tell(_heard, "RPUSH", "told", number)
            await asyncio.sleep(0)
        assert await client.lrange("told", 0, -1) == [str(number).encode() for number in range(300)]
        assert (await client.info("clients"))["connected_clients"] == 1
        await client.aclose()


def _heard(_: object) -> None:
    """Nobody minds."""


@pytest.mark.parametrize("words", ["somebody:wrong@{}/0", "{}/9999"])
async def test_whoever_is_refused_leaves_no_connection_behind(words: str) -> None:
    """With each attempt there was one more, until Redis let nobody in."""
    with EmbeddedRedis() as server:
        address = server.url.removeprefix("redis://").partition("/")[0]
        refused, watching = (
            connect(f"redis://{words.format(address)}", timeout_s=5),
            connect(server.url, timeout_s=5),
        )
        for _ in range(5):
            with pytest.raises(RedisError):
                await refused.ping()
        async with asyncio.timeout(5):
            while (await watching.info("clients"))["connected_clients"] > 1:  # noqa: ASYNC110 - of others nobody is told
                await asyncio.sleep(0.01)
        await refused.aclose()
        await watching.aclose()


async def test_what_was_given_up_before_the_connection_stood_is_not_done_afterwards(redis_url: str) -> None:
    client = connect(redis_url, timeout_s=5)
    given_up, kept = client.send("SET", "given up", "1"), client.send("SET", "kept", "1")
    given_up.cancel()
    await kept
    assert await client.exists("given up") == 0
    await client.aclose()


async def test_what_cannot_be_written_is_its_own_askers_alone(redis_url: str) -> None:
    client = connect(redis_url, timeout_s=5)
    for _ in range(2):  # before the connection stands, and on it
        with pytest.raises(UnicodeEncodeError):
            client.send("ECHO", "\ud800")
        assert await client.echo("well") == b"well"
    await client.aclose()
