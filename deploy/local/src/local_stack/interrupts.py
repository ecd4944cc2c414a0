"""Ctrl-C and its kin: the first interrupts once, all others wait until everything has been stopped."""

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


AGAIN_AFTER_S = 2.0
"""An interrupt can get lost where Python ignores exceptions (a destructor); the next one after this gets through."""


class Reminder:
    """Sends a signal once more, to this process, unless it is called off before."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def remind(self, number: int) -> None:
        """In a while, and a little later than ``Interrupts`` is deaf."""
        self.call_off()
        self._timer = threading.Timer(AGAIN_AFTER_S * 1.1, os.kill, (os.getpid(), number))
        self._timer.daemon = True
        self._timer.start()

    def call_off(self) -> None:
        """Not any more. Repeating it is harmless."""
        if self._timer:
            self._timer.cancel()


class Interrupts:
    """Turns the first signal to end into a KeyboardInterrupt of the main thread, and swallows what follows it closely.

    Should that one get lost, another follows by itself: whoever has pressed Ctrl-C does not have to press it again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, reminder: Reminder | None = None) -> None:
        self._clock, self._reminder = clock, reminder
        self._quiet_until = -math.inf

    def hush(self) -> None:
        """From now on interrupt nothing: stopping must run to its end."""
        self._quiet_until = math.inf
        if self._reminder:
            self._reminder.call_off()

    def handle(self, number: int, _: FrameType | None = None) -> None:
        """Take one signal."""
        now = self._clock()
        if now < self._quiet_until:
            return
        self._quiet_until = now + AGAIN_AFTER_S
        if self._reminder:
            self._reminder.remind(number)
        raise KeyboardInterrupt(signal.Signals(number).name)


@contextmanager
def handled() -> Iterator[Interrupts]:
    """Handle the signals as ``Interrupts`` says, and as before afterwards."""
    reminder = Reminder()
    interrupts = Interrupts(reminder=reminder)
    before = {number: signal.signal(number, interrupts.handle) for number in ENDING}
    try:
        yield interrupts
    finally:
        reminder.call_off()
        for number, handler in before.items():
            signal.signal(number, handler)
