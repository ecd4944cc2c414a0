"""Remembers the signatures of the last minutes, so that a recorded request cannot be sent again."""

from datetime import datetime, timedelta

import redis.asyncio

from signals.metrics import Counter
from telephony_gateway.clients.shared import SharedMemory
from telephony_gateway.domain.signature import FRESH

REMEMBERED = 2 * FRESH
"""A signature is fresh from five minutes before to five minutes after its time."""
_alone = Counter(
    "rufbuch_gateway_replay_guard_alone_total", "Signatures remembered by this process only: Redis is away"
)


class ReplayGuard:
    """Shared by all replicas through Redis; each for itself while Redis is out of reach."""

    def __init__(self, shared: SharedMemory) -> None:
        self._shared = shared
        self._own: dict[str, datetime] = {}

    async def is_first(self, digest: str, *, now: datetime) -> bool:
        """Whether this signature is seen for the first time; remembers it."""
        self._forget(now)
        if digest in self._own:
            return False
        self._own[digest] = now
        key, lives_ms = f"gateway:signature:{digest}", REMEMBERED // timedelta(milliseconds=1)
        is_first = await self._shared.ask(lambda redis: _set_once(redis, key, lives_ms))
        if is_first is None:
            _alone.inc()
            return True
        return is_first

    def _forget(self, now: datetime) -> None:
        # In order of arrival: stop at the first that is still fresh.
        for digest, seen in list(self._own.items())[:100]:
            if now - seen <= REMEMBERED:
                break
            del self._own[digest]


async def _set_once(client: redis.asyncio.Redis, key: str, lives_ms: int) -> bool:
    return bool(await client.set(key, 1, nx=True, px=lives_ms))
