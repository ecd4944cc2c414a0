"""Ctrl-C and its kin: the first interrupts once, all others wait until everything has been stopped."""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


AGAIN_AFTER_S = 2.0
"""An interrupt can get lost where Python ignores exceptions (a destructor); the next one after this gets through."""


class Interrupts:
    """Turns the first signal to end into a KeyboardInterrupt of the main thread, and swallows what follows it closely."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._quiet_until = -math.inf

    def hush(self) -> None:
        """From now on interrupt nothing: stopping must run to its end."""
        self._quiet_until = math.inf

    def handle(self, number: int, _: FrameType | None = None) -> None:
        """Take one signal."""
        now = self._clock()
        if now < self._quiet_until:
            return
        self._quiet_until = now + AGAIN_AFTER_S
        raise KeyboardInterrupt(signal.Signals(number).name)


@contextmanager
def handled() -> Iterator[Interrupts]:
    """Handle the signals as ``Interrupts`` says, and as before afterwards."""
    interrupts = Interrupts()
    before = {number: signal.signal(number, interrupts.handle) for number in ENDING}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
