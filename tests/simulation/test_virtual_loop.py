"""Time in the simulation: it stands still while a server answers, and goes on where the answer waits for time itself."""

import asyncio
import socket
from contextvars import copy_context
from urllib.parse import urlsplit

import asyncpg
import pytest
from simulated.virtual_loop import LIFE, VirtualLoop

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]
LOCK = "SELECT pg_advisory_xact_lock(4711)"
HELD_S = 3600.0


async def _held_and_waited_for(url: str) -> float:
    """Virtual seconds after which the second one has the lock that the first one held for an hour."""
    loop = asyncio.get_running_loop()
    held = asyncio.Event()

    async def hold() -> None:
        connection = await asyncpg.connect(url)
        async with connection.transaction():
            await connection.execute(LOCK)
            held.set()
            for _ in range(int(HELD_S)):
                await asyncio.sleep(1)
        await connection.close()

    async def wait() -> float:
        await held.wait()
        connection = await asyncpg.connect(url)
        began = loop.time()
        async with connection.transaction():
            await connection.execute(LOCK)
        await connection.close()
        return loop.time() - began

    _, waited = await asyncio.gather(hold(), wait())
    return waited


def test_an_answer_that_a_lock_keeps_back_is_waited_for_once(postgres_server: str) -> None:
    """A world stood still for two seconds at each of thousands of steps, as long as somebody held a lock over a pause."""
    loop = VirtualLoop({urlsplit(postgres_server).port or 5432: "postgres"})
    waited = loop.run_until_complete(_held_and_waited_for(postgres_server))
    assert waited == pytest.approx(HELD_S, abs=30)
    assert loop.stalls == 1
    loop.close()


def test_whoever_is_killed_while_connecting_does_not_make_time_stand_still() -> None:
    """A world of `make simulate SEED=3` never ended: the socket of a life that was killed in that moment was ready for ever."""
    loop = VirtualLoop({})
    one, other = socket.socketpair()
    life = copy_context()
    life.run(LIFE.set, "booking#1")
    life.run(loop.add_writer, one, lambda: None)
    loop.kill("booking#1")
    loop.run_until_complete(asyncio.sleep(3600))
    assert loop.time() >= 3600
    for each in (one, other):
        each.close()
    loop.close()
