"""Everything that the handlers share, and the names that are made up: uids and UUIDs."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from sandbox.calcom.clock import Clock
from sandbox.calcom.faults import Faults
from sandbox.calcom.ratelimit import RateLimiter
from sandbox.calcom.requestlog import RequestLog
from sandbox.calcom.settings import Settings
from sandbox.calcom.slotcache import SlotCache
from sandbox.calcom.store import Store

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(slots=True)
class World:
    """One stand-in."""

    settings: Settings
    clock: Clock
    store: Store
    webhook_transport: httpx.AsyncBaseTransport | None = None
    limiter: RateLimiter = field(default_factory=RateLimiter)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    slot_cache: SlotCache = field(default_factory=SlotCache)
    _http: httpx.AsyncClient | None = None

    def now(self) -> datetime:
        return self.clock.now()

    def new_uid(self, number: int) -> str:
        """22 characters; not reproducible from the booking alone, since the time goes into it."""
        value = int.from_bytes(self._digest(f"uid:{number}:{self.now().isoformat()}"))
        digits = []
        for _ in range(22):
            value, digit = divmod(value, len(_ALPHABET))
            digits.append(_ALPHABET[digit])
        return "".join(digits)

    def new_uuid(self, name: str) -> str:
        number = self.store.next_number(name)
        return str(uuid.UUID(bytes=self._digest(f"{name}:{number}")[:16], version=4))

    @property
    def http(self) -> httpx.AsyncClient:
        """Sends the webhooks. Like the original it has no timeout and follows no redirect."""
        if self._http is None:
            self._http = httpx.AsyncClient(transport=self.webhook_transport, timeout=None, trust_env=False)  # noqa: S113 - the original waits for ever
        return self._http

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None
        self.store.close()

    def _digest(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.settings.seed}:{text}".encode()).digest()
