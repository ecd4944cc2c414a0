"""One deadline for all that is done on behalf of one request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REPORTING_S = 0.02
"""What a callee gets less than its caller has left, so that the caller can still tell of the timeout."""

_expires: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Everything inside has to be done within ``seconds``, or sooner where an outer deadline says so."""
    if seconds is None:
        yield
        return
    ends, outer = time.monotonic() + seconds, _expires.get()
    token = _expires.set(ends if outer is None else min(ends, outer))
    try:
        yield
    finally:
        _expires.reset(token)


def time_left_s(default_s: float) -> float:
    """Seconds that a call made now may take: at most ``default_s``, less where a deadline is near, never below zero."""
    ends = _expires.get()
    if ends is None:
        return default_s
    return max(0.0, min(default_s, ends - time.monotonic() - REPORTING_S))
