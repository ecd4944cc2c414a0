"""What all replicas share through Redis; while it is out of reach nobody waits for it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from redis.exceptions import RedisError

import redis_line
from redis_line import OneConnection
from signals.metrics import Counter
from signals.tracing import begun_span

TIMEOUT_S = 0.2
AWAY_S = 1.0
"""How long Redis is left alone after it has not answered: its timeouts must not eat a caller's budget."""
AWAY: Final = object()
"""Instead of an answer."""
_log = logging.getLogger(__name__)
_failures = Counter("rufbuch_gateway_redis_failures_total", "Times that Redis did not answer")
T = TypeVar("T")


def connect(url: str) -> OneConnection:
    """A client that gives up at once: a caller does not wait."""
    return redis_line.connect(url, timeout_s=TIMEOUT_S)


class SharedMemory:
    """Redis, or nothing."""

    def __init__(self, client: OneConnection, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._seconds = seconds
        self._away_until = 0.0

    def leave_alone(self, for_s: float = AWAY_S) -> None:
        """Ask nothing for so long."""
        self._away_until = self._seconds() + for_s

    async def ask(self, question: Callable[[OneConnection], Awaitable[T]]) -> T | None:
        """The answer, or None while there is none to be had."""
        if self._seconds() < self._away_until:
            return None
        try:
            return await question(self._client)
        except (RedisError, OSError, TimeoutError) as error:
            self._lost(error)
            return None

    def begin(self, *command: str | bytes | float) -> "asyncio.Future[Any]":
        """Ask now, in one go with all that is asked before the next wait; the answer as Redis gives it, or AWAY."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._seconds() < self._away_until:
            answer.set_result(AWAY)
            return answer
        span = begun_span(f"redis {command[0]!s}")

        def come(asked: "asyncio.Future[Any]") -> None:
            if span:
                span.end()
            error = None if asked.cancelled() else asked.exception()
            if error:
                self._lost(error)
            if not answer.done():
                answer.set_result(AWAY if error or asked.cancelled() else asked.result())

        self._client.send(*command).add_done_callback(come)
        return answer

    def _lost(self, error: BaseException) -> None:
        self.leave_alone()
        _failures.inc()
        _log.warning("Redis does not answer", extra={"error": type(error).__name__})


def text_of(value: bytes | str) -> str:
    """What Redis has stored; its client says bytes or str by how it was made."""
    return value if isinstance(value, str) else value.decode()
