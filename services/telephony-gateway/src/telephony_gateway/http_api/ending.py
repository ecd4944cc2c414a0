"""What the end of a call sets off, whoever tells of it: Retell at once, its list of calls later, or the call's age."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chassis.clock import Clock
from telephony_gateway.clients.platform import PlatformCall
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.transcript import early_claims
from telephony_gateway.domain.utterances import utterances
from telephony_gateway.http_api import metrics
from telephony_gateway.storage.ledger import Found, Ledger, Said
from telephony_gateway.storage.unended import UnendedCall
from telephony_gateway.usecases.ports import Holds


class Notes(Protocol):
    """The notes of a call; see clients.sessions."""

    async def forget(self, tenant_id: str, call_id: str) -> tuple[str, ...]:
        """What comes after that begins anew. The options of which a booking may be under way."""
        ...


class Dead(Protocol):
    """Knows on which lines somebody is; see clients.lines."""

    async def ended(self, tenant_id: str, caller: Caller) -> None:
        """Nobody is, any more."""
        ...


@dataclass(frozen=True)
class Ending:
    """Holds are released, notes are closed, claims in the transcript are judged."""

    holds: Holds
    sessions: Notes
    lines: Dead
    ledger: Ledger
    clock: Clock
    keeps_words: bool = True

    async def hang_up(self, tenant_id: str, branch_id: str, caller: Caller, call: Mapping[str, Any]) -> None:
        """The call is over. Raises PeerError."""
        # What others wait for first; what was said can be judged as well without it.
        try:
            kept = await self.sessions.forget(tenant_id, caller.call_id)
            await self.lines.ended(tenant_id, caller)
            await self.holds.release(tenant_id, branch_id, caller.call_id, kept=kept)
        finally:
            self._judge(tenant_id, caller, call)

    def _judge(self, tenant_id: str, caller: Caller, call: Mapping[str, Any]) -> None:
        if self.keeps_words:
            self.ledger.record(Said(caller.call_id, utterances(call), self.clock.now()))
        for claim in early_claims(call):
            metrics.claims.labels(claim.kind).inc()
            self.ledger.record(Found(caller.call_id, tenant_id, claim.kind, claim.words, self.clock.now()))

    async def end(self, tenant_id: str, branch_id: str, call: UnendedCall, told: PlatformCall | None) -> None:
        """The same for a call whose end was not told. Raises PeerError."""
        await self.hang_up(tenant_id, branch_id, call.caller, told.call if told else {})
