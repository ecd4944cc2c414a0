"""`python -m sandbox.calcom`: settings, application, server, and an orderly end on SIGTERM."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from sandbox.calcom.app import build_app
from sandbox.calcom.clock import SystemClock
from sandbox.calcom.settings import Settings, SettingsError, process_environment


class _Server(uvicorn.Server):
    """uvicorn without its signal handling: that one ends the process by the signal itself, not with 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def main() -> int:
    """0 after an orderly end, 2 for unusable settings."""
    try:
        settings = Settings.from_env(process_environment())
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    app = build_app(settings, SystemClock())
    config = uvicorn.Config(
        app, settings.host, settings.port, log_level="warning", access_log=False, timeout_graceful_shutdown=10
    )
    server = _Server(config)
    asyncio.run(server.serve())
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
