"""Streams that would never end by themselves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar

T = TypeVar("T")


async def until_stopped(stream: AsyncIterator[T], stop: asyncio.Event) -> AsyncIterator[T]:
    """What the stream yields, until ``stop`` is set: a reader that stays for ever would hold up the drain."""
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    coming: asyncio.Future[Any] = asyncio.ensure_future(anext(stream))
    try:
        while await _first(coming, stopping):
            yield coming.result()
            coming = asyncio.ensure_future(anext(stream))
    except StopAsyncIteration:
        return
    finally:
        coming.cancel()
        stopping.cancel()
        await asyncio.wait([coming, stopping])


async def _first(coming: asyncio.Future[Any], stopping: asyncio.Future[Any]) -> bool:
    """Wait for either; whether the first was it."""
    await asyncio.wait([coming, stopping], return_when=asyncio.FIRST_COMPLETED)
    return coming.done()
