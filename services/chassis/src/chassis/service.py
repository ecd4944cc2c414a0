"""The life of a process: settings, signals, readiness, an orderly end."""

import asyncio
import logging
import os  # the one place of a service's process that reads the environment beside its settings
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import uvloop

from chassis import identity, rows
from chassis.grpc_server import GrpcServer
from chassis.memory import settle
from chassis.settings import ServiceSettings, load
from chassis.telemetry import telemetry

CHECK_EVERY_S = 1.0
CHECK_TIMEOUT_S = 2.0
_log = logging.getLogger(__name__)
S = TypeVar("S", bound=ServiceSettings)
Check = Callable[[], Awaitable[object]]


def main(
    name: str,
    settings_type: type[S],
    serve: Callable[[S, asyncio.Event], Awaitable[None]],
    migrate: Callable[[S], None],
) -> None:
    """Run a service until SIGTERM or SIGINT; with the argument ``migrate``, bring its schema up to date instead."""
    settings = load(settings_type)
    _become(settings.tls_directory)
    environment = os.environ  # noqa: TID251 - handed on to OpenTelemetry, which names its variables itself
    with telemetry(name, build=settings.build, log_level=settings.log_level, environment=environment):
        if sys.argv[1:] == ["migrate"]:
            migrate(settings)
        else:
            uvloop.run(_until_signalled(name, lambda stop: serve(settings, stop)))


def _become(directory: Path | None) -> None:
    try:
        identity.use(directory)
    except OSError as error:
        print(f"RUFBUCH_TLS_DIRECTORY: {error}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
        sys.exit(2)


async def _until_signalled(name: str, serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    # First of all, so that a signal in the first moment is an orderly end as well.
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _log.info("%s starts", name)
    await serve(stop)
    _log.info("%s has stopped", name)


@asynccontextmanager
async def background(
    run: Callable[[], Awaitable[None]], *, name: str, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Run a loop while inside. A loop that fails is a bug: it is logged, and the process stops to be started afresh.

    It is about all owners (chassis.rows); where it turns to one of them it says so."""

    async def guarded() -> None:
        try:
            with rows.of_everybody(name):
                await run()
        except Exception:
            _log.exception("the loop %s failed", name)
            raise
        finally:
            stop.set()

    task = asyncio.create_task(guarded(), name=name)
    try:
        yield
    finally:
        failed = task.done() and not task.cancelled() and task.exception()
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
        if failed:
            raise RuntimeError(f"the loop {name} failed") from failed


class Readiness:
    """Whether everything that the service needs answers; polled, and told to gRPC's health service."""

    def __init__(self, checks: Mapping[str, Check], *, notice_s: float = 0.0) -> None:
        """``notice_s``: for how long an end is announced before it comes (``drain_notice_s``)."""
        self._checks, self._notice_s = checks, notice_s
        self.missing: dict[str, str] = dict.fromkeys(checks, "not checked yet")

    async def watch(self, server: GrpcServer | None = None) -> None:
        """Check again and again, until cancelled; then say so for as long as it takes everybody to hear."""
        try:
            await self._keep_looking(server)
        finally:
            if self._notice_s:
                self.missing = {"process": "stops"}
                if server:
                    await server.retire()
                await asyncio.sleep(self._notice_s)

    async def _keep_looking(self, server: GrpcServer | None) -> None:
        while True:
            was_ready = not self.missing
            self.missing = await self._look()
            if was_ready == bool(self.missing):
                _log.warning("ready" if not self.missing else "not ready", extra={"missing": self.missing})
                settle()
            if server:
                await server.set_ready(ready=not self.missing)
            await asyncio.sleep(CHECK_EVERY_S)

    async def _look(self) -> dict[str, str]:
        results = await asyncio.gather(*(self._one(check) for check in self._checks.values()))
        return {name: fault for name, fault in zip(self._checks, results, strict=True) if fault}

    async def _one(self, check: Check) -> str:
        try:
            await asyncio.wait_for(check(), CHECK_TIMEOUT_S)
        except Exception as error:  # noqa: BLE001 - any failure of a dependency means: not ready, and says why
            return f"{type(error).__name__}: {error}"[:200]
        return ""
