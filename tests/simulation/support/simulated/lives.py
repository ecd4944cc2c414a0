"""Owns the lives of the services: started, killed without a chance to clean up, started again by a supervisor."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

import httpx
from simulated.clocks import SkewedClock
from simulated.grpc_wire import MemoryServer, Network
from simulated.http_wire import Host
from simulated.services import SERVICES
from simulated.trunk_wire import carry, trunk
from simulated.virtual_loop import LIFE, VirtualLoop
from starlette.types import ASGIApp

from chassis.grpc_server import Servicer

_log = logging.getLogger(__name__)


@dataclass
class Life:
    """One life of one service, and what it stands on."""

    name: str
    number: int
    loop: VirtualLoop
    network: Network
    clock: SkewedClock
    database_url: str
    redis_url: str
    calcom: httpx.AsyncClient
    is_up: asyncio.Event = field(default_factory=asyncio.Event)
    host: Host | None = None
    server: MemoryServer | None = None
    root: "asyncio.Task[None] | None" = None
    context: Context = field(default_factory=copy_context)

    @property
    def life(self) -> str:
        """Its name among all lives."""
        return f"{self.name}#{self.number}"

    def begin(self) -> None:
        """Start it, in a context by which all that it ever does is known."""
        self.context.run(LIFE.set, self.life)
        self.root = self.loop.create_task(SERVICES[self.name](self), context=self.context)  # type: ignore[arg-type]

    def start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Something that happens inside it."""
        return self.loop.create_task(work, context=self.context.copy())

    def channel(self, target: str, deadline_s: float, retried: Any = ()) -> Any:
        """To another service."""
        return self.network.channel(self.name, target, deadline_s=deadline_s, retried=retried)

    def trunk(self, target: str, deadline_s: float, retried: Any) -> AbstractAsyncContextManager[Any]:
        """The same, with what is harmless to repeat over a trunk."""
        return trunk(self.network, self.name, target, deadline_s=deadline_s, retried=retried)

    async def serve(self, servicer: Servicer, *, carries: bool = False) -> None:
        """Over gRPC."""
        server = MemoryServer(self.life, self.start, self.context)
        await server.add(servicer)
        if carries:
            carry(server)
        self.server = self.network.servers[self.name] = server

    def listen(self, app: ASGIApp) -> None:
        """Over HTTP."""
        self.host = Host(app, self.start)

    def end(self) -> None:
        """As kill -9."""
        self.loop.kill(self.life)
        if self.server:
            self.server.end()
        if self.host:
            self.host.end()
        self.network.hang_up(self.life)


@dataclass
class Supervisor:
    """Keeps every service alive."""

    loop: VirtualLoop
    network: Network
    clocks: dict[str, SkewedClock]
    database_urls: dict[str, str]
    redis_url: str
    calcom: httpx.AsyncClient
    lives: dict[str, Life] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)
    """Services that ended by themselves: a loop of theirs has failed, which is a bug."""
    kills: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)
    _watching: set["asyncio.Task[None]"] = field(default_factory=set)

    def start(self, name: str) -> Life:
        """A new life."""
        self._numbers[name] = self._numbers.get(name, 0) + 1
        life = Life(
            name, self._numbers[name], self.loop, self.network, self.clocks[name], self.database_urls[name],
            self.redis_url, self.calcom,
        )  # fmt: skip
        self.lives[name] = life
        life.begin()
        watching = self.loop.create_task(self._watch(life))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)
        return life

    async def _watch(self, life: Life) -> None:
        assert life.root
        await asyncio.wait({life.root})
        if self.lives.get(life.name) is not life:
            return
        error = None if life.root.cancelled() else life.root.exception()
        self.crashes.append(f"{life.life}: {_causes(error)}")
        _log.error("a service has ended", extra={"life": life.life, "error": repr(error)})
        life.end()
        await asyncio.sleep(1.0)
        self.start(life.name)

    async def kill(self, name: str, *, down_s: float) -> None:
        """End a life at once; a new one begins after a while."""
        life = self.lives.pop(name, None)
        if life is None:
            return
        self.kills += 1
        life.end()
        await asyncio.sleep(down_s)
        self.start(name)

    def host(self, name: str) -> Host | None:
        """Who listens now."""
        life = self.lives.get(name)
        return life.host if life else None


def _causes(error: BaseException | None) -> str:
    chain = []
    while error is not None:
        chain.append(f"{type(error).__name__}: {error}"[:200])
        inner = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else None
        error = inner or error.__cause__
    return " <- ".join(chain)
