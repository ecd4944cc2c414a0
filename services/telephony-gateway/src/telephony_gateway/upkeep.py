"""What is done about calls besides answering them: ends that were never told are found out, old calls are forgotten."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from chassis.clock import Clock
from chassis.errors import StorageUnavailableError
from chassis.postgres import reaching_storage
from signals.metrics import Counter, Gauge
from telephony_gateway.clients.platform import Platform, PlatformCall, PlatformUnreachableError
from telephony_gateway.storage.retention import OldCalls
from telephony_gateway.storage.unended import UnendedCall, UnendedCalls
from telephony_gateway.usecases.ports import PeerError

ended_late = Counter(
    "rufbuch_gateway_calls_ended_late_total", "Calls whose end was never told", {"how": ("age", "platform")}
)
forgotten = Counter("rufbuch_gateway_calls_forgotten_total", "Calls that were kept long enough")
_silent = Gauge(
    "rufbuch_gateway_calls_silent", "Calls without an end of which nothing is heard, at the last look"
)
_log = logging.getLogger(__name__)


class Endings(Protocol):
    """What a hang-up sets off; see http_api.ending."""

    async def end(self, tenant_id: str, branch_id: str, call: UnendedCall, told: PlatformCall | None) -> None:
        """Release, close, judge. Raises PeerError."""
        ...


@dataclass(frozen=True)
class Upkeep:
    """One of them runs in every replica; they share the work through the database."""

    unended: UnendedCalls
    old: OldCalls
    platform: Platform
    endings: Endings
    clock: Clock
    every_s: float

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self.every_s)
            try:
                await self.look()
            except StorageUnavailableError as error:
                _log.warning("calls are not looked after now", extra={"error": str(error)})

    async def look(self) -> None:
        """Once. Raises StorageUnavailableError."""
        now = self.clock.now()
        with reaching_storage():
            calls = await self.unended.take(now=now)
            _silent.set(len(calls))
            told = await self._told(calls)
            for call in calls:
                await self._settle(call, told.get(call.caller.call_id))
            gone = await self.old.forget(now=now)
        forgotten.inc(gone)

    async def _told(self, calls: list[UnendedCall]) -> dict[str, PlatformCall]:
        if not calls:
            return {}
        try:
            return await self.platform.ended([call.caller.call_id for call in calls])
        except PlatformUnreachableError as error:
            _log.warning("Retell does not say which calls are over", extra={"error": str(error)})
            return {}

    async def _settle(self, call: UnendedCall, told: PlatformCall | None) -> None:
        now = self.clock.now()
        if told is None and not call.is_older_than_any(now):
            return
        try:
            if call.tenant_id:
                await self.endings.end(call.tenant_id, call.branch_id, call, told)
        except PeerError as error:
            # Holds end by themselves; the call must not stay open for that.
            _log.warning("a call ended late, its holds end later", extra={"error": str(error)})
        await self.unended.end(call.caller.call_id, at=told.ended_at if told and told.ended_at else now)
        ended_late.labels("age" if told is None else "platform").inc()
