"""A process that a guard ends as soon as nobody holds its named pipe any more."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from local_stack import guard
from local_stack.accounts import Account


@dataclass(frozen=True)
class Guarded:
    """How to start it; ``directory`` holds the pipe and is removed when nobody holds that."""

    directory: Path
    log: Path
    stop_signal: int
    """What ends it in order."""
    abandon_signal: int
    """What ends it when nobody holds it any more."""
    account: Account | None = None
    grace_s: float = 10.0

    @property
    def pipe(self) -> Path:
        """The pipe to hold."""
        return self.directory / "alive"

    def launch(self, command: list[str], extra: Mapping[str, str] | None = None) -> psutil.Process:
        """Start the command behind its guard, with ``extra`` in its environment; the guard's process.

        Somebody must hold the pipe already.
        """
        words = [sys.executable, "-I", "-S", guard.__file__, "keep", "--alive", str(self.pipe)]
        words += [
            "--lock",
            str(self.directory / "lock"),
            "--log",
            str(self.log),
            "--remove",
            str(self.directory),
        ]
        words += ["--stop-signal", str(self.stop_signal), "--abandon-signal", str(self.abandon_signal)]
        words += [word for name, value in (extra or {}).items() for word in ("--set", f"{name}={value}")]
        words += ["--grace-s", str(self.grace_s), *(self.account.as_words() if self.account else [])]
        started = subprocess.run([*words, "--", *command], check=True, stdout=subprocess.PIPE, text=True)
        return psutil.Process(int(started.stdout))

    def log_end(self, lines: int = 20) -> str:
        """The last lines that it wrote."""
        return tail(self.log, lines)


def tail(log: Path, lines: int) -> str:
    """The last lines of a log; empty if there is none."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def create_hold(pipe: Path) -> int:
    """Make the named pipe and open it for writing: the file descriptor that keeps the process alive."""
    os.mkfifo(pipe, 0o600)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return join_hold(pipe)
    finally:
        os.close(reading)


def join_hold(pipe: Path) -> int:
    """Open an existing pipe for writing; OSError if no guard reads it any more."""
    return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
