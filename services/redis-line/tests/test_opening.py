"""How a connection comes to be: nothing overtakes what was asked before it stood, and nobody's is left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from redis.exceptions import ReadOnlyError, RedisError

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


async def test_when_another_redis_takes_over_it_is_found() -> None:
    """One that was demoted answers on, and refuses all that writes: times were held by nobody until the process was restarted."""
    with EmbeddedRedis() as first, EmbeddedRedis() as second:
        async with _address_of(first) as (url, leads_to):
            client = connect(url, timeout_s=5)
            await client.set("key", "1")
            host, _, port = _place(second)
            await client.execute_command("REPLICAOF", host, port)
            leads_to[0] = second
            with pytest.raises(ReadOnlyError):
                await client.set("key", "2")
            assert await client.set("key", "2")
            await client.aclose()


def _place(server: EmbeddedRedis) -> tuple[str, str, str]:
    return server.url.removeprefix("redis://").partition("/")[0].partition(":")


@asynccontextmanager
async def _address_of(server: EmbeddedRedis) -> AsyncIterator[tuple[str, list[EmbeddedRedis]]]:
    """One that leads elsewhere for whoever comes later."""
    leads_to, passing = [server], set[asyncio.Task[None]]()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = _place(leads_to[0])
        there, back = await asyncio.open_connection(host, int(port))
        passing.add(asyncio.create_task(_pass(reader, back)))
        passing.add(asyncio.create_task(_pass(there, writer)))

    async with await asyncio.start_server(lead, "127.0.0.1", 0) as listening:
        yield f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}/0", leads_to
        await asyncio.wait(passing)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()
