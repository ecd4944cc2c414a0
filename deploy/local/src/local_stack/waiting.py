"""Waiting for something outside this process, always with a bound."""

import threading
import time
from collections.abc import Callable

import psutil

PAUSE_S = 0.02
PATIENT_PAUSE_S = 0.1
"""Where asking costs more than a moment, and those that we wait for need the processor."""


class NotInTimeError(TimeoutError):
    """What was waited for did not happen within its bound."""


def until(happened: Callable[[], bool], *, within_s: float, what: str, pause_s: float = PAUSE_S) -> None:
    """Ask again and again until ``happened``; after ``within_s`` raise NotInTimeError saying ``what``."""
    pause = threading.Event()
    deadline = time.monotonic() + within_s
    while not happened():
        if time.monotonic() > deadline:
            raise NotInTimeError(f"{what} did not happen within {within_s:g} s")
        pause.wait(pause_s)


def has_ended(process: psutil.Process) -> bool:
    """Whether the process does nothing any more; an orphan's zombie waits for init, which may take its time."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
