"""Owns the businesses in memory, and how they stay as fresh as the registry's stream of changes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from availability.errors import BusinessUntoldError, RegistryUnavailableError
from availability.usecases.business import Business
from availability.usecases.following import StreamHealth
from chassis.clock import Clock

SILENT_S = 1.0
"""For how long a registry that did not answer is not asked about what is only old: each caller would wait for it."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BusinessChanged:
    """Something about a business is not as it was."""

    position: str
    tenant_id: str


class Registry(Protocol):
    """The staff registry."""

    async def business(self, tenant_id: str) -> Business:
        """The business as it is now. Raises BranchUnknownError, RegistryUnavailableError."""

    def changes(self, after: str) -> AsyncIterator[BusinessChanged | None]:
        """What changed after a position, and then on; None: connected, and nothing new. Raises StreamLostError."""


@dataclass(slots=True)
class _Entry:
    business: Business
    read_at: datetime
    change: int
    """Number of changes of the tenant that had been heard of when the reading began."""


class Businesses:
    """Each business is read when it is needed for the first time, or after the registry has said that it has changed.

    While the stream of changes is down, what is older than ``reread_after`` is read again before it is used.
    """

    def __init__(
        self, registry: Registry, clock: Clock, health: StreamHealth, *, reread_after: timedelta
    ) -> None:
        self._registry, self._clock, self._health = registry, clock, health
        self._reread_after = reread_after
        self._entries: dict[str, _Entry] = {}
        self._changes: dict[str, int] = {}
        self._reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._failed_at: dict[str, float] = {}
        self._silent_until = 0.0

    async def get(self, tenant_id: str) -> Business:
        """The business; as it was last known where the registry does not answer.

        Raises BranchUnknownError, RegistryUnavailableError.
        """
        entry = self._entries.get(tenant_id)
        if entry is None or not self._is_fresh(tenant_id, entry):
            entry = await self._read(tenant_id)
        return entry.business

    def known(self, tenant_id: str) -> Business | None:
        """As it was read last; nobody is asked."""
        entry = self._entries.get(tenant_id)
        return entry.business if entry else None

    def changed(self, change: BusinessChanged) -> None:
        """What is in memory of a business is out of date: whoever needs it next reads it again."""
        self._changes[change.tenant_id] = self._heard(change.tenant_id) + 1

    async def _read(self, tenant_id: str) -> _Entry:
        came_at = asyncio.get_running_loop().time()
        async with self._reading.setdefault(
            tenant_id, asyncio.Lock()
        ):  # who waited finds what the first has read, or that nobody answers
            entry = self._entries.get(tenant_id)
            if entry is not None and (self._is_fresh(tenant_id, entry) or self._failed(tenant_id, came_at)):
                return entry
            heard, now = self._heard(tenant_id), self._clock.now()
            try:
                entry = _Entry(await self._registry.business(tenant_id), now, heard)
            except RegistryUnavailableError as error:
                if entry is None:
                    raise
                self._note_failure(tenant_id, error)
                _log.warning(
                    "the registry is out of reach; an older reading is used", extra={"tenant": tenant_id}
                )
                return entry
            before = self._entries.get(tenant_id)
            if before is not None:
                before.business.questions.clear()  # they hold it: what was there at the start would never go
            self._entries[tenant_id] = entry
            return entry

    def _is_fresh(self, tenant_id: str, entry: _Entry) -> bool:
        if entry.change != self._heard(tenant_id):
            return False
        if self._health.connected or self._clock.now() - entry.read_at < self._reread_after:
            return True
        return asyncio.get_running_loop().time() < self._silent_until

    def _note_failure(self, tenant_id: str, error: RegistryUnavailableError) -> None:
        now = asyncio.get_running_loop().time()
        self._failed_at[tenant_id] = now
        if not isinstance(error, BusinessUntoldError):
            self._silent_until = now + SILENT_S

    def _failed(self, tenant_id: str, since: float) -> bool:
        return self._failed_at.get(tenant_id, -1.0) >= since

    def _heard(self, tenant_id: str) -> int:
        return self._changes.get(tenant_id, 0)
