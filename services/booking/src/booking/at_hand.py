"""Connections that stay at hand for one statement after the other: to give one back and take it again costs a process twice as
much as to send the statement and to read its answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from chassis.postgres import Pool, show

MOST = 8
"""Half of a pool: the others are for whoever needs one for longer than a statement."""
SPARE = 4
"""So many of the pool are left before one stays at hand: where it is nearly used up somebody may be waiting, who cannot be given
what stays at hand."""
LOOK_EVERY_S = 0.25
"""How often it is looked for that while nothing is asked."""
KEPT_S = 30.0
"""Then all go back, and the pool closes those that nobody takes for its five minutes."""


class _AtHand:
    """Answers single values over what is at hand; all else is the pool's."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: list[PoolConnectionProxy] = []
        self._most = MOST

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pool has
        return getattr(self._pool, name)

    async def fetchval(self, query: str, *arguments: object) -> Any:  # noqa: ANN401 - as the pool's
        """See asyncpg.Pool."""
        connection = await self._taken()
        try:
            await show(connection)
            answer = await connection.fetchval(query, *arguments)
        except BaseException:
            # The pool ends what is still under way.
            await self._pool.release(connection)
            raise
        if len(self._kept) < self._most and self._has_room() and not connection.is_in_transaction():
            self._kept.append(connection)
        else:
            await self._pool.release(connection)
        return answer

    def _has_room(self) -> bool:
        taken = self._pool.get_size() - self._pool.get_idle_size()
        return bool(taken + SPARE <= self._pool.get_max_size())

    async def _taken(self) -> PoolConnectionProxy:
        while self._kept:
            connection = self._kept.pop()
            if _stands(connection):
                return connection
            await self._pool.release(connection)
        return await self._pool.acquire()

    async def give_back(self) -> None:
        """What is at hand."""
        while self._kept:
            await self._pool.release(self._kept.pop())

    async def give_back_at_times(self, kept_s: float) -> None:
        """Until cancelled: after so long, and as soon as others may be waiting."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._crowded(), kept_s)
            await self.give_back()

    async def _crowded(self) -> None:
        await asyncio.sleep(LOOK_EVERY_S)
        while self._has_room():  # noqa: ASYNC110 - a pool does not tell
            await asyncio.sleep(LOOK_EVERY_S)

    async def end(self) -> None:
        """Keep nothing from now on."""
        self._most = 0
        await self.give_back()


def _stands(connection: PoolConnectionProxy) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        # The pool has taken it back with its end.
        return False


@asynccontextmanager
async def at_hand(pool: Pool, *, kept_s: float = KEPT_S) -> AsyncIterator[Pool]:
    """The same pool for whoever asks single values again and again."""
    ours = _AtHand(pool)
    giving_back = asyncio.create_task(ours.give_back_at_times(kept_s))
    try:
        yield cast("Pool", ours)
    finally:
        giving_back.cancel()
        with suppress(asyncio.CancelledError):
            await giving_back
        await ours.end()
