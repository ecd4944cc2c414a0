"""Ctrl-C: once is heard, twice does no harm, and none gets lost for ever."""

import os
import signal
import threading
from contextlib import suppress

import pytest

from local_stack.interrupts import AGAIN_AFTER_S, Interrupts, handled


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_signal_interrupts_and_one_close_after_it_does_not() -> None:
    interrupts = Interrupts(Clock())
    with pytest.raises(KeyboardInterrupt, match="SIGTERM"):
        interrupts.handle(signal.SIGTERM)

    interrupts.handle(signal.SIGINT)


def test_should_an_interrupt_get_lost_a_later_one_gets_through() -> None:
    clock = Clock()
    interrupts = Interrupts(clock)
    with pytest.raises(KeyboardInterrupt):
        interrupts.handle(signal.SIGINT)

    clock.now += AGAIN_AFTER_S

    with pytest.raises(KeyboardInterrupt):
        interrupts.handle(signal.SIGINT)


def test_nothing_interrupts_the_stopping() -> None:
    interrupts = Interrupts(Clock())

    interrupts.hush()

    interrupts.handle(signal.SIGINT)


def test_signals_are_handled_inside_only() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt, match="SIGTERM"), handled():
        os.kill(os.getpid(), signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) == before


def test_an_interrupt_that_got_lost_comes_again_by_itself() -> None:
    """In a destructor, say, where Python ignores what is raised."""
    with pytest.raises(KeyboardInterrupt, match="SIGTERM"), handled():
        _lose_one_and_wait()


def _lose_one_and_wait() -> None:
    with suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(10 * AGAIN_AFTER_S)


def test_what_has_ended_is_not_interrupted_any_more() -> None:
    with suppress(KeyboardInterrupt), handled():
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, lambda *_: pytest.fail("a late signal"))
    threading.Event().wait(1.5 * AGAIN_AFTER_S)
    signal.signal(signal.SIGTERM, before)
