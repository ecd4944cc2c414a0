"""Owns what breaks: services are killed at a chosen send, Redis forgets, PostgreSQL restarts, Cal.com is in a bad mood."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from simulated.plan import Entry
from simulated.record import Record
from simulated.world import World

_MOODS: tuple[tuple[str, float, dict[str, float]], ...] = (
    ("fail_after_create", 0.25, {}),
    ("timeout_after_create", 0.15, {"seconds": 30}),
    ("server_error", 0.2, {}),
    ("stale_list", 0.3, {"seconds": 5}),
    ("delay", 0.3, {"seconds": 2}),
    ("rate_limit", 0.05, {"seconds": 20}),
    ("drop_webhook", 0.2, {}),
    ("repeat_webhook", 0.2, {}),
)
"""Of the stand-in, with their shares of the rate."""


@dataclass
class Trouble:
    """Does what the plan says, and arms the fuses of killings."""

    world: World
    record: Record
    _fuses: dict[str, tuple[int, str, float]] = field(default_factory=dict)
    """By service: after how many sends, whether the last one still goes out, and how long it is down."""
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def begin(self, rate: float) -> None:
        """From now on."""
        self.world.loop.sent_by = self._sent
        for number, (kind, share, more) in enumerate(_MOODS):
            order = {"kind": kind, "probability": rate * share, "seed": self.world.seed + number, **more}
            if rate:
                self._later(self._order(order))

    async def _order(self, order: dict[str, object]) -> None:
        async with self.world.quiet_client() as client:
            (await client.post("/admin/faults", json=order)).raise_for_status()

    async def end(self) -> None:
        """No more of it."""
        self._fuses.clear()
        async with self.world.quiet_client() as client:
            struck = (await client.get("/admin/faults")).json()
            for fault in struck.get("faults", struck) if isinstance(struck, dict) else struck:
                self.world.dice.struck[f"calcom {fault['kind']}"] += int(fault["struck"])
            await client.delete("/admin/faults")

    async def do(self, entry: Entry) -> None:
        """One piece of trouble."""
        if entry.kind == "kill":
            self._fuses[entry.details["service"]] = (
                entry.details["sends"],
                entry.details["last"],
                entry.details["down_s"],
            )
        elif entry.kind == "redis forgets":
            self.record.flushes.append(self.world.wall.now())
            self.world.servers.redis.empty()
        elif entry.kind == "postgres restarts":
            await self._restart(entry.details["down_s"])
        self.world.dice.struck[entry.kind] += 1

    async def _restart(self, down_s: float) -> None:
        began = self.world.wall.now()
        self.world.database.close()
        self.world.servers.postgres.kill()
        await asyncio.sleep(down_s)
        self.world.servers.postgres.start()
        self.world.database.tell(self.world.wall.now())
        self.record.outages.append((began, self.world.wall.now()))

    def _sent(self, life: str, _kind: str) -> bool:
        """Somebody sends something to a server: perhaps it is the last thing."""
        service = life.partition("#")[0]
        fuse = self._fuses.get(service)
        if fuse is None:
            return True
        sends, last, down_s = fuse
        if sends > 0:
            self._fuses[service] = (sends - 1, last, down_s)
            return True
        del self._fuses[service]
        self.world.loop.call_soon(self._kill, service, down_s, context=Context())
        return last == "goes out"

    def _kill(self, service: str, down_s: float) -> None:
        self.record.killed.append((self.world.wall.now(), service))
        self._later(self.world.supervisor.kill(service, down_s=down_s))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
