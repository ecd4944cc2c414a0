"""Owns a world: real servers, a stand-in Cal.com, five services in one virtual time, and what moves that time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from simulated.businesses import Known, Setup
from simulated.clocks import SkewedClock, WallClock
from simulated.dice import Dice, generator
from simulated.grpc_wire import BUGS, Network
from simulated.http_wire import WEBHOOK_FATES, Host, Way
from simulated.lives import Supervisor
from simulated.servers import SCHEMAS, Database, Servers
from simulated.services import SERVICES
from simulated.trunk_wire import take_up
from simulated.virtual_loop import VirtualLoop

from sandbox.calcom.app import build_app
from sandbox.calcom.settings import Settings as StandInSettings

TELL_EVERY_S = 1.0
AGE_EVERY_S = 20.0
SKEW_S = 3.0
CALCOM = "http://calcom.example.org"
WEBHOOKS = "http://sync.example.org"
GATEWAY = "http://gateway.example.org"


@dataclass
class World:
    """Everything that exists."""

    seed: int
    loop: VirtualLoop
    servers: Servers
    database: Database
    dice: Dice
    wall: WallClock
    network: Network
    supervisor: Supervisor
    calcom: Host
    calcom_state: Any
    known: list[Known] = field(default_factory=list)
    _told_at: float = 0.0
    _aged_at: float = 0.0

    def on_jump(self) -> None:
        """Virtual time has gone on: the servers hear of it."""
        if self.loop.virtual - self._told_at >= TELL_EVERY_S:
            self._told_at = self.loop.virtual
            self.database.tell(self.wall.now())
        if self.loop.virtual - self._aged_at >= AGE_EVERY_S:
            self.servers.age(round((self.loop.virtual - self._aged_at) * 1000))
            self._aged_at = self.loop.virtual

    async def leap(self, by: timedelta) -> None:
        """Time passes in which nobody does anything, as on a machine that was suspended."""
        self.wall.leapt += by
        self.database.tell(self.wall.now())
        self.servers.age(round(by.total_seconds() * 1000))

    def client(self, name: str, base_url: str) -> httpx.AsyncClient:
        """Of somebody outside, over a way on which things happen."""
        hosts = {
            "telephony_gateway": lambda _: self.supervisor.host("telephony_gateway"),
            "calcom": lambda _: self.calcom,
        }
        return httpx.AsyncClient(
            transport=Way(
                f"http to {name}", hosts[name], self.dice, about=lambda r: f"{r.method} {r.url.path}"
            ),
            base_url=base_url,
            timeout=None,
        )

    def quiet_client(self) -> httpx.AsyncClient:
        """To the stand-in, without faults: what the salon's own people and the oracle use."""
        return httpx.AsyncClient(transport=_Direct(self.calcom), base_url=CALCOM)

    async def begin(self) -> None:
        """All services up, and availability warm."""
        for name in SERVICES:
            self.supervisor.start(name)
        for life in list(self.supervisor.lives.values()):
            await life.is_up.wait()

    async def settle(self, steps: tuple[float, ...] = (60, 600, 3600, 6 * 3600, 12 * 3600)) -> None:
        """No more faults; time passes until everything has come to rest."""
        self.dice.on = False
        for name in SERVICES:
            if name not in self.supervisor.lives:
                self.supervisor.start(name)
        for step in steps:
            await asyncio.sleep(45)
            await self.leap(timedelta(seconds=step))
        await asyncio.sleep(90)


@dataclass
class _Direct(httpx.AsyncBaseTransport):
    host: Host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.host.answer(request)


@dataclass
class _Blocking(httpx.BaseTransport):
    """For set-up code that knows no loop."""

    loop: VirtualLoop
    host: Host

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            plain = httpx.Request(
                request.method, request.url, headers=request.headers, content=request.read()
            )
            return await self.host.answer(plain)

        return self.loop.run_until_complete(ask())


@contextmanager
def made(servers: Servers, loop: VirtualLoop, *, seed: int, rate: float, begins: datetime) -> Iterator[World]:
    """A world with its businesses at Cal.com and in the registry; faults are off while it is being made."""
    BUGS.clear()
    asyncio.set_event_loop(loop)
    dice = Dice(seed, rate, on=False)
    wall = WallClock(loop, begins)
    with servers.database() as database:
        world = _assembled(servers, loop, database, dice, wall, seed)
        loop.on_jump = world.on_jump
        database.tell(wall.now())
        loop.run_until_complete(world.begin())
        setup = Setup(httpx.Client(transport=_Blocking(loop, world.calcom), base_url=CALCOM), WEBHOOKS, seed)
        world.known = setup.all(lambda asked: loop.run_until_complete(_import(world, asked)))
        yield world


async def _import(world: World, description: Any) -> Any:
    from rufbuch.staff.v1 import service_pb2, service_pb2_grpc  # noqa: PLC0415 - as stubs are used elsewhere

    stub = service_pb2_grpc.StaffRegistryServiceStub(
        world.network.channel("operator", "staff_registry", deadline_s=20)
    )
    return (await stub.ImportBusiness(service_pb2.ImportBusinessRequest(business=description))).business


def _assembled(
    servers: Servers, loop: VirtualLoop, database: Database, dice: Dice, wall: WallClock, seed: int
) -> World:
    skews = generator(seed, "skews")
    clocks = {
        name: SkewedClock(wall, timedelta(seconds=skews.uniform(-SKEW_S, SKEW_S)))
        for name in (*SERVICES, "calcom")
    }
    network = Network(dice)
    take_up(network)
    holder: list[World] = []

    def hooks(_: httpx.Request) -> Host | None:
        return holder[0].supervisor.host("calcom_sync")

    webhooks = Way("webhook", hooks, dice, WEBHOOK_FATES)
    app = build_app(StandInSettings(insert_delay_s=0.02, seed=seed), clocks["calcom"], webhooks)
    calcom = Host(app, loop.create_task)
    way = Way(
        "http to calcom",
        lambda _: calcom,
        dice,
        about=lambda request: f"{request.method} {request.url.path[:24]}",
    )
    supervisor = Supervisor(
        loop, network, clocks, {name: database.url(name) for name in SCHEMAS}, servers.redis.url,
        httpx.AsyncClient(transport=way, base_url=CALCOM, timeout=15.0),
    )  # fmt: skip
    world = World(seed, loop, servers, database, dice, wall, network, supervisor, calcom, app.state.world)
    holder.append(world)
    return world
