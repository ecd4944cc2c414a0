"""What comes quickly is taken together; what comes alone is not kept waiting, and nothing is lost at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from calcom_sync import gathering
from calcom_sync.gathering import AHEAD_MAX, TOGETHER_MAX, gathered


class _Stream:
    """Items that a test lets come."""

    def __init__(self) -> None:
        self._coming: asyncio.Queue[int | Exception | None] = asyncio.Queue()
        self.read = 0
        self.is_closed = False

    def tell(self, *items: int | Exception | None) -> None:
        """None: the end."""
        for item in items:
            self._coming.put_nowait(item)

    async def __aiter__(self) -> AsyncIterator[int]:
        try:
            while (item := await self._coming.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                self.read += 1
                yield item
        finally:
            self.is_closed = True


GATHER_S = 1.5
"""Longer than a busy machine stands still."""


async def test_the_first_after_a_pause_is_taken_at_once_and_the_next_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "GATHER_S", GATHER_S)
    stream, loop = _Stream(), asyncio.get_running_loop()
    async with aclosing(gathered(aiter(stream))) as batches:
        began = loop.time()
        stream.tell(1)
        assert await anext(batches) == [1]
        assert loop.time() - began < GATHER_S
        stream.tell(2)
        loop.call_later(GATHER_S / 10, stream.tell, 3, 4)
        assert await anext(batches) == [2, 3, 4]
        assert loop.time() - began >= GATHER_S

        await asyncio.sleep(GATHER_S + 0.1)
        stream.tell(5)
        alone = loop.time()
        assert await anext(batches) == [5]
        assert loop.time() - alone < GATHER_S


async def test_what_was_heard_before_the_end_is_taken_first() -> None:
    stream = _Stream()
    stream.tell(1, 2, None)

    assert [one async for together in gathered(aiter(stream)) for one in together] == [1, 2]


async def test_what_was_heard_before_an_error_is_taken_first() -> None:
    stream, taken = _Stream(), []
    stream.tell(1, 2, ConnectionResetError())

    async def take() -> None:
        async for together in gathered(aiter(stream)):
            taken.extend(together)

    with pytest.raises(ConnectionResetError):
        await take()
    assert taken == [1, 2]


async def test_no_more_is_read_ahead_than_fits_and_all_of_it_comes_in_order() -> None:
    stream = _Stream()
    stream.tell(*range(1000), None)
    taken: list[int] = []
    async for together in gathered(aiter(stream)):
        assert len(together) <= TOGETHER_MAX
        taken += together
        await asyncio.sleep(0)
        assert stream.read <= len(taken) + AHEAD_MAX
    assert taken == list(range(1000))


async def test_whoever_goes_away_ends_the_reading() -> None:
    stream = _Stream()
    stream.tell(1)
    async with aclosing(gathered(aiter(stream))) as batches:
        await anext(batches)
    assert stream.is_closed
