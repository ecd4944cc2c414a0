"""Remembers the signatures of the last minutes, so that a recorded request cannot be sent again."""

import logging
from datetime import datetime, timedelta

import redis.asyncio
from prometheus_client import Counter
from redis.exceptions import RedisError

from telephony_gateway.domain.signature import FRESH

REMEMBERED = 2 * FRESH
"""A signature is fresh from five minutes before to five minutes after its time."""
_log = logging.getLogger(__name__)
_alone = Counter(
    "rufbuch_gateway_replay_guard_alone_total", "Signatures remembered by this process only: Redis is away"
)


class ReplayGuard:
    """Shared by all replicas through Redis; each for itself while Redis is out of reach."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._redis = client
        self._own: dict[str, datetime] = {}

    async def is_first(self, digest: str, *, now: datetime) -> bool:
        """Whether this signature is seen for the first time; remembers it."""
        self._forget(now)
        if digest in self._own:
            return False
        self._own[digest] = now
        try:
            key = f"gateway:signature:{digest}"
            return bool(await self._redis.set(key, 1, nx=True, px=REMEMBERED // timedelta(milliseconds=1)))
        except (RedisError, OSError, TimeoutError) as error:
            _alone.inc()
            _log.warning("the replay guard is alone", extra={"error": type(error).__name__})
            return True

    def _forget(self, now: datetime) -> None:
        # In order of arrival: stop at the first that is still fresh.
        for digest, seen in list(self._own.items())[:100]:
            if now - seen <= REMEMBERED:
                break
            del self._own[digest]
