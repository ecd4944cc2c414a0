"""Goes through the calls that are over, again and again, and checks what their callers were told."""

import asyncio
import logging
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import StorageUnavailableError
from chassis.postgres import reaching_storage
from signals.metrics import Counter
from telephony_gateway.storage.unchecked import UncheckedCalls
from telephony_gateway.usecases.check_truth import CASES, EndedCall, Facts, check_truth
from telephony_gateway.usecases.ports import PeerError

truth_cases = Counter(
    "rufbuch_gateway_truth_cases_total", "Claims to callers that are not so", {"kind": CASES}
)
checked = Counter("rufbuch_gateway_truth_checked_total", "Calls whose claims were checked")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TruthLoop:
    """One of them runs in every replica; each call is checked by one."""

    calls: UncheckedCalls
    facts: Facts
    clock: Clock
    every_s: float

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except (PeerError, StorageUnavailableError) as error:
                # The calls come up again; a claim is as true in a minute.
                _log.warning("claims are not checked now", extra={"error": str(error)})
            await asyncio.sleep(self.every_s)

    async def look(self) -> int:
        """Check what there is; how many calls. Raises PeerError, StorageUnavailableError."""
        with reaching_storage():
            calls = await self.calls.take(now=self.clock.now())
            for call in calls:
                await self._check(call)
        return len(calls)

    async def _check(self, call: EndedCall) -> None:
        cases = await check_truth(call, facts=self.facts)
        await self.calls.settle(call, cases, now=self.clock.now())
        checked.inc()
        for case in cases:
            truth_cases.labels(case.kind).inc()
            _log.error("a caller was told what is not so", extra={"kind": case.kind, "call_id": call.call_id})
