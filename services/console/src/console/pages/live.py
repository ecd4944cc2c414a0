"""Tells open pages that something has changed, by server-sent events."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress

import grpc

LOOKED_EVERY_S = 1.0
"""While somebody looks: a case is on the page within two looks and one reading of the page."""
KEPT_ALIVE_EVERY_S = 15.0
VIEWERS_MAX = 200
"""Of one process; a page that is not live is still a page."""
CHANGED = "event: changed\ndata: now\n\n"

Fingerprint = Callable[[str], Awaitable[str]]


class Hub:
    """One look at a business serves all who look at it; nobody looking, nobody asked."""

    def __init__(self, fingerprint: Fingerprint) -> None:
        self._fingerprint = fingerprint
        self._viewers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._last: dict[str, str] = {}
        self._over = asyncio.Event()

    @property
    def full(self) -> bool:
        """Whether no more pages can be kept live."""
        return sum(map(len, self._viewers.values())) >= VIEWERS_MAX

    async def run(self) -> None:
        """Look, and look again, until cancelled; then all streams end."""
        try:
            while True:
                await asyncio.gather(*(self._look(tenant_id) for tenant_id in list(self._viewers)))
                await asyncio.sleep(LOOKED_EVERY_S)
        finally:
            self._over.set()
            for viewer in self._all():
                viewer.set()

    async def _look(self, tenant_id: str) -> None:
        # A service that is away is a change as well: the page then says so.
        try:
            seen = await self._fingerprint(tenant_id)
        except grpc.aio.AioRpcError as error:
            seen = error.code().name
        if self._last.get(tenant_id, seen) != seen:
            for viewer in self._viewers.get(tenant_id, ()):
                viewer.set()
        self._last[tenant_id] = seen

    async def changes(self, tenant_id: str) -> AsyncGenerator[str, None]:
        """Server-sent events until the browser goes or the service ends.

        The first comes at once: what has happened between the making of the page and now would be missed otherwise.
        """
        viewer = asyncio.Event()
        self._viewers[tenant_id].add(viewer)
        try:
            if tenant_id not in self._last:
                await self._look(tenant_id)
            yield CHANGED
            while not self._over.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(viewer.wait(), KEPT_ALIVE_EVERY_S)
                changed = viewer.is_set()
                # Before it is told: what changes while this event is on its way is told by another.
                viewer.clear()
                yield CHANGED if changed else ": still here\n\n"
        finally:
            self._leave(tenant_id, viewer)

    def _leave(self, tenant_id: str, viewer: asyncio.Event) -> None:
        self._viewers[tenant_id].discard(viewer)
        if not self._viewers[tenant_id]:
            del self._viewers[tenant_id]
            self._last.pop(tenant_id, None)

    def _all(self) -> list[asyncio.Event]:
        return [viewer for viewers in self._viewers.values() for viewer in viewers]


def fingerprint_of(*parts: bytes) -> str:
    """Differs where anything differs."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
