"""Streams that end with the process."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chassis.streams import until


class Endless:
    """Gives some numbers, then nothing any more; remembers whether it was left."""

    def __init__(self, count: int) -> None:
        self.count, self.left = count, asyncio.Event()

    async def numbers(self) -> AsyncIterator[int]:
        try:
            for n in range(self.count):
                yield n
            await asyncio.Event().wait()
        finally:
            self.left.set()


async def test_items_come_until_the_stop() -> None:
    stop, source, seen = asyncio.Event(), Endless(3), []
    async for n in until(stop, source.numbers()):
        seen.append(n)
        if n == 2:
            asyncio.get_running_loop().call_soon(stop.set)
    assert seen == [0, 1, 2]
    await asyncio.wait_for(source.left.wait(), 1)


async def test_a_stream_that_ends_ends() -> None:
    async def two() -> AsyncIterator[int]:
        yield 1
        yield 2

    assert [n async for n in until(asyncio.Event(), two())] == [1, 2]


async def test_an_error_of_the_source_comes_through() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        _ = [n async for n in until(asyncio.Event(), broken())]


async def test_a_reader_who_goes_away_takes_the_source_along() -> None:
    source = Endless(0)
    reading = asyncio.ensure_future(anext(until(asyncio.Event(), source.numbers())))
    await asyncio.wait({reading}, timeout=0.01)
    reading.cancel()
    await asyncio.wait_for(source.left.wait(), 1)
