"""Time in the simulation: it stands still while a server answers, and goes on where the answer waits for time itself."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest
from simulated.virtual_loop import VirtualLoop

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.xdist_group("simulation")]
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
