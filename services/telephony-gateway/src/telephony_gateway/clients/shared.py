"""What all replicas share through Redis; while it is out of reach nobody waits for it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, TypeVar

from opentelemetry.trace import Span
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

    @property
    def is_away(self) -> bool:
        """Whether it is left alone just now."""
        return self._seconds() < self._away_until

    async def ask(self, question: Callable[[OneConnection], Awaitable[T]]) -> T | None:
        """The answer, or None while there is none to be had."""
        if self.is_away:
            return None
        try:
            return await question(self._client)
        except (RedisError, OSError, TimeoutError) as error:
            self._lost(error)
            return None

    def begin(self, *command: str | bytes | float) -> "asyncio.Future[Any]":
        """Ask now, in one go with all that is asked before the next wait; the answer as Redis gives it, or AWAY."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        # A step of the call, since somebody waits for it; what is only told is none.
        span = begun_span(f"redis {command[0]!s}")
        self.tell(*command, heard=partial(_settle, answer, span))
        return answer

    def tell(
        self, *command: str | bytes | float, heard: Callable[[Any], None] | None = None, along: bool = False
    ) -> None:
        """The same where nobody waits: ``heard``, if anybody, is told the answer, or AWAY, and raises nothing. ``along``: in one
        go also with what the tasks that are begun now ask."""
        if self.is_away:
            if heard:
                heard(AWAY)
            return
        come = partial(self._come, heard) if heard else self._come_unheard
        self._client.tell(come, *command, along=along)

    def _come(self, heard: Callable[[Any], None], said: Any) -> None:  # noqa: ANN401 - any command's
        if isinstance(said, Exception):
            self._lost(said)
            said = AWAY
        heard(said)

    def _come_unheard(self, said: Any) -> None:  # noqa: ANN401 - any command's
        if isinstance(said, Exception):
            self._lost(said)

    def _lost(self, error: BaseException) -> None:
        self.leave_alone()
        _failures.inc()
        _log.warning("Redis does not answer", extra={"error": type(error).__name__})


def _settle(answer: "asyncio.Future[Any]", span: Span | None, said: Any) -> None:  # noqa: ANN401 - any command's
    if span:
        span.end()
    if not answer.done():
        answer.set_result(said)


def text_of(value: bytes | str) -> str:
    """What Redis has stored; its client says bytes or str by how it was made."""
    return value if isinstance(value, str) else value.decode()
