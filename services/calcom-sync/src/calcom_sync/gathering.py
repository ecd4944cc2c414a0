"""Takes what comes in a stream together, so that one transaction stores many."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Generic, TypeVar

GATHER_S = 0.1
"""How long after the last were taken the next are; what comes later than that is taken at once."""
TOGETHER_MAX = 100
AHEAD_MAX = 200
"""So much is read ahead; the rest waits where it comes from."""
T = TypeVar("T")


async def gathered(items: AsyncIterator[T]) -> AsyncGenerator[list[T], None]:
    """The items in order, as many at once as have come together, to the end of the stream or its error."""
    ahead = _Ahead(items)
    loop = asyncio.get_running_loop()
    next_at = loop.time()
    try:
        while await ahead.any():
            if not ahead.is_much:
                await asyncio.sleep(max(0.0, next_at - loop.time()))
            next_at = loop.time() + GATHER_S
            yield ahead.taken()
        await ahead.reading
    finally:
        ahead.reading.cancel()
        await asyncio.gather(ahead.reading, return_exceptions=True)


class _Ahead(Generic[T]):
    """What has come and was not taken yet."""

    def __init__(self, items: AsyncIterator[T]) -> None:
        self._heard: deque[T] = deque()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self.reading = asyncio.create_task(self._read(items))
        self.reading.add_done_callback(lambda _: self._news.set())

    async def _read(self, items: AsyncIterator[T]) -> None:
        async for item in items:
            self._heard.append(item)
            self._news.set()
            if len(self._heard) >= AHEAD_MAX:
                self._room.clear()
                await self._room.wait()

    async def any(self) -> bool:
        """Whether there is more; False: it has ended."""
        await self._news.wait()
        return bool(self._heard)

    @property
    def is_much(self) -> bool:
        """Whether it is no use to wait for more."""
        return len(self._heard) >= TOGETHER_MAX

    def taken(self) -> list[T]:
        """The next, in order."""
        together = [self._heard.popleft() for _ in range(min(len(self._heard), TOGETHER_MAX))]
        if not self._heard and not self.reading.done():
            self._news.clear()
        self._room.set()
        return together
