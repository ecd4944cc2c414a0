"""Owns what the time is: each service's clock with its skew, and virtual seconds where our code measures how long it waits."""

import asyncio
import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from simulated.virtual_loop import VirtualLoop

MEASURED_IN = (
    "chassis.deadlines",
    "chassis.grpc_server",
    "trunk.server",
    "availability.application",
    "telephony_gateway.http_api.functions",
    "telephony_gateway.http_api.inbound",
)
"""Modules that ask ``time.monotonic`` as they run."""
MEASURED_BY = (
    ("telephony_gateway.clients.shared", "SharedMemory"),
    ("telephony_gateway.clients.elsewhere", "Replicas"),
    ("telephony_gateway.clients.directory", "RegistryDirectory"),
)
"""Classes that are given ``time.monotonic`` unless told otherwise."""
PACES: tuple[tuple[str, str, object], ...] = (
    ("chassis.eventlog", "LOOK_EVERY_S", 5.0),
    ("booking.worker", "POLL_EVERY", timedelta(seconds=5)),
    ("calcom_sync.worker", "POLL_EVERY", timedelta(seconds=5)),
    ("calcom_sync.__main__", "RESERVE_EVERY_S", 5.0),
    ("staff_registry.usecases.saga", "LOOK_EVERY_S", 5.0),
)
"""How often is looked for what nobody told of. Here there is one replica of each service, which tells itself."""


@dataclass
class WallClock:
    """The true time of the world: virtual seconds since its beginning, and what was leapt over."""

    loop: VirtualLoop
    begins: datetime
    leapt: timedelta = timedelta()

    def now(self) -> datetime:
        """True time."""
        return self.begins + timedelta(seconds=self.loop.virtual - 1_000.0) + self.leapt


@dataclass
class SkewedClock:
    """A machine's clock: some seconds off."""

    true: WallClock
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        """What the machine believes."""
        return (self.true.now() + self.skew).astimezone(UTC)

    async def sleep(self, seconds: float) -> None:
        """The stand-in waits with its clock."""
        await asyncio.sleep(seconds)


class _Time:
    """In the place of the module ``time``."""

    @staticmethod
    def monotonic() -> float:
        """Virtual seconds."""
        return asyncio.get_running_loop().time()

    @staticmethod
    def perf_counter() -> float:
        """Virtual seconds."""
        return asyncio.get_running_loop().time()


@contextmanager
def virtual_seconds() -> Iterator[None]:
    """While inside, the services measure their waiting in virtual seconds."""
    undo: list[Any] = []
    try:
        for name in MEASURED_IN:
            module = importlib.import_module(name)
            undo.append((module, "time", module.time))
            module.time = _Time  # type: ignore[attr-defined]
        for name, attribute, pace in PACES:
            module = importlib.import_module(name)
            undo.append((module, attribute, getattr(module, attribute)))
            setattr(module, attribute, pace)
        quiet = importlib.import_module("availability.clients.streams").messages.__kwdefaults__
        undo.append((quiet, "quiet_s", quiet["quiet_s"]))
        quiet["quiet_s"] = 0.5
        for name, kind in MEASURED_BY:
            defaults = getattr(importlib.import_module(name), kind).__init__.__kwdefaults__
            undo.append((defaults, "seconds", defaults["seconds"]))
            defaults["seconds"] = _Time.monotonic
        yield
    finally:
        for owner, attribute, was in undo:
            if isinstance(owner, dict):
                owner[attribute] = was
            else:
                setattr(owner, attribute, was)


def measuring_modules() -> set[str]:
    """Where the services' source asks for monotonic time: a test compares it with the two lists above."""
    named = {*MEASURED_IN, *(name for name, _ in MEASURED_BY)}
    return {name for name in named if "monotonic" in inspect.getsource(importlib.import_module(name))}
