"""Throw-away servers for tests: each ends, and its directory goes, with the process that started it."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self

import psutil

from local_stack import guard
from local_stack.accounts import Account, server_account, temporary_directory
from local_stack.postgres import DATABASE, PostgresCluster
from local_stack.redis import RedisFiles
from local_stack.waiting import NotInTimeError, has_ended, until

START_WITHIN_S = 30.0
STOP_WITHIN_S = 15.0


class ServerDidNotStartError(RuntimeError):
    """The server ended, or did not answer; the message holds the end of its log."""


class ServerFiles(Protocol):
    """What a server needs to be started here."""

    def prepare(self) -> None:
        """Create what is missing."""

    def command(self) -> list[str]:
        """The program in the foreground."""

    def answers(self) -> bool:
        """Whether it serves."""


class EmbeddedServer:
    """One server beside a guard that ends it as soon as nobody holds the directory's named pipe."""

    def __init__(
        self, directory: Path, files: ServerFiles, *, account: Account | None, signals: tuple[int, int]
    ) -> None:
        self.directory = directory
        self._files = files
        self._account = account
        self._stop_signal, self._abandon_signal = signals
        self._guard: psutil.Process | None = None
        self.hold = create_hold(directory / "alive")

    def start(self) -> None:
        """Start, or start again after stop() or kill() with the same data on the same port."""
        self._files.prepare()
        self._guard = psutil.Process(self._launch())
        try:
            until(self._answers_or_ended, within_s=START_WITHIN_S, what="an answer of the server")
        except NotInTimeError as error:
            raise ServerDidNotStartError(self._log_end()) from error

    def stop(self) -> None:
        """Shut down in order; the data stay."""
        if self._guard and not has_ended(self._guard):
            self._guard.terminate()
            self._await_end()

    def kill(self) -> None:
        """End it at once, as a crash of the machine does; the data stay."""
        if self._guard is None or has_ended(self._guard):
            return
        processes = self._guard.children(recursive=True)
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        until(
            lambda: all(map(has_ended, processes)), within_s=STOP_WITHIN_S, what="the death of the processes"
        )
        self._await_end()

    def close(self) -> None:
        """End it and remove its directory."""
        self.let_go()
        self._await_end()
        shutil.rmtree(self.directory, ignore_errors=True)

    def let_go(self) -> None:
        """Need it no longer; it goes on while somebody else holds its pipe."""
        os.close(self.hold)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _launch(self) -> int:
        """Start the guard; the number of its process."""
        words = [sys.executable, "-I", "-S", guard.__file__, "keep", "--alive", str(self.directory / "alive")]
        words += ["--lock", str(self.directory / "lock"), "--log", str(self.directory / "log")]
        words += ["--remove", str(self.directory), "--stop-signal", str(self._stop_signal)]
        words += [
            "--abandon-signal",
            str(self._abandon_signal),
            *(self._account.as_words() if self._account else []),
        ]
        words += ["--", *self._files.command()]
        return int(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout)

    def _await_end(self) -> None:
        until(
            lambda: self._guard is None or has_ended(self._guard),
            within_s=STOP_WITHIN_S,
            what="the server's end",
        )

    def _answers_or_ended(self) -> bool:
        if self._guard is None or has_ended(self._guard):
            raise ServerDidNotStartError(self._log_end())
        return self._files.answers()

    def _log_end(self) -> str:
        return "\n".join((self.directory / "log").read_text(errors="replace").splitlines()[-20:])


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL of its own."""

    def __init__(self, directory: Path | None = None) -> None:
        account = server_account()
        directory = directory or temporary_directory(account)
        self.cluster = PostgresCluster(directory / "server", free_port(), secrets.token_hex(8), durable=False)
        signals = (signal.SIGINT, signal.SIGQUIT)  # "fast" and "immediate"
        super().__init__(directory, self.cluster, account=account, signals=signals)

    @property
    def url(self) -> str:
        """The superuser's address of the database ``rufbuch``."""
        return self.cluster.url(DATABASE)


class EmbeddedRedis(EmbeddedServer):
    """A Redis of its own, without persistence."""

    def __init__(self) -> None:
        directory = temporary_directory(None)
        self.files = RedisFiles(directory / "server", free_port(), durable=False)
        signals = (signal.SIGTERM, signal.SIGKILL)
        super().__init__(directory, self.files, account=None, signals=signals)

    @property
    def url(self) -> str:
        """The address of database 0."""
        return self.files.url

    def empty(self) -> None:
        """Forget everything."""
        self.files.empty()


def create_hold(pipe: Path) -> int:
    """Make the named pipe and open it for writing: the file descriptor that keeps a server alive."""
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return join_hold(pipe)
    finally:
        os.close(reading)


def join_hold(pipe: Path) -> int:
    """Open an existing pipe for writing; OSError if no guard reads it any more."""
    return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
