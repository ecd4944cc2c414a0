"""Kills whoever carries a resolution out, at every step: once before its end is written down, which loses what the step has
done or, where it is a change of another service, the knowledge of it; and once right after."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chassis.clock import Clock
from staff_registry.domain.resolution import STEPS, Resolution, State, StepName
from staff_registry.storage.resolutions import SqlResolutions, SqlResolving
from staff_registry.usecases.peers import Peers
from staff_registry.usecases.saga import Saga

SOON = timedelta(milliseconds=50)
"""So soon another worker comes after the first has died."""


class Killed(BaseException):
    """The process has ended here."""


@dataclass(frozen=True)
class Death:
    """Where a worker dies."""

    step: StepName
    before_commit: bool


def deaths(state: State) -> list[Death]:
    """Every place in what is done in a state; a step that comes later is in here by itself."""
    return [Death(step, before) for step in STEPS[state] for before in (True, False)]


@dataclass
class Mortal:
    """Progress whose user dies at each of some places, once. ``after`` is called when a step is written down for good."""

    real: SqlResolutions
    left: list[Death]
    after: Callable[[StepName], Awaitable[None]] | None = None
    died: list[Death] = field(default_factory=list)
    lease_max: timedelta = SOON

    @asynccontextmanager
    async def resolving(self) -> AsyncIterator[Any]:
        """As the real one, until it dies."""
        async with self.real.resolving() as running:
            watched = _Watched(running)
            yield watched
            if watched.finished:
                self._die(Death(watched.finished, before_commit=True))
        if watched.finished:
            if self.after:
                await self.after(watched.finished)
            self._die(Death(watched.finished, before_commit=False))

    async def take(self, now: datetime, lease: timedelta) -> Resolution | None:
        """As the real one, for less time."""
        return await self.real.take(now, min(lease, self.lease_max))

    async def note(self, resolution: Resolution, step: StepName, error: str, due_at: datetime) -> None:
        """As the real one."""
        await self.real.note(resolution, step, error, due_at)

    async def conclude(self, resolution: Resolution, error: str, now: datetime) -> None:
        """As the real one."""
        await self.real.conclude(resolution, error, now)

    def _die(self, death: Death) -> None:
        if death in self.left:
            self.left.remove(death)
            self.died.append(death)
            raise Killed(f"{death.step.value}, {'before' if death.before_commit else 'after'} its commit")


class _Watched:
    """A transaction of a resolution that knows which step it ends."""

    def __init__(self, running: SqlResolving) -> None:
        self._running = running
        self.finished: StepName | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real one has
        return getattr(self._running, name)

    async def finish_step(self, resolution: Resolution, step: StepName, now: datetime) -> bool:
        """As the real one."""
        done = await self._running.finish_step(resolution, step, now)
        self.finished = step if done else None
        return done


async def carry_out(
    mortal: Mortal,
    peers: Peers,
    clock: Clock,
    is_over: Callable[[], Awaitable[bool]],
    pause: Callable[[], Awaitable[None]],
) -> None:
    """Worker after worker, until it is over."""
    while not await is_over():
        try:
            if not await Saga(mortal, peers, clock).work_once():
                await pause()
        except Killed:
            await pause()
