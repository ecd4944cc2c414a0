"""Remembers the signatures of the last minutes, so that a recorded request cannot be sent again."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, takewhile

from signals.metrics import Counter
from telephony_gateway.clients.shared import AWAY, SharedMemory
from telephony_gateway.domain.signature import FRESH

REMEMBERED = 2 * FRESH
"""A signature is fresh from five minutes before to five minutes after its time."""
LOOKED_AT_EVERY, DROPPED_MAX = timedelta(seconds=1), 10_000
"""How often what is old is dropped, and how much of it at once, so that no caller waits for it."""
_LIVES_MS = REMEMBERED // timedelta(milliseconds=1)
_alone = Counter(
    "rufbuch_gateway_replay_guard_alone_total", "Signatures remembered by this process only: Redis is away"
)


class ReplayGuard:
    """Shared by all replicas through Redis; each for itself while Redis is out of reach."""

    def __init__(self, shared: SharedMemory) -> None:
        self._shared = shared
        self._own: dict[str, datetime] = {}
        self._looked_at = datetime.min.replace(tzinfo=UTC)

    async def is_first(self, digest: str, *, now: datetime) -> bool:
        """Whether this signature is seen for the first time; remembers it."""
        return await self.look(digest, now=now)

    def look(self, digest: str, *, now: datetime) -> "asyncio.Future[bool]":
        """The same, asked at once, in one go with what else is asked of Redis; to be awaited before anything is done."""
        first: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._forget(now)
        if digest in self._own:
            first.set_result(False)
            return first
        self._own[digest] = now
        key = f"gateway:signature:{digest}"
        self._shared.tell("SET", key, 1, "NX", "PX", _LIVES_MS, heard=partial(_settle, first), along=True)
        return first

    def _forget(self, now: datetime) -> None:
        """What no request can bear any more; looked at now and then, and after a clock that was set back at once."""
        if timedelta(0) <= now - self._looked_at < LOOKED_AT_EVERY:
            return
        self._looked_at = now
        # In order of arrival: stop at the first that is still fresh.
        old = takewhile(lambda digest: now - self._own[digest] > REMEMBERED, self._own)
        for digest in list(islice(old, DROPPED_MAX)):
            del self._own[digest]


def _settle(first: "asyncio.Future[bool]", answer: object) -> None:
    if answer is AWAY:
        _alone.inc()
    if not first.done():
        first.set_result(answer is not None)
