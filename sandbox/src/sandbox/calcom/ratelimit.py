"""Requests per minute and key: fixed windows, and a block of a minute after an overrun."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)
BLOCK = timedelta(seconds=60)


@dataclass(slots=True)
class _Window:
    ends: datetime
    count: int = 0
    blocked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one request is told. `reset_s` is seconds left, whatever the documentation says."""

    limit: int
    remaining: int
    reset_s: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit-Default": str(self.limit),
            "X-RateLimit-Remaining-Default": str(self.remaining),
            "X-RateLimit-Reset-Default": str(self.reset_s),
        }


class RateLimiter:
    """One window per key; an anonymous caller's key is the address."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}

    def hit(self, key: str, limit: int, now: datetime) -> Allowance:
        """Counts this request."""
        window = self._current(key, now)
        if window.blocked_until is None:
            window.count += 1
            if window.count <= limit:
                return Allowance(limit, limit - window.count, _seconds_left(window.ends, now), allowed=True)
            window.blocked_until = now + BLOCK
        return Allowance(limit, 0, _seconds_left(window.blocked_until, now), allowed=False)

    def clear(self) -> None:
        self._windows.clear()

    def _current(self, key: str, now: datetime) -> _Window:
        window = self._windows.get(key)
        if window is None or now >= (window.blocked_until or window.ends):
            window = self._windows[key] = _Window(now + WINDOW)
        return window


def _seconds_left(until: datetime, now: datetime) -> int:
    return max(0, math.ceil((until - now).total_seconds()))
