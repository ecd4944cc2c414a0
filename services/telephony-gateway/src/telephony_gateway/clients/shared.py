"""What all replicas share through Redis; while it is out of reach nobody waits for it."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from signals.metrics import Counter

TIMEOUT_S = 0.2
AWAY_S = 1.0
"""How long Redis is left alone after it has not answered: its timeouts must not eat a caller's budget."""
_log = logging.getLogger(__name__)
_failures = Counter("rufbuch_gateway_redis_failures_total", "Times that Redis did not answer")
T = TypeVar("T")


def connect(url: str) -> redis.asyncio.Redis:
    """A client that gives up at once: the library's own retries wait for seconds, and a caller does not."""
    return redis.asyncio.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )


class SharedMemory:
    """Redis, or nothing."""

    def __init__(self, client: redis.asyncio.Redis, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._seconds = seconds
        self._away_until = 0.0

    def leave_alone(self, for_s: float = AWAY_S) -> None:
        """Ask nothing for so long."""
        self._away_until = self._seconds() + for_s

    async def ask(self, question: Callable[[redis.asyncio.Redis], Awaitable[T]]) -> T | None:
        """The answer, or None while there is none to be had."""
        if self._seconds() < self._away_until:
            return None
        try:
            return await question(self._client)
        except (RedisError, OSError, TimeoutError) as error:
            self.leave_alone()
            _failures.inc()
            _log.warning("Redis does not answer", extra={"error": type(error).__name__})
            return None


def text_of(value: bytes | str) -> str:
    """What Redis has stored; its client says bytes or str by how it was made."""
    return value if isinstance(value, str) else value.decode()
