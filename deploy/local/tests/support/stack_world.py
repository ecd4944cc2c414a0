"""A process that does what ``rufbuch up`` does, seen from its terminal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from local_stack.leftovers import processes_of
from local_stack.ports import Ports

UP = str(Path(__file__).with_name("fake_up.py"))


class Up:
    """One run of the stack in a process of its own."""

    def __init__(self, state_dir: Path, offset: int) -> None:
        self.state_dir = state_dir
        self.ports = Ports().shifted(offset)
        self._process = subprocess.Popen(
            [sys.executable, UP, str(state_dir), str(offset)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        assert self._process.stdout
        self._output = self._process.stdout
        self.said: list[str] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    def await_words(self, words: str) -> None:
        """Read on until the process says this."""
        while words not in self.said:
            line = self._output.readline()
            assert line, "\n".join(["it ended, having said:", *self.said])
            self.said.append(line.rstrip("\n"))

    def send(self, number: signal.Signals) -> None:
        """As a terminal does: to the whole process group."""
        os.killpg(self._process.pid, number)

    def await_end(self) -> int:
        """Its exit status."""
        self.said += self._output.read().splitlines()
        return self._process.wait(30)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._output.close()

    def processes(self) -> list[psutil.Process]:
        return processes_of(self.state_dir)

    def journal(self) -> list[str]:
        return (self.state_dir / "journal").read_text().splitlines()
