"""Ctrl-C and its kin: the first interrupts once, all others wait until everything has been stopped."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Turns the first signal to end into a KeyboardInterrupt of the main thread, and swallows the rest."""

    def __init__(self) -> None:
        self._quiet = False

    def hush(self) -> None:
        """From now on interrupt nothing: stopping must run to its end."""
        self._quiet = True

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._quiet:
            return
        self._quiet = True
        raise KeyboardInterrupt(signal.Signals(number).name)


@contextmanager
def handled() -> Iterator[Interrupts]:
    """Handle the signals as ``Interrupts`` says, and as before afterwards."""
    interrupts = Interrupts()
    before = {number: signal.signal(number, interrupts._handle) for number in ENDING}  # noqa: SLF001 same module
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
