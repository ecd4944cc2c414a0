"""Throw-away servers for tests: each ends, and its directory goes, with the process that started it."""

import os
import secrets
import shutil
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self

import psutil

from local_stack.accounts import server_account, temporary_directory
from local_stack.guarded import Guarded, create_hold
from local_stack.ports import PortsTakenError
from local_stack.postgres import DATABASE, PostgresCluster
from local_stack.redis import RedisFiles
from local_stack.waiting import NotInTimeError, has_ended, until

START_WITHIN_S = 30.0
STOP_WITHIN_S = 15.0
_CHOICE = range(28_500, 32_700)
"""Of ports: below those for outgoing connections, above those of ``offsets.CANDIDATES``."""


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
    """One server beside its guard."""

    def __init__(self, files: ServerFiles, guarded: Guarded) -> None:
        self._files = files
        self._guarded = guarded
        self._process: psutil.Process | None = None
        self.directory = guarded.directory
        self.hold = create_hold(guarded.pipe)

    def start(self) -> None:
        """Start, or start again after stop() or kill() with the same data on the same port."""
        self._files.prepare()
        self._process = self._guarded.launch(self._files.command())
        try:
            until(self._answers_or_ended, within_s=START_WITHIN_S, what="an answer of the server")
        except NotInTimeError as error:
            raise ServerDidNotStartError(self._guarded.log_end()) from error

    def stop(self) -> None:
        """Shut down in order; the data stay."""
        if self._process and not has_ended(self._process):
            self._process.terminate()
            self._await_end()

    def kill(self) -> None:
        """End it at once, as a crash of the machine does; the data stay."""
        if self._process is None or has_ended(self._process):
            return
        processes = self._process.children(recursive=True)
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        until(
            lambda: all(map(has_ended, processes)), within_s=STOP_WITHIN_S, what="the death of the processes"
        )
        self._await_end()

    def let_go(self) -> None:
        """Need it no longer; it goes on while somebody else holds its pipe."""
        os.close(self.hold)

    def close(self) -> None:
        """End it and remove its directory."""
        self.let_go()
        self._await_end()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _await_end(self) -> None:
        until(
            lambda: self._process is None or has_ended(self._process),
            within_s=STOP_WITHIN_S,
            what="the server's end",
        )

    def _answers_or_ended(self) -> bool:
        if self._process is None or has_ended(self._process):
            raise ServerDidNotStartError(self._guarded.log_end())
        return self._files.answers()


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL of its own, in a directory of its own unless one is given."""

    def __init__(self, directory: Path | None = None) -> None:
        account = server_account()
        place = directory or temporary_directory(account)
        self.cluster = PostgresCluster(place / "server", free_port(), secrets.token_hex(8), durable=False)
        # "fast" and "immediate"
        guarded = Guarded(place, place / "log", signal.SIGINT, signal.SIGQUIT, account)
        super().__init__(self.cluster, guarded)

    @property
    def url(self) -> str:
        """The superuser's address of the database ``rufbuch``."""
        return self.cluster.url(DATABASE)


class EmbeddedRedis(EmbeddedServer):
    """A Redis of its own; what it holds survives a restart only if it is durable."""

    def __init__(self, *, durable: bool = False) -> None:
        place = temporary_directory(None)
        self.files = RedisFiles(place / "server", free_port(), durable=durable)
        super().__init__(self.files, Guarded(place, place / "log", signal.SIGTERM, signal.SIGKILL))

    @property
    def url(self) -> str:
        """The address of database 0."""
        return self.files.url

    def empty(self) -> None:
        """Forget everything."""
        self.files.empty()


def free_port(*, among: Sequence[int] = _CHOICE, beside: int = 0) -> int:
    """A port that nobody listens on at this moment, and that no outgoing connection is given: a server that is started
    again finds it free. ``beside``: how far above it is another port that has to be free, too; whoever needs one chooses ``among``
    lower ones. Raises PortsTakenError where all are taken."""
    for port in secrets.SystemRandom().sample(among, len(among)):
        with socket.socket() as probe, socket.socket() as other, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if beside:
                other.bind(("127.0.0.1", port + beside))
            return port
    raise PortsTakenError(f"something listens on every port from {among[0]} to {among[-1]}")
