"""Kills work at a chosen point: wherever it waits for something, one point after the other."""

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from types import coroutine
from typing import Any


@dataclass
class _Knife:
    """Counts the points at which work waits, in all of its tasks, and cuts at one of them."""

    at: int
    points: int = 0
    work: "asyncio.Task[Any] | None" = None

    def point(self) -> None:
        self.points += 1
        if self.points == self.at and self.work:
            self.work.cancel()


_knife: ContextVar[_Knife | None] = ContextVar("knife", default=None)


async def killed_at(point: int, work: Coroutine[Any, Any, object]) -> bool:
    """Run it until it waits for the given time (from 1), and end it there with all that it has begun, as a process that is
    killed: what it asked for goes on at the other end. False: it came to its end before."""
    loop, knife = asyncio.get_running_loop(), _Knife(point)
    before = loop.get_task_factory()
    loop.set_task_factory(_counting)
    token = _knife.set(knife)
    try:
        knife.work = asyncio.create_task(work)
        await asyncio.wait({knife.work})
    finally:
        _knife.reset(token)
        loop.set_task_factory(before)
    if knife.work.cancelled():
        return True
    knife.work.result()
    return False


def _counting(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> "asyncio.Task[Any]":
    knife = _knife.get()
    return asyncio.Task(_counted(work, knife) if knife else work, loop=loop, **more)


@coroutine
def _counted(work: Coroutine[Any, Any, Any], knife: _Knife) -> Generator[Any, Any, Any]:
    """Passes everything on, and counts each time that it waits."""
    error: BaseException | None = None
    while True:
        try:
            waits_for = work.throw(error) if error else work.send(None)
        except StopIteration as end:
            return end.value
        knife.point()
        try:
            yield waits_for
            error = None
        except BaseException as thrown:  # noqa: BLE001 - handed on, to where it would have been raised
            error = thrown
