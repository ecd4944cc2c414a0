"""Noise has a budget, so that what is rare is seen."""

import logging

from hypothesis import given
from hypothesis import strategies as st

from signals.logs import KINDS_MAX, LINES_MAX, WINDOW_S, Patience


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def record(message: str, *args: object, name: str = "cron", level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord(name, level, "x.py", 1, message, args, None)


def test_junk_does_not_hide_what_is_rare() -> None:
    """OB-08: 43,200 junk errors a day, one every two seconds, hid the real ones."""
    clock = Clock()
    patience, written = Patience(clock), []
    for second in range(0, 3600, 2):
        clock.now_s = second
        junk = [record("command %s not found", number) for number in range(10)]
        rare = [record("a caller was told what is not so")] if second % 600 == 0 else []
        written += [one.msg for one in (*junk, *rare) if patience.filter(one)]
    assert written.count("a caller was told what is not so") == 6
    assert written.count("command %s not found") == 60 * LINES_MAX


def test_what_was_held_back_is_told_with_the_next() -> None:
    clock = Clock()
    patience = Patience(clock)
    written = [patience.filter(record("junk %d", number)) for number in range(LINES_MAX + 7)]
    assert written == [True] * LINES_MAX + [False] * 7
    clock.now_s = WINDOW_S
    after = record("junk %d", 99)
    assert patience.filter(after)
    assert after.held_back == 7  # type: ignore[attr-defined] # set by the filter


def test_the_same_words_from_elsewhere_are_another_kind() -> None:
    patience = Patience(Clock())
    for _ in range(LINES_MAX):
        patience.filter(record("failed", name="cron"))
    assert not patience.filter(record("failed", name="cron"))
    assert patience.filter(record("failed", name="booking"))
    assert patience.filter(record("failed", name="cron", level=logging.WARNING))


@given(st.lists(st.text(max_size=5), max_size=50))
def test_the_first_of_each_kind_is_always_written(messages: list[str]) -> None:
    patience = Patience(Clock())
    first: set[str] = set()
    for message in messages:
        is_written = patience.filter(record(message))
        assert is_written or message in first
        first.add(message)


def test_kinds_that_never_end_take_no_memory() -> None:
    patience = Patience(Clock())
    for number in range(KINDS_MAX + 100):
        assert patience.filter(record(f"made up {number}"))
    assert len(patience._windows) == KINDS_MAX
