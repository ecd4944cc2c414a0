"""Takes one program away from a running installation, and gives it back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum

import psutil

from local_stack.stack import Stack


class How(Enum):
    """In which way it is away."""

    STOPPED = "stopped"
    """Whoever calls it is refused."""
    HANGING = "hanging"
    """It takes what is sent and never answers."""


@dataclass(frozen=True)
class Outage:
    """One program, away in one way."""

    program: str
    how: How

    def __str__(self) -> str:
        return f"{self.program} {self.how.value}"


OUTAGES = tuple(
    Outage(program, how)
    for program in ("availability", "booking", "redis", "postgres", "calcom", "staff-registry")
    for how in How
)


@contextmanager
def away(stack: Stack, outage: Outage) -> Iterator[None]:
    """It is away inside, and ready again after."""
    if outage.how is How.STOPPED:
        stack.stop_program(outage.program)
        try:
            yield
        finally:
            stack.start_program(outage.program)
        return
    processes = _processes(stack.states()[outage.program].pid)
    try:
        for process in processes:
            process.suspend()
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def _processes(pid: int) -> list[psutil.Process]:
    """The program and what it has started: a server with a process for each connection hangs as a whole."""
    program = psutil.Process(pid)
    return [program, *program.children(recursive=True)]
