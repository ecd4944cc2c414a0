"""Remembers which events of which calls have been dealt with: Retell sends an event again until it hears a 2xx."""

from datetime import timedelta

import redis.asyncio

from telephony_gateway.clients.shared import SharedMemory

REMEMBERED = timedelta(hours=24)
OWN_MAX = 5_000


class EventGuard:
    """Shared by all replicas; each for itself while Redis is out of reach."""

    def __init__(self, shared: SharedMemory) -> None:
        self._shared = shared
        self._own: dict[tuple[str, str], None] = {}

    async def is_first(self, call_id: str, event: str) -> bool:
        """Whether an event of a call is heard for the first time; remembers it."""
        if (call_id, event) in self._own:
            return False
        self._own[call_id, event] = None
        if len(self._own) > OWN_MAX:
            del self._own[next(iter(self._own))]
        first = await self._shared.ask(lambda redis: _set_once(redis, f"gateway:event:{call_id}:{event}"))
        return first is not False


async def _set_once(client: redis.asyncio.Redis, key: str) -> bool:
    return bool(await client.set(key, 1, nx=True, px=REMEMBERED))
